import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { WebSocketServer } from 'ws';
import { runCommandHere } from '../../../support/command-in-process.ts';
import type { AddressInfo } from 'node:net';

/** Runs the command against a server that answers with these texts. */
async function send(answers: readonly string[], ...options: readonly string[]) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const received: string[] = [];
  const ended: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    ended.push(once(socket, 'close'));
    socket.on('message', (data: Buffer) => {
      received.push(data.toString());
      for (const answer of answers) socket.send(answer);
    });
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const finished = await runCommandHere(['send', `ws://127.0.0.1:${port}`, 'hello', ...options]);
  await Promise.all(ended);
  server.close();
  return { ...finished, received };
}

describe('gatewright send', () => {
  it('prints the first answer', async () => {
    const { code, stdout } = await send(['one', 'two']);

    assert.deepEqual([code, stdout], [0, 'one\n']);
  });

  it('ends well without an answer where it is not to wait, once the message has arrived', async () => {
    const { code, stdout, stderr, received } = await send([], '--no-wait');

    assert.deepEqual([code, stdout, stderr, received], [0, '', '', ['hello']]);
  });

  it('prints one JSON object where that is asked for', async () => {
    const answered = await send(['{"a":1}'], '--json');
    const unanswered = await send([], '--no-wait', '--json');

    assert.deepEqual(JSON.parse(answered.stdout), { sent: 'hello', answer: '{"a":1}' });
    assert.deepEqual(JSON.parse(unanswered.stdout), { sent: 'hello' });
  });
});
