import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherReply } from '../../../../../packages/gateway/core/gather-reply.ts';
import { showPieces } from '../../../../../packages/gateway/console/records/shown-pieces.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';
import { aMethod } from '../../../../support/a-method.ts';
import { recording } from '../../../../support/recorded-apis.ts';
import { LAMBDA } from '../../../../support/streaming-methods.ts';
import type { ShownPiece } from '../../../../../packages/gateway/console/records/model.ts';

const KEY = `sk_live_${'a1B2c3D4'.repeat(3)}`;

const pieces = (parts: readonly (string | Buffer)[], keptBytes = Infinity): readonly ShownPiece[] => {
  const bytes = parts.map((part) => Buffer.from(part));
  const replyBody = Buffer.concat(bytes).subarray(0, keptBytes);
  const times = bytes.map(({ length }, index) => ({ atMs: 1_000 + index, bytes: length }));
  return showPieces({ pieces: times, startedMs: 900, replyBody }, createRedactor('key of a test'));
};
const texts = (...given: Parameters<typeof pieces>): readonly (string | undefined)[] =>
  pieces(...given).map(({ text }) => text);

describe('pieces of a streamed reply', () => {
  it('are recorded with its body, as they were sent', async () => {
    const functions = { chat: () => [`{}${'\0'.repeat(8)}data: one\n\n`, 'data: two\n\n'] };
    const api = recording(aMethod({ integration: LAMBDA, functions }));

    await gatherReply(await api.send({ target: '/dev/1' }), { maxBytes: 1_000, timeoutMs: 1_000 });

    const { reply, responseBytes } = api.last();
    assert.deepEqual([reply.body?.text, responseBytes], ['data: one\n\ndata: two\n\n', 22]);
    assert.deepEqual(
      reply.body?.pieces?.map(({ bytes, text }) => [bytes, text]),
      [
        [11, 'data: one\n\n'],
        [11, 'data: two\n\n'],
      ],
    );
  });

  it('have the time since the arrival of the request', () => {
    assert.deepEqual(pieces(['a', 'bc']), [
      { atMs: 100, bytes: 1, text: 'a' },
      { atMs: 101, bytes: 2, text: 'bc' },
    ]);
  });

  it('have no text after the stored bytes, or for bytes that are not text', () => {
    assert.deepEqual(texts(['abc', 'def', 'ghi'], 4), ['abc', 'd', undefined]);
    assert.deepEqual(texts([Buffer.from([0xff, 0xfe]), 'a']), [undefined, undefined]);
  });

  it('show a character that was cut with its last byte', () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];

    assert.deepEqual(texts([first, second]), ['', 'é']);
  });

  it('show no secret: it is masked within one piece, and there is not text at all if it spans pieces', () => {
    const [, whole = ''] = texts(['key ', KEY]);
    assert.match(whole, /^\[[0-9a-f]{8}\.\.c3D4\]$/);
    assert.deepEqual(texts([`key ${KEY.slice(0, 12)}`, KEY.slice(12)]), [undefined, undefined]);
    assert.deepEqual(texts(['{"password":', '"correct-horse"}']), [undefined, undefined]);
  });

  it('show JSON that comes in pieces as it came', () => {
    assert.deepEqual(texts(['{ "a": 1,', ' "b": 2 }']), ['{ "a": 1,', ' "b": 2 }']);
  });
});
