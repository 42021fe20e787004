import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alignmentsOf, covers, typicalPath, withoutCovered } from '#shared/access/segment-patterns.ts';
import { compileGlob } from '../../../gateway/policy/glob.ts';

const pattern = fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 5 });
const words = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 6 });

describe('covers', () => {
  it("agrees with IAM's wildcards on whole paths", () => {
    fc.assert(
      fc.property(pattern, words, (segments, path) => {
        assert.equal(covers(segments, path), compileGlob(segments.join('/'))(path.join('/')));
      }),
      { numRuns: 5_000 },
    );
  });

  it('says of two patterns that all of one is in the other, and is right', () => {
    fc.assert(
      fc.property(pattern, pattern, words, (wide, narrow, path) => {
        if (covers(wide, typicalPath(narrow)) && covers(narrow, path)) assert.ok(covers(wide, path));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('withoutCovered', () => {
  it('loses no path, and keeps no pattern that could go', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 6 }), words, (patterns, path) => {
        const kept = withoutCovered(patterns);
        assert.equal(
          kept.some((one) => covers(one, path)),
          patterns.some((one) => covers(one, path)),
        );
        for (const one of kept)
          assert.ok(!kept.some((two) => one !== two && covers(two, typicalPath(one))), JSON.stringify(kept));
      }),
    );
  });
});

describe('alignmentsOf', () => {
  it('is every way in which a pattern has so many segments', () => {
    assert.deepEqual(alignmentsOf(['a', '*', 'b', '*'], 5), [
      ['a', '*', 'b', '*', '*'],
      ['a', '*', '*', 'b', '*'],
    ]);
    assert.deepEqual(alignmentsOf(['a'], 2), []);
    assert.deepEqual(alignmentsOf(['a', '*'], 1), []);
  });
});
