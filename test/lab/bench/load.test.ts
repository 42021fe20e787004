import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { generateLoad } from '../../../lab/bench/measure.ts';

const BEFORE_ALL_ARE_OPEN = 50;

describe('the load generator', () => {
  it('measures from the first answer on the last connection', async () => {
    let answered = 0;
    let held: ServerResponse | undefined;
    const server = createServer((_, response) => {
      if (held === undefined) {
        held = response;
        return;
      }
      response.end('ok');
      answered += 1;
      if (answered === BEFORE_ALL_ARE_OPEN) held.end('ok');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const { measured, total } = await generateLoad({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      path: '/',
      method: 'GET',
      headers: {},
      connections: 2,
      warmupSeconds: 0,
      seconds: 0.2,
      expectedBody: 'ok',
    });
    server.close();

    assert.ok(measured > 0);
    assert.ok(total - measured >= BEFORE_ALL_ARE_OPEN, `${measured} of ${total} measured`);
  });
});
