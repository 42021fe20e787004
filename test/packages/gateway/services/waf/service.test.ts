import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT, REGION } from '../../../../support/an-event-engine.ts';
import { aWall, ask, blocking, QUERY_X, STAGE } from './a-wall.ts';
import type { Wall } from './a-wall.ts';

const SQLI =
  '{ SqliMatchStatement: { FieldToMatch: { QueryString: {} }, TextTransformations: [{ Priority: 0, Type: NONE }] } }';
const GEO = '{ GeoMatchStatement: { CountryCodes: [DE] } }';
const RATE = '{ RateBasedStatement: { Limit: 10, AggregateKeyType: IP } }';
describe('a web ACL in front of a stage', () => {
  it('blocks with the reason and what would change it, and names itself', () => {
    const verdict = ask(aWall(`[${blocking('NoX', QUERY_X)}]`), { query: 'x=1' });

    assert.partialDeepStrictEqual(verdict, {
      kind: 'refused',
      reason: 'rule NoX of web ACL wall',
      because: ['The rule NoX of the web ACL wall blocks: the query string contains "x".'],
    });
    assert.match(JSON.stringify(verdict), /"by":"arn:aws:wafv2:[^"]*:regional\/webacl\/wall\//);
    assert.match(
      JSON.stringify(verdict),
      /narrow the Statement of NoX, or set its Action to Count, which then lets through all requests/,
    );
  });

  it('lets other requests pass, and protects no other stage', () => {
    const bench = aWall(`[${blocking('NoX', QUERY_X)}]`);

    assert.equal(ask(bench)?.kind, 'passed');
    assert.equal(ask(bench, { query: 'x' }, STAGE.replace('dev', 'prod')), undefined);
    assert.equal(ask(bench, { query: 'x' }, `arn:aws:apigateway:${REGION}::/apis/abc/stages/dev`), undefined);
  });

  it('reports for a passing request what was not judged', () => {
    const verdict = ask(aWall(`[${blocking('NoSql', SQLI)}]`));

    assert.deepEqual(verdict?.kind === 'passed' ? verdict.notes?.() : [], [
      'The rule NoSql of the web ACL wall was not evaluated, because the gateway does not have the following: AWS’s detector of SQL injection. On AWS, the rule may decide differently.',
    ]);
  });

  it('reports at the start what cannot be judged', () => {
    const { unsupported, faults } = aWall(`[${blocking('NoSql', SQLI)}]`);

    assert.deepEqual(
      unsupported.map(({ logicalId, property, consequence }) => [logicalId, property, consequence]),
      [
        [
          'Wall',
          'Rules',
          'rule NoSql depends on AWS’s detector of SQL injection, so the gateway cannot evaluate the rule: the rule blocks nothing; with --strict-waf, the stages of the web ACL return 500',
        ],
      ],
    );
    assert.deepEqual(faults.all, []);
  });

  for (const [action, without] of [
    ['Allow', 'requests pass even if the web ACL would block them'],
    ['Count', 'the rule counts nothing'],
  ] as const)
    it(`reports what a rule with the action ${action} does that cannot be judged`, () => {
      const rule = blocking('NoSql', SQLI).replace(
        /Action: \{ ?Block: \{\} ?\}/,
        `Action: { ${action}: {} }`,
      );
      const { unsupported } = aWall(`[${rule}]`);

      assert.ok(
        unsupported[0]?.consequence.includes(
          `the gateway cannot evaluate the rule: ${without}; with --strict-waf`,
        ),
      );
    });

  it('reports what cannot be judged in a rule group of the stacks, under both names', () => {
    const group = `
  Group:
    Type: AWS::WAFv2::RuleGroup
    Properties:
      Name: group
      Scope: REGIONAL
      Capacity: 50
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false, MetricName: group }
      Rules: [${blocking('NoSql', SQLI)}]`;
    const { unsupported } = aWall(
      '[{ Name: Own, Priority: 0, OverrideAction: { None: {} }, Statement: { RuleGroupReferenceStatement: { Arn: !GetAtt Group.Arn } }, VisibilityConfig: { MetricName: m, SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false } }]',
      group,
    );

    assert.match(JSON.stringify(unsupported), /rule Own \/ NoSql depends on AWS’s detector of SQL injection/);
  });

  it('closes its stage under --strict-waf', () => {
    const bench = aWall(`[${blocking('NoSql', SQLI)}]`, '', { strictWaf: true });

    assert.partialDeepStrictEqual(ask(bench), { kind: 'closed' });
    assert.match(JSON.stringify(ask(bench)), /--strict-waf: rule NoSql/);
    assert.equal(ask(aWall(`[${blocking('NoX', QUERY_X)}]`, '', { strictWaf: true }))?.kind, 'passed');
  });

  it('counts across reloads, and from zero after a reset', () => {
    const bench = aWall(`[${blocking('Rate', RATE)}]`);
    const kinds = (): (string | undefined)[] => Array.from({ length: 10 }, () => ask(bench)?.kind);
    kinds();
    bench.reload();

    assert.equal(ask(bench)?.kind, 'refused');
    bench.services.wafv2.reset?.();
    assert.equal(ask(bench)?.kind, 'passed');
  });

  it('drops what is older than the window of its virtual clock', async () => {
    const bench = aWall(`[${blocking('Rate', RATE)}]`);
    for (let count = 0; count < 11; count += 1) ask(bench);
    await bench.advance(301_000);

    assert.equal(ask(bench)?.kind, 'passed');
  });
});

describe('a stage whose web ACL cannot be evaluated', () => {
  const CASES = [
    {
      name: 'a rule that AWS refuses',
      rules: `[${blocking('Odd', '{ MagicStatement: {} }')}]`,
      message: /unknown statement MagicStatement/,
    },
    {
      name: 'a set that is in no stack',
      rules: `[${blocking('Set', '{ IPSetReferenceStatement: { Arn: arn:none } }')}]`,
      message: /refers to arn:none/,
    },
    {
      name: 'a pattern that the engine does not have',
      rules: `[${blocking('Look', '{ RegexMatchStatement: { FieldToMatch: { UriPath: {} }, RegexString: "(?=a)", TextTransformations: [{ Priority: 0, Type: NONE }] } }')}]`,
      message: /is not a regular expression that the gateway can evaluate/,
    },
    {
      name: 'more capacity than a web ACL has',
      rules: `[${Array.from({ length: 8 }, (_, index) => `{ Name: m${index}, Priority: ${index}, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesCommonRuleSet } } }`).join(', ')}]`,
      message: /need 5600 WCUs/,
    },
  ] as const;
  for (const { name, rules, message } of CASES)
    it(`is closed by ${name}, with file and line`, () => {
      const bench = aWall(rules);
      const said = faultsOf(bench);

      assert.equal(ask(bench)?.kind, 'closed');
      assert.match(said, message);
      assert.match(said, /events\.yml:\d+: /);
      assert.match(JSON.stringify(bench.faults.all), /--allow-unguarded/);
    });

  it('answers under --allow-unguarded', () => {
    const rules = `[${blocking('Odd', '{ MagicStatement: {} }')}]`;

    assert.equal(ask(aWall(rules, '', { allowUnguarded: true })), undefined);
  });

  it('stays closed while the services are reset', async () => {
    const bench = aWall(`[${blocking('Odd', '{ MagicStatement: {} }')}]`);
    let meanwhile: string | undefined;
    await bench.engine.clear(() => {
      meanwhile = ask(bench)?.kind;
      return Promise.resolve();
    });

    assert.deepEqual([meanwhile, ask(bench)?.kind], ['closed', 'closed']);
  });

  it('stays closed after a reset', () => {
    const bench = aWall(`[${blocking('Odd', '{ MagicStatement: {} }')}]`);
    bench.services.wafv2.reset?.();

    assert.equal(ask(bench)?.kind, 'closed');
  });

  it('is every one if the guarded stage is unknown', () => {
    const lost = `
  Lost:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: { WebACLArn: !GetAtt Wall.Arn, ResourceArn: '' }`;
    const bench = aWall('[]', lost);

    assert.equal(ask(bench)?.kind, 'passed');
    assert.equal(ask(bench, {}, STAGE.replace('abc', 'other'))?.kind, 'closed');
  });

  it('is closed by a rule group over its capacity', () => {
    const group = `
  Group:
    Type: AWS::WAFv2::RuleGroup
    Properties: { Name: g, Scope: REGIONAL, Capacity: 1, Rules: [${blocking('NoX', QUERY_X)}] }`;
    const rules =
      '[{ Name: g, Priority: 0, OverrideAction: { None: {} }, Statement: { RuleGroupReferenceStatement: { Arn: !GetAtt Group.Arn } } }]';
    const bench = aWall(rules, group);

    assert.equal(ask(bench)?.kind, 'closed');
    assert.match(faultsOf(bench), /need 10 WCUs/);
  });

  it('does not apply to an HTTP API, which AWS WAF does not protect', () => {
    const http = `
  Http:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: { WebACLArn: !GetAtt Wall.Arn, ResourceArn: 'arn:aws:apigateway:${REGION}::/apis/abc/stages/dev' }`;

    assert.match(faultsOf(aWall('[]', http)), /AWS WAF does not support HTTP APIs/);
  });
});

describe('a web ACL of scope CLOUDFRONT', () => {
  const edge = (rules: string, settings = {}): Wall =>
    aWall(
      '[]',
      `
  Edge:
    Type: AWS::WAFv2::WebACL
    Properties:
      Name: edge
      Scope: CLOUDFRONT
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false, MetricName: edge }
      Rules: ${rules}
  Log:
    Type: AWS::WAFv2::LoggingConfiguration
    Properties:
      ResourceArn: !GetAtt Edge.Arn
      LogDestinationConfigs: ['arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-edge']`,
      settings,
    );
  const arnOf = ({ services }: Wall): string => {
    const made = services.wafv2.api?.answer({
      operation: { protocol: 'json', action: 'ListWebACLs', input: { Scope: 'CLOUDFRONT' } },
    } as never);
    return /arn:aws:wafv2:[^"]*webacl\/edge\/[^"]+/.exec(JSON.stringify(made))?.[0] ?? '';
  };

  it('judges requests of the distribution that names it, and writes its records', () => {
    const bench = edge(`[${blocking('NoX', QUERY_X)}]`);

    assert.equal(ask(bench, { query: 'x' }, arnOf(bench))?.kind, 'refused');
    assert.equal(ask(bench, {}, arnOf(bench))?.kind, 'passed');
    const [, line = ''] = bench.logged[0] ?? [];
    assert.match(line, /"httpSourceName":"CF","httpSourceId":"api"/);
  });

  it('closes its distribution if a set is missing, and does not apply with another ARN', () => {
    const rule = blocking(
      'Set',
      "{ IPSetReferenceStatement: { Arn: 'arn:aws:wafv2:us-east-1:1:global/ipset/no/1' } }",
    );
    const bench = edge(`[${rule}]`);

    assert.equal(ask(bench, {}, arnOf(bench))?.kind, 'closed');
    assert.equal(ask(bench, {}, `${arnOf(bench)}0`), undefined);
  });

  it('says at the start which rules cannot be judged', () => {
    const { unsupported } = edge(`[${blocking('NoSql', SQLI)}]`);

    assert.deepEqual(
      unsupported.map(({ logicalId }) => logicalId),
      ['Edge'],
    );
  });
});

describe('the file of networks', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-networks-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const fileOf = (text: string): string => {
    const file = join(folder, 'networks.csv');
    writeFileSync(file, text);
    return file;
  };

  it('judges countries', () => {
    const wafNetworks = fileOf('# test\n203.0.113.0/24, DE\n');
    const bench = aWall(`[${blocking('Geo', GEO)}]`, '', { wafNetworks });

    assert.equal(ask(bench)?.kind, 'refused');
    assert.equal(ask(bench, { sourceIp: '198.51.100.1' })?.kind, 'passed');
    assert.deepEqual(bench.unsupported, []);
  });

  it('ends the start if a line is wrong, with its number', () => {
    const wafNetworks = fileOf('203.0.113.0/24,DE\n203.0.113.0/24,Germany\n');

    assert.throws(() => aWall(`[${blocking('Geo', GEO)}]`, '', { wafNetworks }), {
      code: 'WAF_NETWORKS',
      message: /networks\.csv:2: "203\.0\.113\.0\/24,Germany" is not/,
    });
    assert.throws(() => aWall('[]', '', { wafNetworks: join(folder, 'none') }), { code: 'WAF_NETWORKS' });
  });
});

describe('the log of a web ACL', () => {
  const logging = (more: string): string => `
  Log:
    Type: AWS::WAFv2::LoggingConfiguration
    Properties:
      ResourceArn: !GetAtt Wall.Arn
      LogDestinationConfigs: ['arn:aws:logs:${REGION}:${ACCOUNT}:log-group:aws-waf-logs-wall']
      ${more}`;

  it('has a record of each request in AWS’s form', () => {
    const bench = aWall(`[${blocking('NoX', QUERY_X)}]`, logging(''));
    ask(bench, { query: 'x=1' });
    ask(bench);
    const records = bench.logged.map(([group, line]) => ({ group, ...(JSON.parse(line) as object) }));

    // Developer guide, "Log fields".
    assert.partialDeepStrictEqual(records, [
      {
        group: 'aws-waf-logs-wall',
        formatVersion: 1,
        terminatingRuleId: 'NoX',
        terminatingRuleType: 'REGULAR',
        action: 'BLOCK',
        httpSourceName: 'APIGW',
        httpSourceId: `${ACCOUNT}:abc:dev`,
        nonTerminatingMatchingRules: [],
        responseCodeSent: null,
        httpRequest: {
          clientIp: '203.0.113.7',
          country: '-',
          uri: '/dev/pets',
          args: 'x=1',
          httpVersion: 'HTTP/1.1',
          httpMethod: 'GET',
          requestId: 'request-1',
        },
      },
      { terminatingRuleId: 'Default_Action', action: 'ALLOW' },
    ]);
  });

  it('names the rate that was exceeded', () => {
    const bench = aWall(`[${blocking('Rate', RATE)}]`, logging(''));
    for (let count = 0; count < 11; count += 1) ask(bench);

    assert.partialDeepStrictEqual(JSON.parse(bench.logged.at(-1)?.[1] ?? ''), {
      terminatingRuleType: 'RATE_BASED',
      rateBasedRuleList: [
        {
          rateBasedRuleName: 'Rate',
          limitKey: 'IP',
          limitValue: '203.0.113.7',
          maxRateAllowed: 10,
          evaluationWindowSec: '300',
        },
      ],
    });
  });

  it('hides redacted fields', () => {
    const bench = aWall(
      '[]',
      logging('RedactedFields: [{ SingleHeader: { Name: cookie } }, { QueryString: {} }, { UriPath: {} }]'),
    );
    ask(bench, { query: 'secret' });
    const line = bench.logged[0]?.[1] ?? '';

    assert.doesNotMatch(line, /secret|s=1|pets/);
    assert.match(line, /"uri":"REDACTED","args":"REDACTED"/);
    assert.match(line, /"httpMethod":"GET"/);
  });

  it('keeps what its filter keeps', () => {
    const filter =
      'LoggingFilter: { DefaultBehavior: DROP, Filters: [{ Behavior: KEEP, Requirement: MEETS_ANY, Conditions: [{ ActionCondition: { Action: BLOCK } }] }] }';
    const bench = aWall(`[${blocking('NoX', QUERY_X)}]`, logging(filter));
    ask(bench);
    ask(bench, { query: 'x' });

    assert.deepEqual(
      bench.logged.map(([, line]) => (JSON.parse(line) as { action: string }).action),
      ['BLOCK'],
    );
  });

  it('refuses a destination that AWS refuses, and continues without a log', () => {
    const bench = aWall('[]', logging('').replace('aws-waf-logs-wall', 'wall'));
    ask(bench);

    assert.deepEqual(bench.logged, []);
    assert.match(faultsOf(bench), /the name of the log group wall must begin with aws-waf-logs-/);
  });

  // awsdocs/aws-cloudformation-user-guide#1271
  for (const destination of ['aws-waf-logs-wall', 'arn:aws:sqs:us-east-1:123456789012:aws-waf-logs-wall'])
    it(`refuses ${destination}, which is not the ARN of a destination`, () => {
      const bench = aWall('[]', logging('').replace(/'arn:aws:logs:.*'/, `'${destination}'`));
      ask(bench);

      assert.deepEqual(bench.logged, []);
      assert.match(
        faultsOf(bench),
        /The ARN isn't valid\. .*parameter: (?:arn:aws:sqs:\S+:)?aws-waf-logs-wall/,
      );
    });

  // https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
  for (const destination of [
    `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:aws-waf-logs-wall:*`,
    'arn:aws:s3:::aws-waf-logs-wall/edge',
    `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/aws-waf-logs-wall`,
  ])
    it(`writes records to ${destination}`, () => {
      const bench = aWall('[]', logging('').replace(/'arn:aws:logs:.*'/, `'${destination}'`));
      ask(bench);

      assert.deepEqual(
        bench.logged.map(([group]) => group),
        ['aws-waf-logs-wall'],
      );
    });
});

function faultsOf({ faults }: Wall): string {
  return faults.all.map(({ error }) => error.describe()).join('\n');
}
