/** Every export that users import has a comment with an example, and each example runs and is correct. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findExamples, findTypeErrors, toProgram } from './doc-examples.ts';
import { REPOSITORY } from './source-files.ts';

/** The folder is inside the checkout, so that Node finds the packages. */
const FOLDER = join(REPOSITORY, '.build', `examples-${process.pid}`);

describe('examples of what users import', () => {
  const examples = findExamples();
  const folder = process.cwd();
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
    // The examples of `gatewright/testing` serve this template.
    process.chdir(join(REPOSITORY, 'test/fixtures/doc-examples'));
  });
  after(() => {
    process.chdir(folder);
    rmSync(FOLDER, { recursive: true, force: true });
  });

  it('exist for every export', () => {
    assert.ok(examples.length > 0, 'no export with an example was found');
    assert.deepEqual(
      examples
        .filter(({ code }) => code === undefined)
        .map(({ entry, name, path }) => `${entry}: ${name} (${path})`),
      [],
    );
  });

  const fileOf = (where: string): string => join(FOLDER, `${where.replaceAll(/\W+/g, '-')}.ts`);
  const programs = new Map(
    examples.flatMap(({ path, name, code }) =>
      code === undefined ? [] : [[`${path} ${name}`, code] as const],
    ),
  );
  for (const [where, code] of programs)
    it(`run: ${where}`, async () => {
      const file = fileOf(where);
      writeFileSync(file, toProgram(code));
      await import(pathToFileURL(file).href);
    });

  it('have correct types, even in handlers that no example calls', () => {
    for (const [where, code] of programs) writeFileSync(fileOf(where), toProgram(code));
    const wrong = findTypeErrors([...programs.keys()].map(fileOf));

    assert.deepEqual(
      [...wrong.keys()].map((file) => basename(file)),
      [],
      [...wrong.values()].join('\n'),
    );
  });

  it('make claims: most compare a value with the comment after it', () => {
    const claiming = [...programs.values()].filter((code) => code.includes(' // → '));
    assert.ok(claiming.length * 2 > programs.size, `${claiming.length} of ${programs.size}`);
  });

  it('would fail if a claim were false', async () => {
    const file = join(FOLDER, 'wrong.ts');
    writeFileSync(file, toProgram('1 + 1 // → 3'));
    await assert.rejects(import(pathToFileURL(file).href), { code: 'ERR_ASSERTION' });
  });
});
