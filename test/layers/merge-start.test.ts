import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { mergeStart } from '../../layers/merge-start.ts';

const FILES = {
  'functions/f.mjs':
    'import { a } from "./chunks/SHARED.mjs"; export const handler = async () => (await import("./chunks/LATE.mjs")).made() instanceof a;',
  'functions/chunks/SHARED.mjs': 'class Shared {} export { Shared as a };',
  'functions/chunks/LATE.mjs': 'import { a as b } from "./SHARED.mjs"; export const made = () => new b();',
};

it('mergeStart puts what is shared into the entry, once, if lazily loaded chunks find it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-merge-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const merged = await mergeStart({
    files: new Map(Object.entries(FILES).map(([path, code]) => [path, Buffer.from(code)])),
    entry: 'functions/f.mjs',
    startFiles: ['functions/f.mjs', 'functions/chunks/SHARED.mjs'],
    exportsOf: (path) => (path.endsWith('SHARED.mjs') ? ['a'] : []),
    settings: { format: 'esm', minify: true },
  });
  for (const [path, code] of merged) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }

  assert.deepEqual([...merged.keys()], ['functions/f.mjs', 'functions/chunks/LATE.mjs']);
  const { handler } = (await import(pathToFileURL(join(folder, 'functions/f.mjs')).href)) as {
    handler: () => Promise<boolean>;
  };
  assert.equal(await handler(), true, 'a class of the entry is the class of the chunk');
});
