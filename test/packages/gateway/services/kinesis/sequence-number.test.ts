import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  printSequence,
  readSequence,
} from '../../../../../packages/gateway/services/kinesis/sequence-number.ts';

const secondMs = fc.integer({ min: 0, max: 0xffff_ffff }).map((seconds) => seconds * 1000);
const place = fc.record(
  {
    createdAt: secondMs,
    arrivedAt: secondMs,
    shard: fc.integer({ min: 0, max: 99_999 }),
    index: fc.maxSafeNat(),
  },
  { noNullPrototype: true },
);

describe('printSequence', () => {
  it('writes 56 digits that can be read back', () => {
    fc.assert(
      fc.property(place, (given) => {
        const text = printSequence(given);
        assert.match(text, /^\d{56}$/);
        assert.deepEqual(readSequence(text), given);
      }),
    );
  });

  it('sorts the numbers of a shard as its records came', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 1_000 }), secondMs, (given, later, arrivedAt) => {
        fc.pre(Number.isSafeInteger(given.index + later));
        const next = { ...given, index: given.index + later, arrivedAt };
        assert.ok(printSequence(given) < printSequence(next));
      }),
    );
  });

  // Source: kinesalite, test/createStream.js, which holds against AWS: numbers of neighbouring shards are so far apart.
  it('sets the first numbers of two shards as far apart as AWS does', () => {
    const first = (shard: number): bigint =>
      BigInt(printSequence({ createdAt: 0, arrivedAt: 0, shard, index: 0 }));

    assert.equal(first(1) - first(0), 22300745198530623141535718272648361505980432n);
  });

  it('reads nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readSequence(text);
        assert.ok(read === undefined || printSequence(read) === text);
      }),
    );
    for (const text of ['', '5', '9'.repeat(56), '1'.repeat(56)]) assert.equal(readSequence(text), undefined);
  });
});
