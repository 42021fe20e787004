/** Each statement in docs/aws has a tag for its evidence (docs/aws/README.md). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bookOf, evidencePages } from './sections.ts';
import { findUntagged } from './untagged.ts';

const pages = evidencePages().filter(({ path }) => bookOf(path) === 'docs/aws');

describe('list items and table rows of docs/aws', () => {
  for (const page of pages)
    it(`carry their evidence in ${page.path}`, () => {
      assert.deepEqual(findUntagged(page), []);
    });
});

describe('findUntagged', () => {
  const rows: readonly [string, string, number][] = [
    ['an item without a tag', '- A fact.', 1],
    ['an item with its own tag', '- A fact [doc].', 0],
    ['a numbered item', '1. A fact.', 1],
    ['a tag in round brackets', '- A fact (reports, 2.8).', 0],
    ['a link', '- A fact, [doc](doc.md).', 1],
    ['a tag inside code', '- A fact of `x[doc]`.', 1],
    ['a word that only contains a tag', '- A fact (documented elsewhere).', 1],
    ['a statement that is not settled', '- The order: **not settled**.', 0],
    ['a tagged heading', '# A\n\n## B [obs]\n\n- A fact.', 0],
    ['the heading of another section', '# A\n\n## B [obs]\n\n## C\n\n- A fact.', 1],
    ['a sentence that introduces the list', 'Rules [obs]:\n\n- A fact.\n- Another.', 0],
    ['a tag of another sentence', 'One thing [obs]. The rules:\n\n- A fact.', 1],
    ['a sentence about rows', 'Where a row has none: [obs].\n\n| a | b |\n|---|---|\n| c | d |', 0],
    ['the word for several reports', '- A fact; reports (4.3).', 0],
    ['a paragraph that does not introduce the list', 'One thing [obs] and more.\n\n- A fact.', 1],
    ['a table', '| a | b |\n|---|---|\n| c | d |\n| e | f (verify) |', 1],
    ['a tag in its head', '| a | b [obs] |\n|---|---|\n| c | d |', 0],
    ['a column for evidence', '| a | evidence |\n|---|---|\n| c | obs |', 0],
    ['an empty cell in that column', '| a | evidence |\n|---|---|\n| c | – |', 1],
    ['code', '```\n- no item\n```', 0],
  ];
  for (const [name, text, count] of rows)
    it(`reads ${name}`, () => {
      assert.equal(findUntagged({ path: 'a.md', text }).length, count);
    });
});
