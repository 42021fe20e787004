import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addFraming, bytesOf } from '../../../../../packages/gateway/core/events/reply-framing.ts';

const framed = (status: number, ends = false): string[] => {
  const reply = { status, headers: ['X-A', '1'] };
  addFraming(reply, bytesOf('löst'), ends);
  return reply.headers.slice(2);
};

describe('addFraming', () => {
  it('says how many bytes the body has', () => {
    assert.deepEqual(framed(200), ['Content-Length', '5']);
    assert.equal(bytesOf(Buffer.from([1, 2])), 2);
  });

  // RFC 9110 §15.3.5, §15.4.5
  it('adds nothing for a reply that by definition has no body', () => {
    assert.deepEqual([framed(204), framed(304)], [[], []]);
  });

  it('announces that the connection ends if the rest of a request is not read', () => {
    assert.deepEqual(framed(413, true), ['Connection', 'close', 'Content-Length', '5']);
  });
});
