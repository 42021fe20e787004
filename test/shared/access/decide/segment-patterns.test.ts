import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  alignmentsOf,
  covers,
  indexPaths,
  typicalPath,
  withoutCovered,
} from '#shared/access/decide/segment-patterns.ts';
import { compileGlob } from '../../../../packages/base/aws/glob.ts';

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

  it('says whether one pattern includes another, and is right', () => {
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
  it('lists every way in which a pattern can have a given number of segments', () => {
    assert.deepEqual(alignmentsOf(['a', '*', 'b', '*'], 5), [
      ['a', '*', 'b', '*', '*'],
      ['a', '*', '*', 'b', '*'],
    ]);
    assert.deepEqual(alignmentsOf(['a'], 2), []);
    assert.deepEqual(alignmentsOf(['a', '*'], 1), []);
  });

  it('accepts only what is allowed in a place, as narrow as it says', () => {
    const route = ['a', undefined, 'c', undefined];
    const meet = (segment: string, place: number) => {
      const literal = route[place];
      if (literal === undefined) return segment;
      return segment === '*' || segment === literal ? literal : undefined;
    };

    assert.deepEqual(alignmentsOf(['*', 'x', '*'], 4, meet), [['a', 'x', 'c', '*']]);
    assert.deepEqual(alignmentsOf(['b', '*'], 4, meet), []);
  });
});

describe('indexPaths', () => {
  it('omits no path that the pattern covers', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), pattern, (paths, asked) => {
        const candidates = indexPaths(paths)(asked);
        const covered = paths.flatMap((path, index) => (covers(asked, path) ? [index] : []));
        assert.deepEqual(
          candidates.filter((index) => covers(asked, paths[index] ?? [])),
          covered,
        );
      }),
    );
  });

  // Four hundred routes took a second for each request when every pattern was compared with every other.
  it('compares a pattern with the paths of its rarest name only, in any position', () => {
    const paths = Array.from({ length: 400 }, (_, index) => [
      'api',
      `r${index % 200}`,
      'id',
      index < 200 ? 'items' : 'notes',
    ]);
    const coverable = indexPaths(paths);
    const compared = paths.reduce((sum, [, name = '']) => sum + coverable(['*', name, '*']).length, 0);

    assert.equal(compared, 800);
    assert.equal(coverable(['api', '*']).length, 400);
    assert.equal(coverable(['*', 'unknown']).length, 0);
  });
});
