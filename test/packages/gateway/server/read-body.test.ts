import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { BodyMemory, FREE_BODY_BYTES } from '../../../../packages/gateway/server/body-memory.ts';
import { readBody } from '../../../../packages/gateway/server/read-body.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';

const MAX = 1_000_000;

describe('readBody', () => {
  let memory: BodyMemory;
  beforeEach(() => {
    memory = new BodyMemory(new MemoryLog(), 4_000_000);
  });

  type Reading = {
    readonly request: PassThrough;
    outcome: Buffer | 'refused' | undefined;
    release: () => void;
  };
  function read(announced?: number, address = '127.0.0.2'): Reading {
    const reading: Reading = { request: new PassThrough(), outcome: undefined, release: () => undefined };
    readBody(
      reading.request,
      { memory, maxBytes: MAX, announced: () => announced?.toString(), address },
      {
        done(body, release) {
          reading.outcome = body;
          reading.release = release;
        },
        refused: () => (reading.outcome = 'refused'),
      },
    );
    return reading;
  }
  async function send(reading: Reading, parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      reading.request.write(part);
      await turn();
    }
  }
  const patterned = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => at % 251));
  const cut = (whole: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, (at + 1) * size),
    );

  for (const { name, length, size, announced } of [
    { name: 'in one part', length: 5_000, size: 5_000, announced: 5_000 },
    { name: 'in parts of a few bytes', length: 500, size: 3, announced: undefined },
    { name: 'of exactly what is free', length: FREE_BODY_BYTES, size: 10_000, announced: undefined },
    { name: 'that says its length', length: 300_000, size: 16_384, announced: 300_000 },
    { name: 'that does not say its length', length: 300_000, size: 16_384, announced: undefined },
    { name: 'without a byte', length: 0, size: 1, announced: undefined },
  ])
    it(`reads a body ${name}, and keeps nothing once it is answered`, async () => {
      const whole = patterned(length);
      const reading = read(announced);
      await send(reading, cut(whole, size));
      reading.request.end();
      await turn();

      assert.ok(reading.outcome instanceof Buffer);
      assert.ok(reading.outcome.equals(whole));
      assert.equal(memory.bytes, length > FREE_BODY_BYTES ? length : 0);
      reading.release();
      assert.equal(memory.bytes, 0);
    });

  it('reads no more than the requested maximum of bytes', async () => {
    const reading = read();
    await send(reading, cut(patterned(MAX + 40_000), 50_000));

    assert.ok(reading.outcome instanceof Buffer);
    assert.equal(reading.outcome.length, MAX);
    assert.equal(reading.request.isPaused(), true);
  });

  it('stops reading a body that waits, and continues where it stopped', async () => {
    const first = read(MAX);
    await send(first, cut(patterned(100_000), 50_000));
    const whole = patterned(200_000);
    const second = read(whole.length);
    await send(second, cut(whole, 50_000));
    assert.equal(second.request.isPaused(), true);

    first.request.destroy();
    await turn();
    second.request.end();
    await turn();

    assert.ok(second.outcome instanceof Buffer);
    assert.ok(second.outcome.equals(whole));
  });

  it('never makes a small body wait', async () => {
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'])
      await send(read(MAX, address), [patterned(50_000), patterned(50_000)]);
    assert.equal(memory.bytes, 4 * MAX);
    const small = read(FREE_BODY_BYTES);
    await send(small, cut(patterned(FREE_BODY_BYTES), 20_000));
    small.request.end();
    await turn();

    assert.ok(small.outcome instanceof Buffer);
  });

  for (const sent of [40_000, 100_000])
    it(`releases a body at once if its client leaves after ${sent} bytes`, async () => {
      const reading = read(MAX);
      await send(reading, cut(patterned(sent), 20_000));
      assert.equal(memory.bytes, sent > FREE_BODY_BYTES ? MAX : sent);
      reading.request.destroy();
      await turn();

      assert.deepEqual([memory.bytes, reading.outcome], [0, undefined]);
    });

  it('refuses a body that is longer than announced', async () => {
    const reading = read(70_000);
    await send(reading, cut(patterned(100_000), 20_000));

    assert.deepEqual([reading.outcome, memory.bytes], ['refused', 0]);
  });

  it('refuses a body that announces more than one client may send', async () => {
    memory = new BodyMemory(new MemoryLog(), 400_000);
    const reading = read(150_000);
    await send(reading, cut(patterned(80_000), 20_000));

    assert.deepEqual([reading.outcome, memory.bytes], ['refused', 0]);
  });

  it('refuses beginnings of bodies beyond the bound, and beyond the quarter of a client address', async () => {
    memory = new BodyMemory(new MemoryLog(), 160_000);
    const readings = [2, 2, 3, 4, 5, 6].map((number) => read(undefined, `127.0.0.${number}`));
    for (const reading of readings) await send(reading, [patterned(40_000)]);

    assert.deepEqual(
      readings.map(({ outcome }) => outcome),
      [undefined, 'refused', undefined, undefined, undefined, 'refused'],
    );
  });
});
