import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { makeAuthority } from '../../../../../packages/base/aws/certificates/issue-certificate.ts';
import { ServedApis } from '../../../../../packages/gateway/control/served-apis.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { domain, HOST, keyed, mapping } from '../../../../support/custom-domains.ts';
import { echo, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const PETS = restRoutes({ 'GET /pets': {} });

function serving(resources: Record<string, TestResource>): ServedApis {
  const served = new ServedApis(new Account({ clock: virtualPorts({}).clock, isThrottled: false }));
  served.prepare([aStack(resources)]).serve();
  return served;
}

describe('readDomains refuses', () => {
  const rows: { name: string; resources: Record<string, TestResource>; says: RegExp }[] = [
    {
      name: 'a domain twice',
      resources: { A: domain(), B: domain() },
      says: /^The domain name you provided already exists\.$/,
    },
    {
      name: 'a value that is not a host name',
      resources: { A: domain({ DomainName: 'api' }) },
      says: /^Invalid domain name/,
    },
    // A custom domain comes before the names of APIs: it would take the requests of an API that is not its own.
    ...[
      'abc123def4.execute-api.localhost',
      '*.execute-api.localhost',
      'a1.execute-api.us-east-1.amazonaws.com',
    ].map((DomainName) => ({
      name: `${DomainName}, a name of APIs`,
      resources: { A: domain({ DomainName }) },
      says: /^Invalid domain name/,
    })),
    {
      name: 'several levels in a mapping of the older API',
      resources: { D: domain(), M: mapping({ BasePath: 'v1/orders', Stage: 'dev' }) },
      says: /^API Gateway V1 doesn't support the slash character \(\/\) in base path mappings\./,
    },
    {
      name: 'one base path twice',
      resources: { D: domain(), A: mapping({ BasePath: 'v1' }), B: keyed({ ApiMappingKey: 'v1' }) },
      says: /^Base path already exists for this domain name$/,
    },
    {
      name: 'several levels on an edge-optimized domain',
      resources: {
        D: domain({ EndpointConfiguration: { Types: ['EDGE'] } }),
        M: keyed({ ApiMappingKey: 'a/b' }),
      },
      says: /^Only REGIONAL domain names can be managed/,
    },
    {
      name: 'a base path that no URL has',
      resources: { D: domain(), M: mapping({ BasePath: 'a b' }) },
      says: /^Invalid base path: "a b"$/,
    },
    {
      name: 'an API that does not exist',
      resources: { D: domain(), M: mapping({ RestApiId: 'nobody' }) },
      says: /^Invalid API identifier specified/,
    },
    {
      name: 'a stage that does not exist',
      resources: { D: domain(), M: mapping({ Stage: 'none' }) },
      says: /^Invalid stage identifier specified$/,
    },
    {
      name: 'WebSocket and other APIs together',
      resources: {
        Chat: {
          type: 'AWS::ApiGatewayV2::Api',
          id: 'chat',
          properties: { Name: 'chat', ProtocolType: 'WEBSOCKET' },
        },
        D: domain(),
        A: keyed({ ApiMappingKey: 'a' }),
        B: keyed({ ApiId: 'chat', ApiMappingKey: 'b' }),
      },
      says: /^A domain name of WebSocket APIs/,
    },
  ];
  for (const { name, resources, says } of rows)
    it(name, () => {
      assert.throws(() => serving({ ...PETS, ...resources }), { name: 'DefinitionError', message: says });
    });

  it('no mapping whose domain belongs to a stack that is not loaded', () => {
    const served = serving({ ...PETS, M: mapping({ Stage: 'dev' }) });
    assert.ok(served.atDomain(HOST, '/pets')?.api);
  });
});

describe('a domain with mutual TLS, without TLS', () => {
  const MUTUAL = { MutualTlsAuthentication: { TruststoreUri: 's3://b/k' } };
  const resources = { ...PETS, D: domain(MUTUAL), M: mapping({ Stage: 'dev' }) };

  const answer = async (tolerance: Faults): Promise<number> => {
    const ports = virtualPorts({ echo });
    const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
    served.prepare([aStack(resources)], tolerance).serve();
    const api = served.atDomain(HOST, '/pets')?.api;
    assert.ok(api !== undefined);
    const wire = { method: 'GET', target: '/pets', rawHeaders: ['Host', HOST], body: undefined };
    const facts = { ...wire, remoteAddress: '127.0.0.1', httpVersion: '1.1' };
    return (await serve(receive(facts, api, ports), ports)).status;
  };

  it('answers 500 and is reported', async () => {
    const faults = new Faults(false);

    assert.equal(await answer(faults), 500);
    const [fault] = faults.all;
    assert.equal(faults.all.length, 1);
    assert.match(fault?.error.describe() ?? '', /cannot ask clients for a certificate/);
    assert.match(fault?.consequences[0] ?? '', /every request to the domain receives 500/);
  });

  it('answers under --allow-unguarded', async () => {
    assert.equal(await answer(new Faults(true)), 200);
  });
});

describe('a domain with mutual TLS', () => {
  const certificate = makeAuthority({ commonName: 'Partners', fromEpochMs: 0, toEpochMs: 1e12 }).certificate;
  const reload = (served: ServedApis, objects: Readonly<Record<string, string>>, version = 'v1'): Faults => {
    const faults = new Faults(false);
    const mutual = { TruststoreUri: 's3://trust/partners.pem', TruststoreVersion: version };
    const resources = {
      ...PETS,
      D: domain({ MutualTlsAuthentication: mutual }),
      M: mapping({ Stage: 'dev' }),
    };
    const source = { readObject: (address: string) => objects[address], file: 'values.yml', servesTls: true };
    served.prepare([aStack(resources)], faults, source).serve();
    return faults;
  };
  const serving = (): ServedApis =>
    new ServedApis(new Account({ clock: virtualPorts({ echo }).clock, isThrottled: false }));

  it('takes the object of its version before the one without', () => {
    const served = serving();
    const other = makeAuthority({ commonName: 'Others', fromEpochMs: 0, toEpochMs: 1e12 }).certificate;
    const objects = { 'trust/partners.pem': certificate, 'trust/partners.pem?versionId=v2': other };
    reload(served, objects);
    assert.equal(served.domains.get(HOST)?.truststore?.text, certificate);
    reload(served, objects, 'v2');
    assert.equal(served.domains.get(HOST)?.truststore?.text, other);
  });

  const broken: { name: string; objects: Readonly<Record<string, string>>; reason: RegExp }[] = [
    {
      name: 'is not on this machine',
      objects: {},
      reason: /write it to values.yml as s3: { trust: { partners.pem/,
    },
    {
      name: 'has no certificate',
      objects: { 'trust/partners.pem': 'x' },
      reason: /has no PEM certificate/,
    },
  ];
  for (const { name, objects, reason } of broken)
    it(`rejects every client if its truststore ${name}`, () => {
      const served = serving();
      const [fault] = reload(served, objects).all;
      assert.match(fault?.error.describe() ?? '', reason);
      assert.ok(served.domains.get(HOST)?.closedBecause !== undefined);
    });
});
