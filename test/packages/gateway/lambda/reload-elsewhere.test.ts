/**
 * Code that a function loads from outside of its folder is watched as its own code. Source:
 * docs/guides/run/daily-loop.md.
 */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../packages/gateway/core/errors.ts';
import { thisMachine } from '../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime, writeFiles } from './start-runtime.ts';

const NO_PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;

type Row = {
  readonly name: string;
  readonly runtime?: string;
  readonly isolation?: 'process';
  readonly files: Readonly<Record<string, string>>;
  /** The path of a link, and the folder to which it points. */
  readonly link?: readonly [from: string, to: string];
  readonly changed: readonly [file: string, before: string, after: string];
};

const LINK = ['svc/node_modules/@acme/shared', 'shared'] as const;
const PACKAGE = '{"name":"@acme/shared","main":"index.js"}';
const MODULE = '{"name":"@acme/shared","type":"module","exports":"./index.js"}';

const rows: readonly Row[] = [
  {
    name: 'a linked package, by require',
    files: {
      'svc/f.js': 'const { word } = require("@acme/shared"); exports.handler = async () => word();',
      'shared/package.json': PACKAGE,
    },
    link: LINK,
    changed: ['shared/index.js', 'exports.word = () => 1', 'exports.word = () => 2'],
  },
  {
    name: 'a file deep in a linked package',
    files: {
      'svc/f.js': 'const { word } = require("@acme/shared"); exports.handler = async () => word;',
      'shared/package.json': PACKAGE,
      'shared/index.js': 'module.exports = require("./lib/deep/word")',
    },
    link: LINK,
    changed: ['shared/lib/deep/word.js', 'exports.word = 1', 'exports.word = 2'],
  },
  {
    name: 'a linked package, by import',
    files: {
      'svc/f.mjs': 'import { word } from "@acme/shared"; export const handler = async () => word;',
      'shared/package.json': MODULE,
    },
    link: LINK,
    changed: ['shared/index.js', 'export const word = 1', 'export const word = 2'],
  },
  {
    name: 'a linked package, imported within the handler',
    files: {
      'svc/f.mjs': 'export const handler = async () => (await import("@acme/shared")).word;',
      'shared/package.json': MODULE,
    },
    link: LINK,
    changed: ['shared/index.js', 'export const word = 1', 'export const word = 2'],
  },
  {
    name: 'a file next to the folder of the code, by require',
    files: { 'svc/f.js': 'const word = require("../lib/word"); exports.handler = async () => word;' },
    changed: ['lib/word.js', 'module.exports = 1', 'module.exports = 2'],
  },
  {
    name: 'JSON next to the folder of the code',
    files: { 'svc/f.js': 'const word = require("../lib/word.json"); exports.handler = async () => word;' },
    changed: ['lib/word.json', '1', '2'],
  },
  {
    name: 'a file next to the folder of the code, by import',
    files: { 'svc/f.mjs': 'import word from "../lib/word.mjs"; export const handler = async () => word;' },
    changed: ['lib/word.mjs', 'export default 1', 'export default 2'],
  },
  {
    name: 'a linked package of a function in a process',
    isolation: 'process',
    files: {
      'svc/f.js': 'const { word } = require("@acme/shared"); exports.handler = async () => word();',
      'shared/package.json': PACKAGE,
    },
    link: LINK,
    changed: ['shared/index.js', 'exports.word = () => 1', 'exports.word = () => 2'],
  },
  {
    name: 'a module next to the folder of the code, in Python',
    runtime: 'python3.12',
    files: {
      'svc/f.py':
        'import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))\nimport word\ndef handler(event, context): return word.WORD\n',
    },
    changed: ['lib/word.py', 'WORD = 1\n', 'WORD = 2  # changed\n'],
  },
  {
    name: 'a linked package, imported within the handler, in Python',
    runtime: 'python3.12',
    files: {
      'svc/f.py': 'def handler(event, context):\n    from acme.words import WORD\n    return WORD\n',
      'shared/__init__.py': '',
    },
    link: ['svc/acme', 'shared'],
    changed: ['shared/words.py', 'WORD = 1\n', 'WORD = 2  # changed\n'],
  },
  ...(
    [
      ['fs.readFileSync(__dirname + "/t.html", "utf8")', 't.html'],
      ['fs.readFileSync(new URL("file://" + __dirname + "/.env"), "utf8")', '.env'],
      ['await fs.promises.readFile(__dirname + "/c.yml", "utf8")', 'c.yml'],
      [
        'await require("util").promisify(fs.readFile)(__dirname + "/deep/q.graphql", "utf8")',
        'deep/q.graphql',
      ],
      ['fs.readFileSync(__dirname + "/../lib/q.sql", "utf8")', '../lib/q.sql'],
    ] as const
  ).map(([read, path]): Row => ({
    name: `a file that is read when the module is loaded, by ${read}`,
    files: {
      'svc/f.js': `const fs = require("fs"); const word = (async () => ${read})(); exports.handler = async () => Number(await word);`,
    },
    changed: [join('svc', path), '1', '2'],
  })),
  {
    name: 'a file that is read when the module is loaded, by an imported function, in a process',
    isolation: 'process',
    files: {
      'svc/f.mjs':
        'import { readFileSync } from "node:fs"; const word = readFileSync(new URL("t.html", import.meta.url), "utf8"); export const handler = async () => Number(word);',
    },
    changed: ['svc/t.html', '1', '2'],
  },
];

async function start({ files, link, runtime = 'nodejs22.x', isolation }: Row, more: Record<string, string>) {
  const folder = aFolder({ ...files, ...more });
  if (link !== undefined) {
    mkdirSync(dirname(join(folder, link[0])), { recursive: true });
    symlinkSync(join(folder, link[1]), join(folder, link[0]));
  }
  const definition = aFolderFunction(join(folder, 'svc'), 'f.handler', { name: 'f', runtime });
  const started = await startRuntime([], { reload: true, ...(isolation && { isolation }) });
  (await started.runtime.prepare([definition], new Map(), new Faults(false)))();
  return { ...started, folder };
}

describe('code that was loaded from elsewhere', () => {
  for (const row of rows)
    it(`is loaded again after a change: ${row.name}`, { skip: row.runtime && NO_PYTHON }, async () => {
      const [file, before, after] = row.changed;
      const { invoke, runtime, folder } = await start(row, { [file]: before });
      assert.equal(returned(await invoke('f')), 1);
      // What a handler imports is reported on a channel of its own, which may be read after the first answer. The
      // report has been read when a second call is answered.
      assert.equal(returned(await invoke('f')), 1);
      const reloaded = new Promise((resolve) => runtime.onReload(resolve));

      writeFiles(folder, { [file]: after });

      assert.deepEqual(((await reloaded) as { kind: string }).kind, 'reloaded');
      assert.equal(returned(await invoke('f')), 2);
    });

  it('is watched although it fails, so that mending it is enough', async () => {
    const row: Row = {
      name: '',
      files: { 'svc/f.js': 'const word = require("../lib/word"); exports.handler = async () => word;' },
      changed: ['lib/word.js', 'throw new Error("broken")', 'module.exports = 2'],
    };
    const [file, before, after] = row.changed;
    const { invoke, runtime, folder } = await start(row, { [file]: before });
    assert.equal(failed(await invoke('f')).errorMessage, 'broken');
    const reloaded = new Promise((resolve) => runtime.onReload(resolve));

    writeFiles(folder, { [file]: after });

    await reloaded;
    assert.equal(returned(await invoke('f')), 2);
  });
});
