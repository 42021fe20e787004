import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from './source-files.ts';

type Lock = {
  readonly packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } }>>;
};

/** npm also compares versions with this package. It is installed with osls. */
const { minVersion, satisfies } = createRequire(
  createRequire(import.meta.url).resolve('serverless/package.json'),
)('semver') as {
  readonly minVersion: (range: string) => {
    readonly version: string;
    readonly major: number;
    readonly minor: number;
  };
  readonly satisfies: (version: string, range: string) => boolean;
};

const read = (name: string): string => readFileSync(join(REPOSITORY, name), 'utf8');

describe('the oldest Node with which a clone can be installed', () => {
  const { engines } = JSON.parse(read('package.json')) as { readonly engines: { readonly node: string } };
  const { version: oldest, major, minor } = minVersion(engines.node);

  it('is a version for which npm warns about no package (EBADENGINE)', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as Lock;
    const others = Object.entries(packages).filter(
      ([, { engines: its }]) => its?.node !== undefined && !satisfies(oldest, its.node),
    );

    assert.deepEqual(others, [], `npm ci with Node ${oldest} warns of these packages`);
  });

  it('is the version that README and CONTRIBUTING promise', () => {
    for (const page of ['README.md', 'CONTRIBUTING.md'])
      for (const [, promised] of read(page).matchAll(/\bNode (?:≥ )?(\d[\d.]*\d)/g))
        if (promised !== '24') assert.equal(promised, `${major}.${minor}`, page);
  });
});
