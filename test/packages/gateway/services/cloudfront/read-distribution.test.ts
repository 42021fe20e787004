import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDistribution, KEY_OF_PATH, NO_CACHE, sentHeaders } from './a-distribution.ts';

const POLICY = `CachePolicyId: ${KEY_OF_PATH}`;

/** Members of a behavior that guard or change its requests. */
const CLOSING = [
  [
    'FunctionAssociations',
    '[{ EventType: viewer-request, FunctionARN: a }]',
    /does not run CloudFront Functions/,
  ],
  [
    'LambdaFunctionAssociations',
    '[{ EventType: origin-request, LambdaFunctionARN: a }]',
    /does not run Lambda@Edge/,
  ],
  ['TrustedKeyGroups', '[k]', /does not check signed URLs and cookies/],
  ['TrustedSigners', '[self]', /does not check signed URLs and cookies/],
  ['FieldLevelEncryptionId', 'C1', /does not encrypt fields/],
  ['SomethingNew', '{ Enabled: true }', /the gateway does not support SomethingNew/],
] as const;

describe('a behavior that needs what is not supported here', () => {
  for (const [member, value, reason] of CLOSING) {
    it(`is closed by ${member}, with file and line`, async () => {
      const bench = aDistribution({ behavior: `${POLICY}\n${member}: ${value}` });
      const { status, body } = await bench.ask('/a');

      assert.equal(status, 500);
      assert.match(body, reason);
      assert.equal(bench.requests.length, 0);
      const [found] = bench.unsupported;
      assert.ok(found !== undefined);
      assert.equal(found.property, `DistributionConfig.DefaultCacheBehavior.${member}`);
      assert.match(found.consequence, reason);
      assert.match(`${found.file}:${found.line}`, /events\.yml:\d+$/);
    });

    it(`is served without ${member} under --allow-unguarded`, async () => {
      const settings = { allowUnguarded: true };
      const bench = aDistribution({ behavior: `${POLICY}\n${member}: ${value}`, settings });

      assert.equal((await bench.ask('/a')).status, 200);
      assert.match(bench.unsupported[0]?.consequence ?? '', /are served because --allow-unguarded is set$/);
    });
  }

  it('blocks only its own paths, in whatever form they are written', async () => {
    const bench = aDistribution({
      config: `
CacheBehaviors:
  - { PathPattern: /private/*, TargetOriginId: api, ViewerProtocolPolicy: allow-all, ${POLICY}, TrustedKeyGroups: [k] }`,
    });
    const statusOf = async (path: string): Promise<number> => (await bench.ask(path)).status;

    for (const path of [
      '/private/a',
      '/%70rivate/a',
      '/x/../private/a',
      '/./private/a',
      '/x/%2e%2e/private/a',
    ])
      assert.equal(await statusOf(path), 500, path);
    assert.equal(await statusOf('/public/private/a'), 200);
  });

  // docs/aws §21.1: cfn-lint W3704; aws-samples/serverless-patterns, cloudfront-lambdafunctionurl-oac-sam
  it('is open with ForwardedValues that a cache policy replaces, and reports that they are ignored', async () => {
    const bench = aDistribution({ behavior: `${POLICY}\nForwardedValues: { QueryString: true }` });

    assert.equal((await bench.ask('/a')).status, 200);
    assert.match(
      bench.unsupported[0]?.consequence ?? '',
      /ForwardedValues are ignored, because CachePolicyId is set/,
    );
  });

  it('is open if the members are empty', async () => {
    const bench = aDistribution({
      behavior: `${POLICY}\nFunctionAssociations: []\nTrustedKeyGroups: []\nSmoothStreaming: false\nFieldLevelEncryptionId: ''\nGrpcConfig: { Enabled: false }`,
    });

    assert.equal((await bench.ask('/a')).status, 200);
    assert.deepEqual(bench.unsupported, []);
  });
});

describe('an origin that is not reached here', () => {
  for (const [config, reason] of [
    ['OriginAccessControlId: E1', /does not sign requests/],
    ['VpcOriginConfig: { VpcOriginId: v }', /does not support VPC origins/],
    ["S3OriginConfig: { OriginAccessIdentity: '' }", /does not support S3 origins/],
  ] as const)
    it(`closes its behaviors, also under --allow-unguarded: ${config}`, async () => {
      const settings = { allowUnguarded: true };
      const bench = aDistribution({ originConfig: config, settings });
      const { status, body } = await bench.ask('/a');

      assert.equal(status, 500);
      assert.match(body, reason);
      assert.equal(bench.requests.length, 0);
    });

  it('is an origin group, too', async () => {
    const bench = aDistribution({
      config: `
OriginGroups: { Quantity: 1, Items: [{ Id: both, FailoverCriteria: {}, Members: {} }] }
CacheBehaviors:
  - { PathPattern: /g, TargetOriginId: both, ViewerProtocolPolicy: allow-all, ${POLICY} }`,
    });

    assert.equal((await bench.ask('/g')).status, 500);
    assert.equal((await bench.ask('/a')).status, 200);
    assert.match(bench.unsupported[0]?.consequence ?? '', /does not support failover of origin groups/);
  });

  it('is every one behind a restriction by country', async () => {
    const bench = aDistribution({
      config: 'Restrictions: { GeoRestriction: { RestrictionType: whitelist, Locations: [DE] } }',
    });

    assert.equal((await bench.ask('/a')).status, 500);
  });
});

/** Definitions that CloudFormation would refuse, with the faulty member and the message. */
const FAULTS = [
  [
    'behavior',
    'CachePolicyId: 00000000-0000-0000-0000-000000000000',
    'CachePolicyId',
    /it is neither an AWS managed policy/,
  ],
  ['behavior', `${POLICY}\nMinTTL: 5`, 'MinTTL', /cannot be combined with/],
  ['behavior', 'OriginRequestPolicyId: AllViewer', 'OriginRequestPolicyId', /requires a CachePolicyId/],
  ['behavior', 'Compress: true', 'CachePolicyId', /or ForwardedValues must be set/],
  ['behavior', 'ForwardedValues: { QueryString: false }\nMinTTL: 10\nMaxTTL: 5', 'MinTTL', /above MaxTTL 5/],
  [
    'behavior',
    `${POLICY}\nAllowedMethods: [GET, HEAD, TRACE]`,
    'AllowedMethods',
    /does not forward the method TRACE/,
  ],
  ['behavior', `${POLICY}\nCompress: perhaps`, 'Compress', /must be true or false/],
] as const;

describe('a distribution that CloudFormation would refuse', () => {
  for (const [, behavior, member, message] of FAULTS)
    it(`is refused at its place and answers 500: ${behavior.replaceAll('\n', ', ')}`, async () => {
      const bench = aDistribution({ behavior });

      const [{ error } = { error: undefined }] = bench.faults.all;
      assert.match(
        error?.describe() ?? '',
        new RegExp(`^/app/events\\.yml:\\d+: Edge\\.DistributionConfig\\.DefaultCacheBehavior\\.${member}: `),
      );
      assert.match(error?.message ?? '', message);
      assert.equal((await bench.ask('/a')).status, 500);
      assert.equal(bench.requests.length, 0);
    });

  for (const [config, message] of [
    ['CustomErrorResponses: [{ ErrorCode: 418 }]', /ErrorCode.*must be one of 400/],
    [
      'CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: /e }]',
      /ResponsePagePath must be set together/,
    ],
    ['DefaultRootObject: /index.html', /is not an object name/],
    [
      'CacheBehaviors: [{ PathPattern: /a, TargetOriginId: none, ViewerProtocolPolicy: allow-all }]',
      /unknown origin none; expected/,
    ],
    [
      'CacheBehaviors: [{ PathPattern: "/a b", TargetOriginId: api, ViewerProtocolPolicy: allow-all }]',
      /not allowed in a path pattern/,
    ],
  ] as const)
    it(`is refused with its line: ${config}`, async () => {
      const bench = aDistribution({ config });

      const [{ error } = { error: undefined }] = bench.faults.all;
      assert.match(error?.describe() ?? '', message);
      assert.match(error?.describe() ?? '', /^\/app\/events\.yml:\d+: /);
      assert.equal((await bench.ask('/a')).status, 500);
    });

  it('closes everything behind a behavior whose paths are unknown', async () => {
    const bench = aDistribution({
      config: `CacheBehaviors: [{ PathPattern: 'a b', TargetOriginId: api, ViewerProtocolPolicy: allow-all, ${POLICY} }]`,
    });

    assert.equal((await bench.ask('/other')).status, 500);
  });

  for (const [type, config, message] of [
    [
      'CachePolicy',
      '{ Name: p, ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: { HeaderBehavior: whitelist, Headers: [Cookie] }, CookiesConfig: { CookieBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none } } }',
      /cookie cannot be part of a cache key/,
    ],
    [
      'CachePolicy',
      '{ Name: p, ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: { HeaderBehavior: whitelist, Headers: [CloudFront-Viewer-Address] }, CookiesConfig: { CookieBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none } } }',
      /cloudfront-viewer-address cannot be part/,
    ],
    [
      'OriginRequestPolicy',
      '{ Name: p, HeadersConfig: { HeaderBehavior: whitelist, Headers: [Authorization] }, CookiesConfig: { CookieBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none } }',
      /Authorization cannot be forwarded on its own/,
    ],
    [
      'ResponseHeadersPolicy',
      '{ Name: p, RemoveHeadersConfig: { Items: [{ Header: Via }] } }',
      /via cannot be removed/,
    ],
  ] as const)
    it(`may have a faulty ${type}: ${message.source}`, async () => {
      const beside = type === 'CachePolicy' ? '' : `${POLICY}\n`;
      const bench = aDistribution({
        behavior: `${beside}${type}Id: !Ref Policy`,
        more: `  Policy: { Type: AWS::CloudFront::${type}, Properties: { ${type}Config: ${config} } }`,
      });

      assert.match(bench.faults.all[0]?.error.describe() ?? '', message);
      assert.equal((await bench.ask('/a')).status, 500);
    });
});

describe('a web ACL of a distribution', () => {
  const ARN = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/wall/1';

  it('judges each request before anything else, and closes the distribution if it is not loaded', async () => {
    const closed = aDistribution({ config: `WebACLId: ${ARN}` });
    const judged: string[] = [];
    const open = aDistribution({
      config: `WebACLId: ${ARN}`,
      judge: (arn, { rawPath, sourceIp }) => {
        judged.push(`${arn} ${rawPath} ${sourceIp}`);
        return { kind: 'passed', inserts: ['x-amzn-waf-seen', 'yes'] };
      },
      behavior: `CachePolicyId: ${NO_CACHE}\nOriginRequestPolicyId: AllViewerExceptHostHeader`,
    });

    const refused = await closed.ask('/a');
    assert.deepEqual([refused.status, closed.requests.length], [500, 0]);
    assert.match(refused.body, /is not in a loaded stack/);
    assert.equal((await open.ask('/a', { headers: ['X-Amzn-Waf-Seen', 'guess'] })).status, 200);
    assert.deepEqual(judged, [`${ARN} /a 203.0.113.7`]);
    assert.equal(JSON.stringify(open.requests[0]?.headers).match(/waf-seen","(\w+)"/)?.[1], 'yes');
  });

  it('blocks with 403, its own reply, or the error page of the distribution', async () => {
    const refuse = (reply?: { status: number; headers: string[]; body: string }) => () =>
      ({
        kind: 'refused',
        reason: 'rule R',
        because: [],
        changes: [],
        ...(reply !== undefined && { reply }),
      }) as const;
    const plain = aDistribution({ config: `WebACLId: ${ARN}`, judge: refuse() });
    const own = aDistribution({
      config: `WebACLId: ${ARN}`,
      judge: refuse({ status: 429, headers: ['Retry-After', '1'], body: 'slow' }),
    });
    const page = aDistribution({
      config: `WebACLId: ${ARN}\nCustomErrorResponses: [{ ErrorCode: 403, ResponsePagePath: /blocked, ResponseCode: 403 }]`,
      judge: refuse(),
    });

    const first = await plain.ask('/a');
    assert.deepEqual(
      [first.status, first.headers['x-cache'], plain.requests.length],
      [403, 'Error from cloudfront', 0],
    );
    const second = await own.ask('/a');
    assert.deepEqual([second.status, second.headers['retry-after'], second.body], [429, '1', 'slow']);
    const third = await page.ask('/a');
    assert.deepEqual([third.status, page.requests.map(({ target }) => target)], [403, ['/blocked']]);
    assert.equal(plain.logged[0]?.['reason'], 'refused: rule R');
  });
});

describe('the names of a distribution', () => {
  it('are its domain name, as Fn::GetAtt has it, and its aliases', () => {
    const bench = aDistribution({ config: 'Aliases: [Shop.example]' });
    const [front] = bench.service.fronts();

    assert.match(front?.name ?? '', /^d\w{13}\.cloudfront\.net$/);
    assert.deepEqual(front?.hosts, [front?.name, 'shop.example']);
  });

  it('are not served while it is disabled', () => {
    const bench = aDistribution();
    bench.load({ config: 'Enabled: false' });

    assert.equal(bench.service.fronts().length, 0);
  });
});

describe('policies of a template', () => {
  const policy = (type: string, config: string): string => `
  Policy:
    Type: AWS::CloudFront::${type}
    Properties: { ${type}Config: { Name: mine, ${config} } }`;

  it('pass on the cookies that they list, and no others', async () => {
    const bench = aDistribution({
      behavior: `${POLICY}\nOriginRequestPolicyId: !Ref Policy`,
      more: policy(
        'OriginRequestPolicy',
        'HeadersConfig: { HeaderBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none }, CookiesConfig: { CookieBehavior: whitelist, Cookies: [b] }',
      ),
    });
    await bench.ask('/a', { headers: ['Cookie', 'a=1; b=2'] });

    assert.deepEqual(bench.unsupported, []);
    assert.equal(bench.requests.map(sentHeaders)[0]?.['cookie'], 'b=2');
  });

  for (const [credentials, expected] of [
    ['', undefined],
    ['AccessControlAllowCredentials: false, ', undefined],
    ['AccessControlAllowCredentials: true, ', 'true'],
  ] as const)
    it(`answer other origins only by their CORS settings: ${credentials === '' ? 'credentials are not named' : credentials}`, async () => {
      const lists = ['AllowHeaders: { Items: [x-a] }', 'AllowMethods: { Items: [GET] }'];
      const cors = [...lists, 'AllowOrigins: { Items: [https://a.example] }'].map(
        (list) => `AccessControl${list}`,
      );
      const bench = aDistribution({
        behavior: `${POLICY}\nResponseHeadersPolicyId: !Ref Policy`,
        more: policy(
          'ResponseHeadersPolicy',
          `CorsConfig: { ${credentials}${cors.join(', ')}, OriginOverride: true }`,
        ),
      });
      const { status, headers } = await bench.ask('/a', { headers: ['Origin', 'https://a.example'] });

      assert.equal(status, 200);
      assert.equal(headers['access-control-allow-origin'], 'https://a.example');
      assert.equal(headers['access-control-allow-credentials'], expected);
    });
});
