import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { nameServer, tlsOf } from '../../../../../../packages/gateway/engine/compose/network/tls.ts';
import { makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import type { GatewayOptions } from '../../../../../../packages/gateway/engine/gateway.ts';
import type { ServedApis } from '../../../../../../packages/gateway/control/served-apis.ts';
import type { PortPlan } from '../../../../../../packages/gateway/server/port-plan.ts';

const USUAL = ['localhost', '127.0.0.1'];
const APIS = new Map([
  ['strict0001', { protocol: 'rest', securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' }],
  ['usual00001', { protocol: 'http' }],
  ['chat000001', { protocol: 'websocket' }],
]);

function ask(
  serverName: string | undefined,
  apiIds: readonly string[] = [],
  allowHosts: readonly string[] = [],
) {
  const served = { find: (id: string) => APIS.get(id), domains: { ofHost: () => undefined } };
  const plan = { apiIds } as unknown as PortPlan;
  return nameServer(served as unknown as ServedApis, { plan, ownNames: USUAL, allowHosts }, serverName);
}

/** API Gateway developer guide, "Choose a security policy for your REST API". */
describe('nameServer', () => {
  for (const { id, policy, acceptsHttp2 } of [
    { id: 'strict0001', policy: 'SecurityPolicy_TLS13_1_3_2025_09', acceptsHttp2: true },
    { id: 'usual00001', policy: 'TLS_1_2', acceptsHttp2: true },
    { id: 'chat000001', policy: 'TLS_1_2', acceptsHttp2: false },
  ])
    it(`gives ${id} its own name and security policy, on whatever port`, () => {
      const name = `${id}.execute-api.eu-west-1.amazonaws.com`;

      assert.deepEqual(ask(name, ['usual00001']), { names: [name], policy, acceptsHttp2 });
    });

  it('gives a port its usual names if no other name is requested', () => {
    const usual = { names: USUAL, policy: 'TLS_1_2', acceptsHttp2: true };

    for (const name of [undefined, 'localhost', 'stranger.example']) assert.deepEqual(ask(name), usual, name);
    assert.deepEqual(ask(undefined, ['chat000001']), { ...usual, acceptsHttp2: false });
  });

  it('gives a name that the user allows its own certificate', () => {
    assert.deepEqual(ask('tunnel.example', [], ['tunnel.example']).names, ['tunnel.example']);
  });
});

describe('tlsOf', () => {
  const lifetime = { fromEpochMs: Date.now() - 60_000, toEpochMs: Date.now() + 60_000 };
  const authority = makeAuthority({ ...lifetime, commonName: 'ours' });
  const served = { find: () => undefined, domains: { ofHost: () => undefined } } as unknown as ServedApis;
  const at = (host: string, allowHosts: readonly string[] = []) =>
    tlsOf(() => authority, { host, allowHosts } as unknown as GatewayOptions, served);
  const plan = { apiIds: [] } as unknown as PortPlan;
  const HERE = ['localhost', '*.execute-api.localhost', '127.0.0.1', '::1'];
  const elsewhere = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  );

  // A client compares the certificate with each name and address at which it can reach the port (RFC 9525).
  for (const { host, more } of [
    { host: '127.0.0.1', more: [] },
    { host: '::1', more: [] },
    { host: '192.0.2.7', more: ['192.0.2.7'] },
    { host: '0.0.0.0', more: [...new Set(elsewhere)] },
    { host: '::', more: [...new Set(elsewhere)] },
  ])
    it(`names loopback, and every other address at which a port of ${host} can be reached`, () => {
      assert.deepEqual(at(host).nameOf(plan, undefined).names, [...HERE, ...more]);
    });

  it('names a host that the user allows, and no other', () => {
    const { nameOf } = at('127.0.0.1', ['tunnel.example']);

    assert.deepEqual(nameOf(plan, 'tunnel.example').names, ['tunnel.example']);
    assert.deepEqual(nameOf(plan, 'stranger.example').names, HERE);
  });

  // Browsers take no certificate of more than 398 days (CA/Browser Forum, Baseline Requirements 6.3.2).
  it('certifies every name, by the local CA, from a day ago and for no more than 398 days', () => {
    const long = `${'a'.repeat(60)}.example.com`;
    for (const names of [[...HERE], [long], ['b.example', 'c.example']]) {
      const certificate = new X509Certificate(at('127.0.0.1').certify(names).certificate);
      const [fromMs, toMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];

      for (const name of names)
        assert.ok(
          certificate.checkHost(name.replace('*', 'a1')) ?? certificate.checkIP(name),
          `${name}: ${certificate.subjectAltName ?? ''}`,
        );
      assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
      assert.ok(Date.now() - fromMs > 86_000_000 && toMs > Date.now());
      assert.ok(toMs - fromMs <= 398 * 86_400_000);
    }
  });
});
