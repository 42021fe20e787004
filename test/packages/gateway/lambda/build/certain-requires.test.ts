import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { requireChains, runsAtLoad } from '../../../../../packages/gateway/lambda/build/certain-requires.ts';
import { aFolder } from '../start-runtime.ts';
import type { Metafile } from 'esbuild';

type Import = Metafile['inputs'][string]['imports'][number];

describe('requireChains', () => {
  it('starts at the handler and follows imported and required modules, but not modules that are loaded on demand', () => {
    const to = (path: string, kind: Import['kind'], original: string): Import => ({ path, kind, original });
    const input = (...imports: Import[]) => ({ bytes: 1, imports });
    const inputs = {
      'a.js': input(to('b.js', 'import-statement', './b.js'), to('d.js', 'dynamic-import', './d.js')),
      'b.js': input(to('c.js', 'require-call', './c')),
      'c.js': input(),
      'd.js': input(),
    };
    const output = { bytes: 1, inputs: {}, imports: [], exports: [], entryPoint: 'a.js' };

    assert.deepEqual(
      [...requireChains({ inputs, outputs: { 'out.js': output } }, '/app')],
      [
        ['a.js', []],
        ['b.js', []],
        ['c.js', [{ file: '/app/b.js', specifier: './c' }]],
      ],
    );
  });
});

describe('runsAtLoad', () => {
  it('is true if every step runs at load', async () => {
    const folder = aFolder({
      'a.js': `const b = require('./b');\nfunction f() { require('./c') }`,
      'b.js': '(',
    });
    const step = (file: string, specifier: string) => ({ file: join(folder, file), specifier });

    assert.equal(await runsAtLoad([]), true);
    assert.equal(await runsAtLoad([step('a.js', './b')]), true);
    assert.equal(await runsAtLoad([step('a.js', './b'), step('a.js', './c')]), false);
    assert.equal(await runsAtLoad([step('b.js', './x')]), false, 'a file that cannot be parsed');
  });
});
