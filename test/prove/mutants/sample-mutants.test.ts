import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mutant } from './find-mutants.ts';
import { sampleMutants, stratumOf } from './sample-mutants.ts';

const mutantsOf = (file: string, count: number): readonly Mutant[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `${file} ${n}`,
    file,
    line: n,
    original: '',
    replacement: '',
    change: { form: 'statement', start: 0, end: 0 },
    isStandIn: false,
  }));
const ALL = [
  ...mutantsOf('shared/quota/a.ts', 2_000),
  ...mutantsOf('packages/gateway/core/metering/b.ts', 100),
];

describe('sampleMutants', () => {
  it('gives each folder its share, and a small folder enough mutants for a meaningful result', () => {
    const drawn = sampleMutants(ALL, 210, 1);
    const counted = (folder: string): number => drawn.filter(({ file }) => stratumOf(file) === folder).length;

    assert.deepEqual([counted('shared/quota'), counted('packages/gateway/core/metering')], [200, 30]);
  });

  it('draws the same mutants with the same seed, and others with another seed', () => {
    const ids = (seed: number): string =>
      sampleMutants(ALL, 100, seed)
        .map(({ id }) => id)
        .sort()
        .join();

    assert.equal(ids(1), ids(1));
    assert.notEqual(ids(1), ids(2));
  });

  it('draws the next mutants instead of those that nobody can make', () => {
    const [first, ...rest] = sampleMutants(ALL, 100, 1);
    const drawn = sampleMutants(ALL, 100, 1, (mutant) => (mutant === first ? undefined : mutant));

    assert.ok(!drawn.includes(first!) && rest.every((mutant) => drawn.includes(mutant)));
    assert.equal(drawn.length, 1 + rest.length);
  });

  it('draws the same mutants in unchanged places if other files change', () => {
    const before = sampleMutants(ALL, 210, 1).filter(({ file }) => file.startsWith('packages'));
    const after = sampleMutants([...ALL, ...mutantsOf('shared/http/c.ts', 20)], 210, 1).filter(({ file }) =>
      file.startsWith('packages'),
    );

    assert.deepEqual(after, before);
  });
});

describe('stratumOf', () => {
  it('is the folder at the second level, or the folder of the file', () => {
    assert.deepEqual(['shared/quota/admin/a.ts', 'shared/a.ts'].map(stratumOf), ['shared/quota', 'shared']);
  });
});
