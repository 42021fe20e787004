/**
 * Bodies of any size come in pieces of any size, side by side, and some of their clients leave. Each body is whole or
 * refused, and nothing is counted any more when all is over.
 */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { BodyMemory, FREE_BODY_BYTES } from '../../../../packages/gateway/server/body-memory.ts';
import { readBody } from '../../../../packages/gateway/server/read-body.ts';
import { pickFrom } from '../../../support/pick.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';
import type { Pick } from '../../../support/pick.ts';

const MEMORY_BYTES = 1024 * 1024;
const MAX_BYTES = 200_000;
const SIZES = [
  0,
  1,
  100,
  FREE_BODY_BYTES - 1,
  FREE_BODY_BYTES,
  FREE_BODY_BYTES + 1,
  150_000,
  MAX_BYTES,
  MAX_BYTES + 1,
  260_000,
];
const PIECES = [1_000, 16_384, FREE_BODY_BYTES, 100_000];

type Sent = {
  readonly stream: PassThrough;
  readonly bytes: Buffer;
  at: number;
  body: Buffer | undefined;
  release: () => void;
  state: 'open' | 'done' | 'refused' | 'left';
};

function send(pick: Pick, memory: BodyMemory, number: number): Sent {
  const bytes = Buffer.alloc(pick.one(SIZES), 1 + (number % 255));
  const sent: Sent = {
    stream: new PassThrough({ highWaterMark: MEMORY_BYTES }),
    bytes,
    at: 0,
    body: undefined,
    release: () => undefined,
    state: 'open',
  };
  const announced = pick.chance(0.5) ? String(bytes.length) : undefined;
  const rules = {
    memory,
    maxBytes: MAX_BYTES,
    announced: () => announced,
    address: pick.one(['a', 'b', undefined]),
  };
  readBody(sent.stream, rules, {
    done: (body, release) => {
      assert.equal(sent.state, 'open', 'it ends once');
      Object.assign(sent, { body, release, state: 'done' });
    },
    refused: () => {
      assert.equal(sent.state, 'open', 'it ends once');
      sent.state = 'refused';
    },
  });
  return sent;
}

function goOn(sent: Sent, pick: Pick): void {
  const { stream, bytes } = sent;
  if (stream.writableEnded || stream.destroyed) return;
  if (sent.at >= bytes.length) {
    stream.end();
    return;
  }
  const next = Math.min(bytes.length, sent.at + pick.one(PIECES));
  stream.write(bytes.subarray(sent.at, next));
  sent.at = next;
}

/** Once the answer has been sent. */
function release(sent: Sent): void {
  const { release: give } = sent;
  sent.release = () => undefined;
  give();
}

function leave(sent: Sent): void {
  if (sent.state !== 'open') return;
  sent.state = 'left';
  sent.stream.destroy();
}

describe('bodies in any order', () => {
  it('are complete or refused, and use no memory after they have ended', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const seen = new Set<string>();
    for (let seed = 1; seed <= 25; seed += 1) {
      const pick = pickFrom(seed);
      const memory = new BodyMemory(new MemoryLog(), MEMORY_BYTES);
      const all: Sent[] = [];
      for (let step = 0; step < 120; step += 1) {
        if (all.length < 14 && pick.chance(0.3)) all.push(send(pick, memory, all.length));
        if (all.length === 0) continue;
        const one = pick.one(all);
        if (pick.chance(0.05)) leave(one);
        else if (pick.chance(0.1)) release(one);
        else goOn(one, pick);
        await turn();
        assert.ok(memory.bytes <= MEMORY_BYTES + MAX_BYTES, `seed ${seed}: ${memory.bytes} bytes`);
      }
      for (let round = 0; round < 2 * MEMORY_BYTES && all.some(({ state }) => state === 'open'); round += 1) {
        for (const one of all) {
          goOn(one, pick);
          release(one);
        }
        await turn();
        context.mock.timers.tick(100);
      }

      for (const one of all) {
        release(one);
        seen.add(one.state);
        if (one.body !== undefined)
          assert.ok(one.body.equals(one.bytes.subarray(0, MAX_BYTES)), `seed ${seed}`);
      }
      assert.equal(memory.bytes, 0, `seed ${seed}`);
    }
    assert.deepEqual([...seen].toSorted(), ['done', 'left', 'refused']);
  });
});
