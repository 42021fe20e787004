import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { before, describe, it } from 'node:test';
import { MAX_HELLO_BYTES, readHello } from '../../../../packages/gateway/server/client-hello.ts';
import type { AddressInfo } from 'node:net';

/** What Node's own client sends first. */
async function helloOf(servername: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => socket.once('data', resolve).on('error', () => undefined));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, servername }).on('error', () => undefined);
  const hello = await promise;
  client.destroy();
  server.close();
  return hello;
}

describe('readHello', () => {
  let named: Buffer;
  let nameless: Buffer;
  before(async () => {
    [named, nameless] = await Promise.all([helloOf('Api.Example.com'), helloOf('')]);
  });

  it('reads the name, in lower case', () => {
    assert.deepEqual(readHello(named), { kind: 'hello', serverName: 'api.example.com' });
  });

  it('takes a hello without a name', () => {
    assert.deepEqual(readHello(nameless), { kind: 'hello', serverName: undefined });
  });

  it('waits for the rest, wherever the bytes are split', () => {
    for (let length = 0; length < named.length; length += 1)
      assert.deepEqual(readHello(named.subarray(0, length)), { kind: 'more' }, `after ${length} bytes`);
  });

  it('reads a hello that comes in several records', () => {
    const body = named.subarray(5);
    const records = [0, 40, 90].map((start, index, starts) => {
      const part = body.subarray(start, starts[index + 1]);
      const head = Buffer.from([22, 3, 1, 0, 0]);
      head.writeUInt16BE(part.length, 3);
      return Buffer.concat([head, part]);
    });
    assert.deepEqual(readHello(Buffer.concat(records)), { kind: 'hello', serverName: 'api.example.com' });
  });

  it('stops waiting once the header of a record of another kind has arrived', () => {
    const part = named.subarray(5, 45);
    const first = Buffer.concat([Buffer.from([22, 3, 1, 0, part.length]), part]);
    const alert = Buffer.from([21, 3, 1, 0, 2]);

    assert.deepEqual(readHello(first), { kind: 'more' });
    assert.deepEqual(readHello(Buffer.concat([first, alert])), { kind: 'hello', serverName: undefined });
  });

  it('recognizes by the first byte what is not TLS', () => {
    assert.deepEqual(readHello(Buffer.from('GET / HTTP/1.1\r\n')), { kind: 'foreign' });
  });

  it('ignores a name that is not allowed as a Host', () => {
    const at = named.indexOf('Api.Example.com');
    for (const bad of ['Api.Exam\0le.com', 'Api.Example/com', 'Api.Exa\r\n.com'])
      assert.deepEqual(
        readHello(Buffer.concat([named.subarray(0, at), Buffer.from(bad), named.subarray(at + bad.length)])),
        { kind: 'hello', serverName: undefined },
      );
  });

  it('has no name if a length exceeds the record', () => {
    const at = named.indexOf('Api.Example.com');
    // The name is preceded by its own length, its kind, and the lengths of the list and of the extension.
    for (const [what, place] of [
      ['of the name', at - 2],
      ['of the list of names', at - 5],
      ['of the extension', at - 7],
    ] as const)
      for (const more of [1, 0x4000]) {
        const bytes = Buffer.from(named);
        bytes.writeUInt16BE(bytes.readUInt16BE(place) + more, place);
        // The message ends with the name, so that nothing can be read in its place.
        const cut = bytes.subarray(0, at + 'Api.Example.com'.length);
        cut.writeUInt16BE(cut.length - 5, 3);
        cut.writeUIntBE(cut.length - 9, 6, 3);
        assert.deepEqual(readHello(cut), { kind: 'hello', serverName: undefined }, `${what}, ${more} more`);
      }
  });

  it('never throws, and does not wait forever', () => {
    // With a seed, so that a failure can be repeated.
    let seed = 1;
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = Buffer.from(named);
      for (let change = 0; change < 4; change += 1) bytes[next() % bytes.length] = next() % 256;
      readHello(bytes.subarray(0, 1 + (next() % bytes.length)));
    }
    const endless = Buffer.alloc(MAX_HELLO_BYTES + 10, 0);
    endless.set([22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff]);
    assert.deepEqual(readHello(endless), { kind: 'hello', serverName: undefined });
  });
});
