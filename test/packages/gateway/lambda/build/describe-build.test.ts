import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { build, type Metafile } from 'esbuild';
import {
  describeBuild,
  type DescribedBuild,
} from '../../../../../packages/gateway/lambda/build/describe-build.ts';
import { importsOf } from '../../../../../packages/gateway/lambda/build/handler-imports.ts';

const FILES = {
  'shared.ts': `import { one } from 'package-of-all'; export const value = one; export type Only = string;`,
  'a.ts': `import { value } from './shared.ts'; import 'package-of-a'; export const handler = () => value;`,
  'b.ts': `import { value } from './shared.ts'; import { handler } from './a.ts'; export const [b, c] = [value, handler];`,
  'c.ts': `export default () => import('./lazy.ts');`,
  'lazy.ts': `import fs from 'node:fs'; export const files = () => fs;`,
  'd.cjs': `const { value } = require('./shared.ts'); if (value) require('package-of-d'); exports.handler = value;`,
  'wrong.ts': `export const handler = (;`,
  'alone.ts': `import './gone.ts';`,
};

describe('describeBuild', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-describe-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  symlinkSync(join(folder, 'a.ts'), join(folder, 'linked.ts'));
  after(() => rmSync(folder, { recursive: true }));

  const optionsFor = (name: string, more: object = {}): DescribedBuild => ({
    entryPoints: [join(folder, name)],
    absWorkingDir: folder,
    outfile: join(folder, `${name}.js`),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
    ...more,
  });
  /** Returns the parts of a description that the tests compare. */
  const read = (metafile: Metafile): unknown => ({
    exports: Object.values(metafile.outputs).flatMap((output) => output.exports),
    imports: importsOf(metafile, folder).toSorted((a, b) => (a.importer < b.importer ? -1 : 1)),
    inputs: Object.keys(metafile.inputs).toSorted(),
  });
  const alone = async (options: DescribedBuild): Promise<unknown> =>
    read((await build({ ...options, metafile: true })).metafile);

  it('reports for each file what esbuild reports for the file alone', async () => {
    const names = ['a.ts', 'b.ts', 'c.ts', 'd.cjs', 'linked.ts', 'a.ts', 'shared.ts'];

    const described = await Promise.all(names.map((name) => describeBuild(optionsFor(name))));

    for (const [index, name] of names.entries())
      assert.deepEqual(read(described[index] as Metafile), await alone(optionsFor(name)), name);
  });

  it('parses what files share once', async () => {
    const [a, b] = await Promise.all([describeBuild(optionsFor('a.ts')), describeBuild(optionsFor('b.ts'))]);

    assert.equal(a.inputs['shared.ts'], b.inputs['shared.ts']);
  });

  it('does not build files with different options together', async () => {
    const [a, external] = await Promise.all([
      describeBuild(optionsFor('a.ts')),
      describeBuild(optionsFor('a.ts', { external: ['./shared.ts'] })),
    ]);

    assert.deepEqual(Object.keys(a.inputs).toSorted(), ['a.ts', 'shared.ts']);
    assert.deepEqual(Object.keys(external.inputs), ['a.ts']);
  });

  it('refuses only the files that do not compile, and says what is wrong with each', async () => {
    const names = ['a.ts', 'wrong.ts', 'b.ts', 'alone.ts'];

    const settled = await Promise.allSettled(names.map((name) => describeBuild(optionsFor(name))));

    assert.deepEqual(
      settled.map((each) => (each.status === 'rejected' ? String(each.reason) : 'described')),
      ['described', await failureOf('wrong.ts'), 'described', await failureOf('alone.ts')],
    );
  });
  const failureOf = (name: string): Promise<string> => build(optionsFor(name)).then(() => '', String);

  it('describes more files than one run of esbuild builds', async () => {
    const names = Array.from({ length: 70 }, (_, index) => `many-${index}.ts`);
    for (const [index, name] of names.entries())
      writeFileSync(join(folder, name), `export const handler${index} = 1;`);

    const described = await Promise.all(names.map((name) => describeBuild(optionsFor(name))));

    assert.deepEqual(
      described.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => output.exports)),
      names.map((_, index) => `handler${index}`),
    );
  });
});
