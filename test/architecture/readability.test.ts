/** Limits and shapes that keep a file readable in one pass (CONTRIBUTING.md, "How code reads"). */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { countCodeLines, importsOf, readSources } from './source-files.ts';

const MAX_CODE_LINES = 400;
const MAX_HANDLER_LINES = 40;
/** Plug-ins have a default export, because osls requires it. No other file may have one. */
const OSLS_PLUGINS = new Set([
  'layers/npm-plugin.ts',
  'layers/osls-plugin.ts',
  'packages/gatewright/plugin/index.ts',
  'examples/food-delivery/rest-throttle.ts',
]);
const VAGUE_NAMES = /(^|\/)(utils?|helpers?|common|types|misc)\.ts$/;

describe('source files', () => {
  const sources = readSources();

  it('have at most 400 lines of code', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: countCodeLines(text) }))
      .filter(({ lines }) => lines > MAX_CODE_LINES);

    assert.deepEqual(long, []);
  });

  it('in functions/ have at most 40 lines of code, because they only parse, call shared/ and shape the result', () => {
    const long = sources
      .filter(({ path }) => /^functions\/[^/]+\.ts$/.test(path))
      .map(({ path, text }) => ({ path, lines: countCodeLines(text) }))
      .filter(({ lines }) => lines > MAX_HANDLER_LINES);

    assert.deepEqual(long, []);
  });

  it('have no default exports, except where osls requires one', () => {
    const defaults = sources.filter(
      ({ path, text }) =>
        !OSLS_PLUGINS.has(path) && /^export default\b|^export \{[^}]*\bas default\b/m.test(text),
    );

    assert.deepEqual(
      defaults.map(({ path }) => path),
      [],
    );
  });

  it('are not re-exported, except by the entries of the package, which users import by one path', () => {
    const isEntry = (path: string) =>
      /^packages\/gateway\/[a-z]+\/index\.ts$/.test(path) ||
      path.startsWith('shared/entries/') ||
      path === 'packages/gatewright/testing/entry.ts';
    const barrels = sources.filter(
      ({ path, text }) => !isEntry(path) && /^export (\*|(type )?\{[^}]*\}) from '(\.|#)/m.test(text),
    );

    assert.deepEqual(
      barrels.map(({ path }) => path),
      [],
    );
  });

  it('are named for what they do, in kebab-case', () => {
    const vague = sources.filter(({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return VAGUE_NAMES.test(path) || !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/.test(name);
    });

    assert.deepEqual(
      vague.map(({ path }) => path),
      [],
    );
  });

  it('import their neighbours with the .ts ending', () => {
    const bare = sources.flatMap((file) =>
      importsOf(file)
        .filter(
          (specifier) => /^[.#]/.test(specifier) && !/\.(tsx?|[cm]?js|json|css|html|txt)$/.test(specifier),
        )
        .map((specifier) => `${file.path} → ${specifier}`),
    );

    assert.deepEqual(bare, []);
  });

  it('in the gateway and in shared/ never skip a type check', () => {
    const silenced = sources.filter(({ path, text }) => {
      const ours = /^(packages|shared|functions|layers)\//.test(path);
      return ours && /@ts-(ignore|expect-error|nocheck)|\bas any\b/.test(text);
    });

    assert.deepEqual(
      silenced.map(({ path }) => path),
      [],
    );
  });
});
