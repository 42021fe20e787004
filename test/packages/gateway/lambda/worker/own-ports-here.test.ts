/** Every way to open a server and to connect to it, in this process: its own ports are those of a function. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { OwnPorts } from '../../../../../packages/gateway/lambda/worker/own-ports.ts';

const UNPATCHED = [
  [net.Server.prototype, 'listen'],
  [net.Socket.prototype, 'connect'],
].map(([prototype, name]) => [prototype, name, Reflect.get(prototype as object, name as string)] as const);

function serve(name: string, open: (server: net.Server, ready: () => void) => void): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.end(name));
    server.on('error', reject);
    open(server, () => resolve(server));
  });
}
const portOf = (server: net.Server | undefined): number => (server?.address() as net.AddressInfo).port;
const close = (server: net.Server): Promise<void> =>
  new Promise((resolve) => void server.close(() => resolve()));

function readFrom(open: () => net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    open()
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('end', () => resolve(text))
      .on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNREFUSED' ? resolve('refused') : reject(error),
      );
  });
}

describe('OwnPorts', () => {
  let other: net.Server;
  let taken: number;
  let warnings: string[];
  const opened: net.Server[] = [];
  before(async () => {
    other = await serve('other', (server, ready) => server.listen(0, '0.0.0.0', ready));
    taken = portOf(other);
  });
  after(() => close(other));
  afterEach(async () => {
    for (const [prototype, name, method] of UNPATCHED)
      Reflect.set(prototype as object, name as string, method);
    await Promise.all(opened.splice(0).map(close));
  });

  async function open(start: (server: net.Server, ready: () => void) => void): Promise<net.Server> {
    const server = await serve('own', start);
    opened.push(server);
    return server;
  }
  function patch(): OwnPorts {
    warnings = [];
    const ports = new OwnPorts((message) => warnings.push(message));
    ports.patch();
    ports.patch();
    return ports;
  }

  const ways: readonly (readonly [name: string, start: (server: net.Server, ready: () => void) => void])[] = [
    ['a number', (server, ready) => server.listen(taken, ready)],
    ['a number and a host', (server, ready) => server.listen(taken, '127.0.0.1', ready)],
    ['a text', (server, ready) => server.listen(String(taken) as unknown as number, ready)],
    ['options', (server, ready) => server.listen({ port: taken, host: '127.0.0.1' }, ready)],
  ];
  for (const [name, start] of ways)
    it(`opens a server on a free port if another program has the port, given as ${name}, and reports it once`, async () => {
      patch();
      const server = await open(start);

      assert.notEqual(portOf(server), taken);
      assert.deepEqual(warnings, [
        `port ${taken} is in use on this machine, so this instance's server listens on ${portOf(server)}; on AWS each instance has its own ports`,
      ]);
      assert.equal(await readFrom(() => net.connect(taken)), 'own');
    });

  it('redirects every way to connect to this machine to that server, and no other connection', async () => {
    patch();
    await open((server, ready) => server.listen(taken, ready));
    const reached: readonly (readonly [expected: string, reach: () => net.Socket])[] = [
      ['own', () => net.connect(taken)],
      ['own', () => net.connect(taken, 'localhost')],
      ['own', () => net.connect(taken, '127.0.0.1')],
      ['own', () => net.connect({ port: taken })],
      ['own', () => net.connect({ port: taken, host: '127.0.0.1' })],
      ['own', () => new net.Socket().connect(taken)],
      ['own', () => new net.Socket().connect(taken, '0.0.0.0')],
      ['own', () => new net.Socket().connect({ port: taken, host: 'localhost' })],
      ['own', () => new net.Socket().connect(String(taken) as unknown as number, () => undefined)],
      ['other', () => net.connect(taken, '127.0.0.2')],
      ['other', () => new net.Socket().connect({ port: taken, host: '127.0.0.2' })],
    ];
    // Elsewhere this machine has one address of the kind.
    const here = reached.filter(([expected]) => expected === 'own' || process.platform === 'linux');
    for (const [index, [expected, reach]] of here.entries())
      assert.equal(await readFrom(reach), expected, `way ${index}`);
  });

  it('leaves values that are not addresses to Node.js', async () => {
    patch();
    await open((server, ready) => server.listen(taken, ready));

    const nowhere = undefined as unknown as net.SocketConnectOpts;
    assert.throws(() => new net.Socket().connect(nowhere), { code: 'ERR_MISSING_ARGS' });
  });

  it('stops redirecting when its own server is closed', async () => {
    patch();
    const server = await open((one, ready) => one.listen(taken, ready));
    await close(server);
    opened.length = 0;

    assert.equal(await readFrom(() => net.connect(taken, '127.0.0.1')), 'other');
  });

  it('changes nothing of a port that is free, and of one of the system', async () => {
    patch();
    const server = await open((one, ready) => one.listen(0, ready));

    assert.equal(await readFrom(() => net.connect(portOf(server))), 'own');
    assert.deepEqual(warnings, []);
  });

  it('lets a second server of its own on one port fail, as in Lambda', async () => {
    patch();
    const server = await open((one, ready) => one.listen(0, ready));
    const second = serve('second', (one, ready) => one.listen(portOf(server), ready));

    await assert.rejects(second, { code: 'EADDRINUSE' });
  });
});
