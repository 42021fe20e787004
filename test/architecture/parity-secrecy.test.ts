/**
 * The fidelity of the engine can be measured only if the engine does not contain the cases with which it is measured
 * (docs/parity.md).
 */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { ALL_FILES, readCases } from '../../packages/conformance/schema/read-cases.ts';
import { listFiles, readSource } from './source-files.ts';

/** This page is written from a run, and names failing cases on purpose. */
const REPORT = 'docs/parity.md';
/** The suite, which the engine never imports (`.dependency-cruiser.mjs`). */
const SUITE = /^(test|packages\/conformance)\//;
const BINARY = /\.(png|ico|woff2?|gz|zip|jks|p12)$/;

describe('parity cases', () => {
  const outside = listFiles()
    .filter((path) => !SUITE.test(path) && path !== REPORT && !BINARY.test(path))
    .map(readSource);
  const ids = ALL_FILES.flatMap(readCases).map(({ id }) => id);

  it('are not named in any file outside test/ and packages/conformance', () => {
    const secret = new Set(ids.filter((id) => id.includes('-')));
    const named = outside.flatMap(({ path, text }) =>
      (text.match(/[\w-]+/g) ?? []).filter((word) => secret.has(word)).map((id) => `${path}: ${id}`),
    );

    assert.ok(secret.size >= 200);
    assert.deepEqual(
      [...secret].filter((id) => !/^[\w-]+$/.test(id)),
      [],
      'a word is what an id can be',
    );
    assert.deepEqual(named, []);
  });

  it('are not read by any code outside these folders', () => {
    const readers = outside.filter(
      ({ path, text }) =>
        /\.(ts|tsx|js|mjs|cjs)$/.test(path) &&
        /['"][^'"\n]*(?:test\/parity|conformance\/(?:cases|run-cases|schema))\b/.test(text),
    );

    assert.deepEqual(
      readers.map(({ path }) => path),
      [],
    );
  });
});
