import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WebSocketServer } from 'ws';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { beside, givesEachTestAHome, home, json } from '../../../toolkit/terminal/beside-a-gateway.ts';
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
  givesEachTestAHome();

  it('prints the first answer', async () => {
    const { code, stdout } = await send(['one', 'two']);

    assert.deepEqual([code, stdout], [0, 'one\n']);
  });

  it('ends well without an answer if it is not to wait, once the message has arrived', async () => {
    const { code, stdout, stderr, received } = await send([], '--no-wait');

    assert.deepEqual([code, stdout, stderr, received], [0, '', '', ['hello']]);
  });

  it('prints one JSON object if requested', async () => {
    const answered = await send(['{"a":1}'], '--json');
    const unanswered = await send([], '--no-wait', '--json');

    assert.deepEqual(JSON.parse(answered.stdout), { sent: 'hello', answer: '{"a":1}' });
    assert.deepEqual(JSON.parse(unanswered.stdout), { sent: 'hello' });
  });

  it('connects with the token, headers and subprotocols that it is given', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket, { headers }) => {
      const { authorization, 'x-api-key': key, 'sec-websocket-protocol': protocols } = headers;
      socket.on('message', () => socket.send(JSON.stringify({ authorization, key, protocols })));
    });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sent = async (...options: readonly string[]): Promise<unknown> =>
      JSON.parse((await runCommandHere(['send', ...options, url, 'hello'])).stdout);

    assert.deepEqual(await sent('--token', 'abc'), { authorization: 'Bearer abc' });
    assert.deepEqual(await sent('--header', 'X-Api-Key: k:1', '--header', 'Authorization:Basic x'), {
      authorization: 'Basic x',
      key: 'k:1',
    });
    assert.deepEqual(await sent('--protocol', 'bearer', '--protocol', 'abc'), { protocols: 'bearer,abc' });
    server.close();
  });

  // The walk of a user: all other commands of a running gateway take --gateway.
  it('finds the API of a path at the running gateway, and names the APIs if none or several match', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    const paths: (string | undefined)[] = [];
    server.on('connection', (socket, { url }) => {
      paths.push(url);
      socket.on('message', () => socket.send('heard'));
    });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/dev`;
    const other = 'ws://127.0.0.1:1/test';
    const apis = [url, other, other].map((each) => ({ kind: 'websocket', url: each }));
    const answer = json({ apis: [...apis, { kind: 'http', url: 'http://127.0.0.1:2/dev' }] });
    const sent = (path: string) =>
      runCommandHere(['send', path, 'hello', '--gateway', 'shop'], {
        environment: { GATEWRIGHT_HOME: home },
      });
    const { result, asked } = await beside(answer, async () => [
      await sent('/dev?token=t'),
      await sent('/prod'),
      await sent('/test'),
    ]);
    server.close();

    assert.deepEqual([result[0]?.stdout, paths], ['heard\n', ['/dev?token=t']]);
    assert.equal(asked[0]?.line, 'GET /_gatewright/status');
    assert.deepEqual(
      [result[1]?.stderr, result[2]?.stderr],
      [
        `error: the running gateway has no WebSocket API at /prod; its WebSocket APIs are ${url}, ${other}, ${other}\n`,
        `error: the running gateway has several WebSocket APIs at /test: ${other}, ${other}; write the address of one instead of the path\n`,
      ],
    );
  });

  it('refuses what cannot be sent in a handshake', async () => {
    const url = 'ws://127.0.0.1:1';
    const header = await runCommandHere(['send', '--header', 'secret', url, 'hello']);
    const protocol = await runCommandHere(['send', '--protocol', 'a b', url, 'hello']);

    assert.deepEqual(
      [header.stderr, protocol.stderr],
      [
        `error: --header: "secret" is not a header; write it as 'name: value'\n`,
        'error: An invalid or duplicated subprotocol was specified\n',
      ],
    );
  });

  it('shows in its help what an address looks like, with the token if browsers have it', async () => {
    const { stdout } = await runCommandHere(['send', '--help']);

    assert.match(stdout, /url +ws:\/\/127\.0\.0\.1:3001\/dev\?token=/);
  });

  it('trusts only the local CA of its folder, and shows no token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-send-'));
    const lifetime = { fromEpochMs: Date.now() - 60_000, toEpochMs: Date.now() + 60_000 };
    const authority = makeAuthority({ ...lifetime, commonName: 'ours' });
    const { certificate: cert, privateKey: key } = issueFrom(authority, 'server', {
      ...lifetime,
      commonName: 'x',
      names: ['127.0.0.1'],
    });
    mkdirSync(join(folder, 'trusts/.gatewright/tls'), { recursive: true });
    writeFileSync(join(folder, 'trusts/.gatewright/tls/ca.pem'), authority.certificate);
    const server = createServer({ cert, key });
    new WebSocketServer({ server }).on('connection', (socket) =>
      socket.on('message', () => socket.send('heard')),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/dev?token=secret`;
    const here = await runCommandHere(['send', url, 'hi'], { cwd: join(folder, 'trusts') });
    const elsewhere = await runCommandHere(['send', url, 'hi'], { cwd: folder });
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });

    assert.deepEqual([here.code, here.stdout], [0, 'heard\n'], here.stderr);
    assert.match(elsewhere.stderr, /^error: wss:\/\/127\.0\.0\.1:\d+\/dev cannot be reached: \w+; check/);
  });
});
