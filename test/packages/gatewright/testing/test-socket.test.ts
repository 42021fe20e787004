import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { TestingError } from '../../../../packages/gatewright/testing/control-link.ts';
import { FunctionFailed } from '../../../../packages/gatewright/testing/test-gateway.ts';
import { HandshakeRefused, openSocket } from '../../../../packages/gatewright/testing/test-socket.ts';

const parse = (text: string): unknown => JSON.parse(text) as unknown;

describe('a WebSocket client of a test', () => {
  const server = createServer();
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }, done) => done(req.url !== '/closed', 403, 'no'),
  });
  let url = '';

  before(async () => {
    sockets.on('connection', (socket, { url: target, headers }) => {
      socket.send(JSON.stringify({ target, authorization: headers.authorization }));
      socket.on('message', (text: Buffer) =>
        text.toString() === 'end' ? socket.close(4001, 'over') : socket.send(text.toString()),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.close();
  });

  it('gives messages in their order, JSON as values and the rest as text', async () => {
    const socket = await openSocket(`${url}/dev`, { query: { room: 'a b' }, token: 't' }, parse);
    socket.send({ number: 1 });
    socket.send('no JSON');
    assert.deepEqual(await socket.next(), { target: '/dev?room=a+b', authorization: 'Bearer t' });
    assert.deepEqual(await socket.next(), { number: 1 });
    assert.equal(await socket.next(), 'no JSON');
    await socket.close();
  });

  it('says how the connection ended, also to a caller that waits for a message', async () => {
    const socket = await openSocket(url, {}, parse);
    await socket.next();
    const waiting = assert.rejects(socket.next(), /the connection was closed with code 4001/);
    socket.send('end');
    await waiting;
    assert.deepEqual(await socket.closed, { code: 4001, reason: 'over' });
    await assert.rejects(socket.next(), /was closed with/);
  });

  it('leaves no timer behind, which would keep a test runner for seconds', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const quiet = async (): Promise<number> => {
      while (sockets.clients.size > 0) await setImmediate();
      return timers();
    };
    const before = await quiet();
    const socket = await openSocket(url, {}, parse);
    await socket.next();
    const connected = timers();
    const answer = socket.next();
    socket.send('1');
    assert.equal(await answer, 1);
    assert.equal(timers(), connected);
    const waiting = assert.rejects(socket.next(), /was closed with/);
    socket.send('end');
    await waiting;
    assert.equal(await quiet(), before);
  });

  it('does not wait for a message forever', async () => {
    const socket = await openSocket(url, {}, parse);
    await socket.next();
    await assert.rejects(socket.next(1), /no message arrived within 1 ms/);
    await socket.close();
  });

  it('is refused with status and body', async () => {
    await assert.rejects(
      openSocket(`${url}/closed`, {}, parse),
      (error) => error instanceof HandshakeRefused && error.status === 403 && error.body === 'no',
    );
  });
});

// How a program with more than one copy of this module recognizes these errors, as by the codes of Node's own errors.
describe('an error of gatewright/testing', () => {
  const rows = [
    [new TestingError('no gateway'), 'TestingError', 'GATEWRIGHT_TESTING', 'no gateway'],
    [new FunctionFailed('RangeError', 'too far'), 'FunctionFailed', 'GATEWRIGHT_FUNCTION', 'too far'],
    [new HandshakeRefused(401, 'who?'), 'HandshakeRefused', 'GATEWRIGHT_HANDSHAKE', '401 who?'],
  ] as const;
  for (const [error, name, code, says] of rows)
    it(`has a name and a code: ${name}`, () => {
      assert.deepEqual([error.name, error.code], [name, code]);
      assert.ok(error.message.includes(says), error.message);
    });
});
