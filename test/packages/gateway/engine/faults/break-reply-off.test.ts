import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { breakReplyOff } from '../../../../../packages/gateway/engine/faults/break-reply-off.ts';
import type { Reply } from '../../../../../packages/gateway/core/exchange.ts';
import type { BreakOff } from '../../../../../packages/gateway/core/trail.ts';
import { aByteStream } from '../../../../support/virtual-ports.ts';

const CUT = { kind: 'cut', by: 'rule 1', afterBytes: 3 } as const;
const RESET = { kind: 'reset', by: 'rule 1' } as const;

/** The parts that arrive, and the notes of the request. */
async function sent(given: Partial<Reply>, how: BreakOff, method = 'GET') {
  const reply = { status: 200, headers: [], body: '', ...given };
  const injected = { notes: [] as string[], breaksOff: how };
  breakReplyOff(reply, injected, how, method);
  const parts: string[] = [];
  const { stream } = reply;
  const { notes } = injected;
  if (stream === undefined) return { parts: [String(reply.body)], notes, isReset: undefined };
  await assert.rejects(async () => {
    for await (const part of stream.bytes) parts.push(part.toString());
  });
  return { parts, notes, isReset: stream.isReset };
}

describe('breakReplyOff', () => {
  it('sends nothing of a reply whose connection is reset', async () => {
    const notes = ['rule 1: the connection was reset'];
    const bytes = aByteStream(['abc']);

    assert.deepEqual(await sent({ body: 'abc' }, RESET), { parts: [], notes, isReset: true });
    const stream = { bytes, idleMs: 1, onOver: () => undefined };
    assert.deepEqual(await sent({ stream }, RESET), { parts: [], notes, isReset: true });
    assert.equal(bytes.cancelled, 1);
  });

  for (const { body, parts, bytes } of [
    { body: 'abcdef', parts: ['abc'], bytes: 3 },
    { body: 'abc', parts: ['ab'], bytes: 2 },
    { body: 'a', parts: [], bytes: 0 },
  ])
    it(`cuts "${body}" before its last byte`, async () => {
      const notes = [`rule 1: the body was cut after ${bytes} bytes`];

      assert.deepEqual(await sent({ body }, CUT), { parts, notes, isReset: undefined });
    });

  it('cuts a stream across its parts', async () => {
    const bytes = aByteStream(['ab', 'cd', 'ef']);

    const { parts } = await sent({ stream: { bytes, idleMs: 1, onOver: () => undefined } }, CUT);

    assert.deepEqual(parts, ['ab', 'c']);
    assert.equal(bytes.cancelled, 1);
  });

  for (const { name, body, method } of [
    { name: 'an empty body', body: '', method: 'GET' },
    { name: 'a reply to HEAD', body: 'abc', method: 'HEAD' },
  ])
    it(`does not change ${name}`, async () => {
      assert.deepEqual(await sent({ body }, CUT, method), { parts: [body], notes: [], isReset: undefined });
    });
});
