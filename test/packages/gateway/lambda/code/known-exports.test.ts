/** Exports as far as the text of a module tells them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPackageFindings } from '../../../../../packages/gateway/lambda/code/package-findings.ts';
import { findMissingIn, knownExports } from '../../../../../packages/gateway/lambda/code/known-exports.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

/** The exports of texts; undefined for a text that may export more than it names. */
const TEXTS: readonly (readonly [text: string, names: readonly string[] | undefined])[] = [
  ['exports.a = async () => 1;', ['a']],
  ['module.exports.a = 1;\nmodule.exports.b = exports.a;', ['a', 'b']],
  ['const a = 1, b = 2;\nmodule.exports = { a, b: b, };', ['a', 'b']],
  ['Object.defineProperty(exports, "__esModule", { value: true });\nexports.a = a;', ['a']],
  ['// module.exports: see the README\n/**\n * exports nothing else\n */\nexports.a = 1', ['a']],
  ['async function handler() {}', []],
  ['export const a = 1;\nexport async function b() {}\nexport class C {}', ['a', 'b', 'C']],
  ['const a = 1;\nexport { a as b, a as "c" };', ['b', 'c']],
  ["import { x } from 'y';\nexport type T = string;\nexport interface I {}\nexport enum E { A }", ['E']],
  ['export default async () => 1;', ['default']],
  ["module.exports = require('./other');", undefined],
  ['module.exports = function () {};', undefined],
  ['exports[name] = 1;', undefined],
  ['Object.assign(exports, others);', undefined],
  ['module.exports = { ...others, a };', undefined],
  ["require('./register')(module);", undefined],
  ['const own = exports;\nown.a = 1;', undefined],
  ['this.a = 1;', undefined],
  ["export * from './other.js';", undefined],
  ['export const { a, b } = make();', undefined],
  ['var a=1;export{a as b}', ['b']],
  ['export const a = 1;\nmodule.exports.b = 2;', undefined],
  ['0 && (module.exports = { a });\nmodule.exports = __toCommonJS(a_exports);', undefined],
];

describe('knownExports', () => {
  for (const [text, names] of TEXTS)
    it(`gives ${names === undefined ? 'nothing' : `[${names.join(', ')}]`} for ${JSON.stringify(text)}`, () => {
      const known = knownExports(text);
      assert.deepEqual(known && [...known.names], names);
    });
});

describe('findMissingIn', () => {
  const messageFor = (text: string, handler = 'index.nope'): string | undefined =>
    findMissingIn({ handler, place: { file: 't.yaml' } }, 'index.js', text)?.message;

  it('names the exports of the file', () => {
    assert.equal(
      messageFor('exports.yes = 1; exports.other = 1'),
      'handler "index.nope": index.js exports yes, other, but no "nope"',
    );
    assert.equal(messageFor(''), 'handler "index.nope": index.js exports nothing');
    assert.equal(
      messageFor('module.exports = { yes: async () => ({ statusCode: 200 }) };'),
      'handler "index.nope": index.js has no export "nope"',
    );
  });

  it('advises the only export', () => {
    const definition = { handler: 'src/index.nope', place: { file: 't.yaml' } };
    assert.equal(
      findMissingIn(definition, 'src/index.js', 'exports.yes = 1')?.remedy,
      'set the handler to src/index.yes, or export nope',
    );
  });

  it('says nothing if the export is there, or may be there', () => {
    for (const text of [
      'exports.nope = 1',
      'export const yes = 1,\n  nope = 2;',
      'exports.yes = 1; this.nope = 2',
      'module.exports = { yes: () => 1, async nope() { return 2; } }',
      'export default { nope: () => 1 }',
    ])
      assert.equal(messageFor(text), undefined);
    assert.equal(messageFor('exports.yes = { nope: 1 }', 'index.yes.nope'), undefined);
    assert.equal(messageFor('exports.yes = 1', 'index'), undefined);
  });
});

describe('check, about the export of a handler', () => {
  it('finds it missing in the file, and in inline code', () => {
    const inFile = aFolderFunction(aFolder({ 'app.mjs': 'export const yes = 1;' }), 'app.handler');
    const code = { kind: 'inline', source: 'exports.yes = 1' } as const;
    const found = [inFile, { ...inFile, handler: 'index.handler', code }].flatMap((definition) =>
      findPackageFindings(definition).map(({ rule, message }) => [rule, message]),
    );

    assert.deepEqual(found, [
      ['missing-handler', 'handler "app.handler": app.mjs exports yes, but no "handler"'],
      ['missing-handler', 'handler "index.handler": index.js exports yes, but no "handler"'],
    ]);
  });
});
