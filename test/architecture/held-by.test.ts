/** The evidence pages name tests that exist. `npm run schemas` rewrites these lists. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findHolders, printIndex, readHeldBy } from './held-by.ts';
import { bookOf, evidencePages, readBooks } from './sections.ts';
import { readSource } from './source-files.ts';

describe('the tests that evidence pages name', () => {
  const holders = findHolders(readBooks());
  const said = evidencePages().flatMap((page) =>
    readHeldBy(page).map((each) => ({ ...each, book: bookOf(page.path) ?? '', path: page.path })),
  );

  it('exist, and cite the section or belong to code that does', () => {
    const untrue = said.flatMap(({ path, book, heading, tests }) =>
      tests
        .filter((test) => holders.get(book)?.get(heading)?.includes(test) !== true)
        .map((test) => `${path} §${heading}: ${test}`),
    );

    assert.ok(said.length > 0, 'no section says which tests hold it');
    assert.deepEqual(untrue, [], 'npm run schemas');
  });

  it('are listed for each section that a test cites', () => {
    const named = new Set(said.map(({ book, heading }) => `${book} §${heading}`));
    const silent = [...holders].flatMap(([book, sections]) =>
      [...sections.keys()].map((id) => `${book} §${id}`).filter((section) => !named.has(section)),
    );

    assert.deepEqual(silent, [], 'npm run schemas');
  });
});

describe('docs/aws/README.md', () => {
  it('lists every section with its page', () => {
    assert.ok(readSource('docs/aws/README.md').text.includes(printIndex()), 'npm run schemas');
  });
});
