import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { createHttpClient } from '../../../../../packages/gateway/server/adapters/http-client.ts';
import type { AddressInfo } from 'node:net';

const MEGABYTE = Buffer.alloc(1024 * 1024);

describe('stream of createHttpClient', () => {
  it('has no bound if a reply in one piece has AWS’s 10 MB', async () => {
    const backend = createServer((_, response) => {
      for (let count = 0; count < 12; count += 1) response.write(MEGABYTE);
      response.end();
    });
    backend.listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const client = createHttpClient();
    const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const request = { method: 'GET', origin, target: '/', headers: [], body: undefined, timeoutMs: 10_000 };

    const whole = await client.send({ ...request, vpcLink: undefined, unpacks: false });
    const answer = await client.stream({ ...request, vpcLink: undefined, unpacks: false, idleMs: 10_000 });
    assert.ok(answer.kind === 'streams');
    let bytes = 0;
    for await (const chunk of answer.body) bytes += chunk.length;
    await client.close();
    backend.close();

    assert.ok(whole.kind === 'unreachable' && whole.reason === 'too-large');
    assert.equal(bytes, 12 * MEGABYTE.length, 'developer guide, "Stream the integration response"');
  });
});
