import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { createLateHttpClient } from '../../../../../packages/gateway/server/adapters/late-http-client.ts';

describe('the client of backends that is loaded by its first request', () => {
  it('has nothing to close before that', async () => {
    await createLateHttpClient().close();
  });

  it('sends by what it was made with, the first request and those after it', async () => {
    const server = createServer((request, response) => response.end(request.url));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createLateHttpClient(new Map([['link', [`http://127.0.0.1:${port}`]]]));
    try {
      for (const target of ['/one', '/two']) {
        const outcome = await client.send({
          method: 'GET',
          target,
          headers: [],
          body: undefined,
          timeoutMs: 5_000,
          unpacks: false,
          origin: 'http://absent.example',
          vpcLink: 'link',
        });
        assert.equal(outcome.kind, 'answered');
        assert.equal(outcome.body.toString(), target);
      }
      await client.close();
      const late = await client.send({
        method: 'GET',
        target: '/late',
        headers: [],
        body: undefined,
        timeoutMs: 5_000,
        unpacks: false,
        origin: 'http://absent.example',
        vpcLink: 'link',
      });
      assert.equal(late.kind, 'unreachable', 'its connections are gone');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
