import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameServer } from '../../../../../../packages/gateway/engine/compose/network/tls.ts';
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

  it('gives a port its usual names where no other is asked for', () => {
    const usual = { names: USUAL, policy: 'TLS_1_2', acceptsHttp2: true };

    for (const name of [undefined, 'localhost', 'stranger.example']) assert.deepEqual(ask(name), usual, name);
    assert.deepEqual(ask(undefined, ['chat000001']), { ...usual, acceptsHttp2: false });
  });

  it('gives a name that the user allows a certificate of its own', () => {
    assert.deepEqual(ask('tunnel.example', [], ['tunnel.example']).names, ['tunnel.example']);
  });
});
