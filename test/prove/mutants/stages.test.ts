import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { splitTests } from './stages.ts';

const FOLDER = 'test/shared/quota/usage';

describe('splitTests', () => {
  const mirror = `${FOLDER}/money.test.ts`;
  const others = readdirSync(join(REPOSITORY, FOLDER))
    .map((name) => `${FOLDER}/${name}`)
    .filter((path) => path.endsWith('.test.ts') && path !== mirror);

  const rows: readonly [string, readonly string[], readonly string[]][] = [
    ['the farther tests last if a test mirrors the file', [mirror, ...others], others.slice(4)],
    ['no test last if no test mirrors the file', others, []],
  ];
  for (const [name, tests, last] of rows)
    it(`asks each test in one stage, and ${name}`, () => {
      const stages = splitTests('shared/quota/usage/money.ts', tests);

      assert.deepEqual(stages.flat().toSorted(), tests.toSorted());
      assert.deepEqual(stages.at(-1), last);
    });
});
