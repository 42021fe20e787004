/** Requests that are refused before an API is selected are recorded, and explained with what the domain accepts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestRecords } from '../../../../packages/gateway/console/records/request-records.ts';
import { HeaderList } from '../../../../packages/gateway/core/events/header-list.ts';
import { acceptRequest } from '../../../../packages/gateway/server/answer-request.ts';
import { describeUnmapped, describeUntrusted } from '../../../../packages/gateway/server/describe-refused.ts';
import { NONE } from '../../../../packages/gateway/core/routing/base-path.ts';
import { aStack } from '../../../support/a-stack.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { HostFacts } from '../../../../packages/gateway/server/describe-refused.ts';
import type { ReplySink } from '../../../../packages/gateway/server/stream-reply.ts';

const HOST = 'api.example.com';
const sink = { destroyed: false, writeHead: () => undefined, end: () => undefined } as unknown as ReplySink;

const arrival = (target: string): Parameters<typeof acceptRequest>[0] => ({
  method: 'GET',
  target,
  host: HOST,
  apiId: undefined,
  httpVersion: '1.1',
  headers: new HeaderList(['Host', HOST]),
  body: undefined,
  peer: undefined,
  remoteAddress: '127.0.0.1',
});

function storyAt(target: string, facts: HostFacts | undefined, isHttpOnly = false): string {
  const { api, ports } = anApi(restApi({}), {});
  const records = new RequestRecords(10, ports.clock, 'key of the test');
  ports.records = records;
  acceptRequest(arrival(target), sink, {
    ...servedAlone(api.served, ports, () => true),
    resolveApi: () => undefined,
    factsOfHost: () => facts,
    isHttpOnly: () => isHttpOnly,
  });
  const { story, status } = records.detail('last') ?? assert.fail('nothing was recorded');
  assert.equal(status, isHttpOnly ? 404 : 403);
  return [story.headline, ...story.sentences, ...story.changes].join('\n');
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
describe('a health check at a custom domain', () => {
  it('is answered with other words at the address of an HTTP API', () => {
    const { api, ports } = anApi(restApi({}), {});
    const records = new RequestRecords(10, ports.clock, 'key of the test');
    ports.records = records;
    const served = { ...api.served, protocol: 'http' as const };
    acceptRequest(
      arrival('/ping'),
      sink,
      servedAlone(served, ports, () => true),
    );
    const { story, reply, reason } = records.detail('last') ?? assert.fail('nothing was recorded');
    assert.equal(reason, 'health check');
    assert.match(JSON.stringify(reply), /Healthy Connection/);
    assert.match(story.sentences.join('\n'), /at the root of the address of an HTTP API with 200/);
  });

  it('is recorded, and said to be reserved', () => {
    const { api, ports } = anApi(restApi({}), {});
    const records = new RequestRecords(10, ports.clock, 'key of the test');
    ports.records = records;
    acceptRequest(
      arrival('/ping'),
      sink,
      servedAlone({ ...api.served, basePathMatched: NONE }, ports, () => true),
    );
    const { story, status } = records.detail('last') ?? assert.fail('nothing was recorded');
    assert.equal(status, 200);
    assert.equal(story.headline, 'GET /ping was answered with 200.');
    assert.match(
      story.sentences.join('\n'),
      /^AWS itself answers \/ping at the root of .* for its health checks/,
    );
    assert.match(story.changes.join('\n'), /^Give the route another path/);
  });
});

describe('a request at a custom domain', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  it('is explained with the mappings of the domain if none of them includes its path', () => {
    const story = storyAt('/v2/items', { domain: HOST, basePaths: ['v1'] });
    assert.match(story, /^GET \/v2\/items was refused with 403/);
    assert.match(
      story,
      /domain api\.example\.com has mappings for \/v1 only, and none of them includes \/v2\/items/,
    );
    assert.match(
      story,
      /^Begin the path with \/v1\. Or, if clients should keep this path, add a mapping without a base path/m,
    );
  });

  it('is recorded and explained if the domain has HTTP APIs only', () => {
    assert.match(
      storyAt('/items', { domain: HOST, basePaths: ['v1'] }, true),
      /^GET \/items was refused with 404[^]*has mappings for \/v1 only[^]*Begin the path with \/v1\./,
    );
  });

  it('is explained by a domain without mappings', () => {
    const story = storyAt('/items', { domain: HOST, basePaths: [] });
    assert.match(story, /has no mapping\.\nAdd an AWS::ApiGateway::BasePathMapping/);
  });

  it('is explained by a host that belongs to no API', () => {
    assert.match(
      storyAt('/items', undefined),
      /No loaded stack has an API or a custom domain with the host name/,
    );
  });
});

// https://repost.aws/knowledge-center/api-gateway-mutual-tls-403-errors
describe('a client that a truststore does not trust', () => {
  it('is explained with the line of the truststore, and with the domain without a port', () => {
    const { api, ports } = anApi(restApi({}), {});
    const records = new RequestRecords(10, ports.clock, 'key of the test');
    ports.records = records;
    const mutual = { TruststoreUri: 's3://trusted/truststore.pem' };
    const properties = { DomainName: HOST, MutualTlsAuthentication: mutual };
    const stack = aStack({ Domain: { type: 'AWS::ApiGateway::DomainName', properties } });
    const domain = stack.resources.get('Domain') ?? assert.fail('the stack has no domain');
    const place = (property?: string) => ({
      file: 'template.yaml',
      line: property === 'MutualTlsAuthentication.TruststoreUri' ? 9 : 3,
    });
    records.readStacks = () => [{ ...stack, resources: new Map([['Domain', { ...domain, place }]]) }];
    const wire = arrival('/items');
    acceptRequest(
      { ...wire, host: `${HOST}:8443`, headers: new HeaderList(['Host', `${HOST}:8443`]) },
      sink,
      {
        ...servedAlone(api.served, ports, () => true),
        judgeClient: () => ({ kind: 'refused', reason: 'self signed certificate' }),
      },
    );

    const { story } = records.detail('last') ?? assert.fail('nothing was recorded');

    assert.match(story.sentences.join('\n'), /^The custom domain api\.example\.com requires/);
    assert.match(
      story.sentences.join('\n'),
      /^Defined at: MutualTlsAuthentication of the custom domain template\.yaml:9\.$/m,
    );
  });

  const REASONS: readonly (readonly [reason: string, change: RegExp])[] = [
    [
      'Could not find issuer for certificate',
      /^Add the certificate of CN=Intermediate, and .*to the object of TruststoreUri/,
    ],
    ['self signed certificate', /does not accept self-signed certificates/],
    ['certificate has expired', /valid now/],
    ['Client cert using an insecure Signature Algorithm', /SHA-256/],
    ['no client certificate', /^Send a client certificate/],
    ['the TLS handshake was for another name', /SNI/],
    ['the client certificate is not valid for client authentication', /clientAuth/],
  ];
  for (const [reason, change] of REASONS)
    it(`is explained with AWS's reason and what to change: ${reason}`, () => {
      const certificate = { subject: 'CN=leaf\nO=shop', issuer: 'CN=Intermediate' };
      const told = describeUntrusted(HOST, reason, { certificate } as never);

      assert.equal(told.reason, `Access denied. Reason: ${reason}`);
      assert.match(told.because.join('\n'), /the certificate of CN=leaf, O=shop, issued by CN=Intermediate/);
      assert.match(told.changes.join('\n'), change);
    });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html
it('says how a request at the name of a VPC endpoint names its API', () => {
  const { changes } = describeUnmapped('vpce-1-a.execute-api.us-east-1.vpce.amazonaws.com', '/', undefined);
  assert.match(changes.join('\n'), /^Name the API, .* send x-apigw-api-id with the id of the API/);
});
