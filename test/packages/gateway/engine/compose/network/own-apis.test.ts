import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { Closing } from '../../../../../../packages/gateway/engine/compose/closing.ts';
import { openOwnApis } from '../../../../../../packages/gateway/engine/compose/network/own-apis.ts';
import type { Parts } from '../../../../../../packages/gateway/engine/compose/parts.ts';
import { Connections } from '../../../../../../packages/gateway/core/websocket/connections.ts';
import { virtualPorts } from '../../../../../support/virtual-ports.ts';

describe('openOwnApis', () => {
  it('knows the names of APIs, function URLs and domains, and leaves no file of its proxy behind', async () => {
    const closing = new Closing();
    const ports = virtualPorts({});
    const served = {
      all: [{ identity: { domainName: 'api.example' } }],
      urls: [{ served: { domainName: 'url.example' } }],
      domains: { all: [{ name: '*.shop.example' }] },
      find: () => undefined,
      atDomain: () => undefined,
    };
    const own = await openOwnApis({
      options: { host: '127.0.0.1', allowHosts: [] },
      served,
      at: { ...ports, connections: new Connections(ports.clock), findApi: () => undefined },
      closing,
    } as unknown as Parts);

    const { hosts, authority } = own.read();
    const { authoritiesFile, trustStore } = await own.openProxy();
    const again = await own.openProxy();

    assert.deepEqual(hosts, ['api.example', 'url.example', '*.shop.example']);
    assert.ok(readFileSync(authoritiesFile, 'utf8').startsWith(authority));
    assert.equal(dirname(trustStore.file), dirname(authoritiesFile));
    assert.equal(again.authoritiesFile, authoritiesFile);
    await closing.run();
    assert.equal(existsSync(dirname(authoritiesFile)), false);
  });
});
