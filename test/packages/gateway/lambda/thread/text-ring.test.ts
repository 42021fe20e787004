import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { MOST_AHEAD, RING_BYTES, TextRing } from '../../../../../packages/gateway/lambda/thread/text-ring.ts';

const bothSides = (): readonly [writer: TextRing, reader: TextRing] => {
  const memory = new SharedArrayBuffer(RING_BYTES);
  return [new TextRing(memory, 0), new TextRing(memory, 0)];
};

describe('TextRing', () => {
  it('gives texts and places to the reader in the order of writing, however full it gets', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat({ max: 5_000 }).map((length) => 'a'.repeat(length)),
      fc.nat({ max: 2_000 }).map((length) => '€'.repeat(length)),
      fc.constantFrom('', '\ud800', '\u0000'),
    );
    const step = fc.oneof({ weight: 3, arbitrary: text }, { weight: 2, arbitrary: fc.constant(undefined) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const [writer, reader] = bothSides();
        const expected: (string | undefined)[] = [];
        let written = 0;
        const read = (): void => {
          const next = expected.shift();
          assert.equal(reader.isElsewhere(), next === undefined);
          assert.equal(reader.read(), next ?? '');
        };
        for (const wanted of steps) {
          if (wanted === undefined) {
            if (expected.length > 0) read();
            continue;
          }
          if (expected.length === MOST_AHEAD) read();
          const fits = writer.write(wanted);
          if (!fits) writer.keepPlace();
          expected.push(fits ? wanted : undefined);
          written += 1;
          assert.equal(reader.count, written);
        }
        while (expected.length > 0) read();
        assert.ok(writer.write('an empty one takes any short text'));
      }),
    );
  });

  it('does not take what UTF-8 cannot carry', () => {
    const [writer] = bothSides();
    assert.equal(writer.write('\udc00'), false);
    assert.equal(writer.count, 0);
  });

  it('has places for all events that an instance may be ahead', () => {
    const [writer, reader] = bothSides();
    while (writer.write('x'.repeat(4_096)));
    const texts = writer.count;
    for (let at = 0; at < MOST_AHEAD; at += 1) writer.keepPlace();
    for (let at = 0; at < texts; at += 1) assert.equal(reader.read().length, 4_096);
    for (let at = 0; at < MOST_AHEAD; at += 1) {
      assert.ok(reader.isElsewhere());
      reader.read();
    }
  });
});
