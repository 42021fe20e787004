/** Every `§` must refer to an existing section. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { evidencePages, findReferences, findSection, bookOf, readBooks } from './sections.ts';
import { SOURCE_FOLDERS } from './layout.ts';
import { listFiles, readSource, REPOSITORY } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

/** In these files, the rows refer only to sections of docs/aws. */
const OF_AWS = /^docs\/parity\.md$|^test\/parity\/(later-|unsettled-)?choices?\.ts$/;
const readable = listFiles()
  .filter((path) => /\.(ts|js|mjs|md|ya?ml|sh)$/.test(path))
  .filter((path) => !/^test\/(fixtures|architecture)\//.test(path))
  .map(readSource);

const ownBook = ({ path }: SourceFile): string | undefined =>
  bookOf(path) ?? (OF_AWS.test(path) ? 'docs/aws' : undefined);

describe('references to sections', () => {
  const books = readBooks();
  const references = readable.flatMap((file) => findReferences(file, ownBook(file)));
  const say = ({ path, line, book, id }: (typeof references)[number]): string =>
    `${path}:${line}: ${book ?? 'no document'} §${id}`;

  it('are found, as are the sections of the pages', () => {
    assert.ok(references.length > 0, 'no reference was found: has their form changed?');
    assert.ok((books.get('docs/aws')?.size ?? 0) > 0, 'docs/aws has no section');
    assert.equal(books.size, new Set(evidencePages().map(({ path }) => bookOf(path))).size);
  });

  it('name their document, and refer to an existing section of it', () => {
    const broken = references.filter(
      (reference) =>
        !/^(RFC|draft|X)/.test(reference.book ?? '') && findSection(books, reference) === undefined,
    );

    assert.deepEqual(broken.map(say), []);
  });
});

describe('names of documents in code', () => {
  it('refer to existing documents', () => {
    const broken = readable.flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w./-])docs\/[\w./-]+\.(?:md|json)/g)]
        .filter(([name]) => !existsSync(join(REPOSITORY, name)))
        .map(([name]) => `${path}: ${name}`),
    );

    assert.deepEqual(broken, []);
  });

  it('have the path in the installed package if a message names them', () => {
    const messages = readable
      .filter(({ path }) => /^(?:packages|layers|shared|functions)\/.*\.c?ts$/.test(path))
      .flatMap(({ path, text }) => text.split('\n').map((line) => ({ path, line })))
      .filter(({ line }) => !/^\s*(?:\/?\*|\/\/)/.test(line) && !/source: |from '/.test(line));
    const named = messages.flatMap(({ path, line }) =>
      // A string that consists only of a path is data, such as the guides of a part.
      [...line.matchAll(/(?:(node_modules\/gatewright\/)|(?<!['\w./-]))docs\/(?:[\w-]+\/)*[\w-]+\.md/g)].map(
        ([page, prefix]) => ({ path, page, isOfUsers: prefix !== undefined }),
      ),
    );

    assert.ok(named.length > 5, 'no message names a page: has their form changed?');
    assert.deepEqual(
      named.filter(({ page, isOfUsers }) => !isOfUsers || !existsSync(join(REPOSITORY, page.slice(24)))),
      [],
    );
  });

  it('name only tests and sources of ours that exist', () => {
    const ours = new RegExp(
      `(?<![\\w./@-])(?:${SOURCE_FOLDERS.join('|')})/[\\w./-]+\\.(?:ts|cjs|mjs)\\b`,
      'g',
    );
    const broken = readable
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(ours)]
          .filter(([name]) =>
            [REPOSITORY, join(REPOSITORY, dirname(path))].every((from) => !existsSync(join(from, name))),
          )
          .map(([name]) => `${path}: ${name}`),
      );

    assert.deepEqual(broken, []);
  });

  it('name only documents that exist', () => {
    const unknown =
      /aws-behaviour|hot-path\.md \u00a7|\b(?:design|style)\.md|authorizers\.md [\u00a7BJKP]\d|access test \d|issue, part/;

    assert.deepEqual(
      readable.filter(({ text }) => unknown.test(text)).map(({ path }) => path),
      [],
    );
  });
});

describe('findReferences', () => {
  const rows: readonly [string, string[]][] = [
    ['docs/aws §7.2', ['docs/aws §7.2']],
    ['docs/aws §1.1 step 8, §5 and §7.3', ['docs/aws §1.1', 'docs/aws §5', 'docs/aws §7.3']],
    ['docs/aws §1.3–1.5', ['docs/aws §1.3', 'docs/aws §1.4', 'docs/aws §1.5']],
    ['docs/design/authorizers §B14, docs/aws §4.2', ['docs/design/authorizers §B14', 'docs/aws §4.2']],
    ['[docs/aws](aws/README.md) §12', ['docs/aws §12']],
    ['RFC 9110 §8.4.1', ['RFC 9110 §8.4.1']],
    ['see §4.5', ['none §4.5']],
    ['all of §', ['none §']],
  ];
  for (const [text, expected] of rows)
    it(`reads "${text}"`, () => {
      const found = findReferences({ path: 'a.ts', text }).map(({ book, id }) => `${book ?? 'none'} §${id}`);
      assert.deepEqual(found, expected);
    });
});
