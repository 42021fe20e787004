/** Each code block of a page is run by the test that claims it, or has a mark with the reason why it is not run. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RUNNERS } from '../documents/runners.ts';
import { isReason, kindOf, placeOf, readBlocks, readPages, runnerOf } from '../support/code-blocks.ts';
import { readSource, REPOSITORY } from './source-files.ts';

const MOST_MARKED = 0.2;

describe('code blocks of the pages', () => {
  const pages = readPages();
  const blocks = [...pages.values()].flat();
  const marked = blocks.filter(({ mark }) => mark !== undefined);
  const unmarked = blocks.filter(({ mark }) => mark === undefined);

  it('are each run by a test, or marked', () => {
    assert.deepEqual(unmarked.filter((block) => runnerOf(block) === undefined).map(placeOf), []);
  });

  it('exist for each runner that claims blocks', () => {
    const claims = Object.entries(RUNNERS).flatMap(
      ([page, claimed]): readonly { readonly page: string; readonly kind?: string }[] =>
        typeof claimed === 'string' ? [{ page }] : Object.keys(claimed).map((kind) => ({ page, kind })),
    );
    const empty = claims.filter(
      ({ page, kind }) =>
        !unmarked.some(
          (block) =>
            [block.page, `${block.page}#${block.section}`].includes(page) &&
            (kind === undefined || kindOf(block) === kind),
        ),
    );

    assert.deepEqual(empty, []);
  });

  it('are run by their runner, which fails unless it has executed all of them', () => {
    for (const runner of new Set(unmarked.flatMap((block) => runnerOf(block) ?? []))) {
      assert.ok(existsSync(join(REPOSITORY, runner)), runner);
      const { text } = readSource(runner);
      assert.ok(text.includes(`takeBlocks('${runner}')`), `${runner} takes its blocks`);
      assert.match(text, /\.assertAll\b/, runner);
    }
  });

  it('have one of the known reasons if they are marked', () => {
    assert.deepEqual(
      marked.filter(({ mark }) => !isReason(mark ?? '')).map((block) => `${placeOf(block)}: ${block.mark}`),
      [],
    );
    const marks = [...pages.keys()].flatMap((page) => readSource(page).text.match(/<!-- not run/g) ?? []);
    assert.equal(marks.length, marked.length, 'every mark is directly before a block');
  });

  it(`are marked in at most ${MOST_MARKED * 100} % of all`, (t) => {
    const count = (names: readonly string[]): string =>
      Object.entries(Object.groupBy(names, (name) => name))
        .map(([name, all = []]) => `${name} ${all.length}`)
        .toSorted()
        .join(', ');
    t.diagnostic(
      `${blocks.length} blocks; run: ${count(unmarked.map((block) => runnerOf(block) ?? 'by none'))}`,
    );
    t.diagnostic(`marked ${marked.length}: ${count(marked.map(({ mark }) => mark ?? ''))}`);

    assert.ok(marked.length <= blocks.length * MOST_MARKED, `${marked.length} of ${blocks.length}`);
  });
});

describe('a block', () => {
  it('has its language, path and mark, and its text without the indentation of the list', () => {
    const page =
      '## A: b\n1. one\n\n   <!-- not run: excerpt -->\n\n   ```yaml a.yml\n   a:\n     b: 1\n   ```\n\n```\nls\n```\n';
    const [first, second] = readBlocks('a.md', page);

    assert.deepEqual(
      [first, second],
      [
        {
          page: 'a.md',
          line: 6,
          language: 'yaml',
          section: 'a-b',
          path: 'a.yml',
          text: 'a:\n  b: 1\n',
          mark: 'excerpt',
        },
        {
          page: 'a.md',
          line: 11,
          language: '',
          section: 'a-b',
          path: undefined,
          text: 'ls\n',
          mark: undefined,
        },
      ],
    );
  });
});
