/**
 * All decision records have the same form. Sources and pages state a reason where it is needed, and never cite a
 * decision by its number.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listFiles, readSource } from './source-files.ts';

const FOLDER = 'docs/decisions/';
/** Matches the names of text files that are not test data. */
const READABLE = /\.(?:ts|tsx|js|mjs|cjs|py|sql|ya?ml|sh|json|css|html|md)$/;
/** Matches citations of decisions: by path, by name, as a link, or only by number: "0178 measured it". */
const CITATION = new RegExp(
  [
    String.raw`decisions/\d{4}`,
    String.raw`\bdecisions? \[?\d{3,4}\b`,
    String.raw`\[\d{4}\]\((?:[^)]*/)?\d{4}-`,
    String.raw`(?<![\w.:+'"/\\-])0[01]\d\d(?=[:;,)]|\.\s| [a-z]|'s)`,
  ].join('|'),
  'gi',
);

const records = listFiles()
  .filter((path) => path.startsWith(FOLDER))
  .map(readSource);

describe('docs/decisions', () => {
  it('has records that are numbered from one on', () => {
    assert.deepEqual(
      records.map(({ path }) => path.slice(FOLDER.length).slice(0, 5)),
      records.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
    );
  });

  it('has context, decision and consequences in each record, with a status and a date', () => {
    const form =
      /^# \d{4}: .+\n\n\w+, \d{4}-\d\d-\d\d\.\n\n## Context\n[^]+\n## Decision\n[^]+\n## Consequences\n/;

    assert.deepEqual(
      records.filter(({ text }) => !form.test(text)).map(({ path }) => path),
      [],
    );
  });
});

describe('sources and pages', () => {
  it('cite no decision by its number', () => {
    const citing = listFiles()
      .filter((path) => READABLE.test(path) && !path.startsWith('test/fixtures/'))
      .map(readSource)
      .flatMap(({ path, text }) =>
        [...text.replace(/^# \d{4}: /, '# ').matchAll(CITATION)].map(([found]) => `${path}: ${found}`),
      );

    assert.deepEqual(citing, []);
  });
});
