import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { get, startRawServer, statusesOf } from './raw-connection.ts';
import type { RawServer } from './raw-connection.ts';

let raw: RawServer;
const open = (text: string | Buffer, ends = false): ReturnType<RawServer['open']> => raw.open(text, ends);

before(async () => {
  raw = await startRawServer();
});
after(() => raw.close());

describe('a client that has finished sending', () => {
  it('still gets the answers to what it sent (RFC 9112 §9.6)', async () => {
    const connection = open(get('x-wait: 1\r\nx-name: first\r\n') + get('x-name: second\r\n'), true);
    while (raw.waiting.length === 0) await new Promise((go) => setImmediate(go));
    raw.waiting.shift()?.();
    const received = await connection.over;

    assert.deepEqual(statusesOf(received), ['HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.match(received, /second$/);
  });
});

describe('what node would refuse in silence', () => {
  it('is a line of the log, and no text of the caller commands a terminal', async () => {
    const before = raw.ports.log.lines.length;
    await open('CONNECT x:1 HTTP/1.1\r\nHost: pets.example\r\n\r\n').over;
    await open(Buffer.from(get('Expect: \x9b2J\r\n'), 'latin1')).over;

    assert.deepEqual(raw.ports.log.lines.slice(before), [
      '405 CONNECT "x:1": the gateway is not a proxy',
      '417 GET "/dev/pets": Expect: "?2J" is not supported',
    ]);
  });

  it('does not overtake the answers of its connection', async () => {
    const connection = open(`${get('x-wait: 1\r\n')}CONNECT x:1 HTTP/1.1\r\nHost: pets.example\r\n\r\n`);
    while (raw.waiting.length === 0) await new Promise((go) => setImmediate(go));
    raw.waiting.shift()?.();

    assert.deepEqual(statusesOf(await connection.over), ['HTTP/1.1 200', 'HTTP/1.1 405']);
  });
});

describe('requests in one packet', () => {
  it('begin when the answer before theirs has left', async () => {
    const calls = raw.ports.invoker.calls.length;
    const connection = open(get('x-wait: 1\r\n') + get('Connection: close\r\n'));
    while (raw.waiting.length === 0) await new Promise((go) => setImmediate(go));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((go) => setImmediate(go));
    const started = raw.ports.invoker.calls.length - calls;
    raw.waiting.shift()?.();

    assert.deepEqual(statusesOf(await connection.over), ['HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.equal(started, 1);
  });

  it('never begin if the client has left before', async () => {
    const calls = raw.ports.invoker.calls.length;
    const socket = connect(raw.port, '127.0.0.1');
    socket.write(get('x-wait: 1\r\n') + get());
    while (raw.waiting.length === 0) await new Promise((go) => setImmediate(go));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.resetAndDestroy();
    await gone;
    raw.waiting.shift()?.();
    await open(get('Connection: close\r\n')).over;

    assert.equal(raw.ports.invoker.calls.length - calls, 2, 'the first, and the one after');
  });
});
