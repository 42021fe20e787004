/** What is read before the first invoice; an afternoon is enough only while it is short. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import { anchorOf } from '../../lab/tools/heading-anchor.ts';
import { readSource } from './source-files.ts';

const MOST_WORDS = 6000;
const PAGE = 'docs/guides/first-invoice.md';

type Part = { readonly anchor: string; readonly words: number };

/** From each heading to the next one, code and all. */
function partsOf(path: string): readonly Part[] {
  let isCode = false;
  const parts: { anchor: string; words: number }[] = [];
  for (const line of readSource(path).text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    const heading = isCode ? undefined : /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined) parts.push({ anchor: anchorOf(heading), words: 0 });
    const part = parts.at(-1);
    if (part !== undefined) part.words += line.split(/\s+/).filter(Boolean).length;
  }
  return parts;
}

/** Of what a link leads to; a page without an anchor is read to its end. */
function textsAfter(link: string): number {
  const [file = '', anchor] = link.split('#');
  const parts = partsOf(posix.join(posix.dirname(PAGE), file));
  const found = parts.filter((part) => anchor === undefined || part.anchor === anchor);
  assert.ok(found.length > 0, `${link} leads nowhere`);
  return found.reduce((sum, { words }) => sum + words, 0);
}

/** `[a](a.md) or [b](b.md)`: one of the two is read; the longer one counts. */
function wordsBehindAll(text: string): number {
  let sum = 0;
  let alternative = 0;
  for (const [, link = '', or] of text.matchAll(/\]\(([^)]+)\)( or )?/g)) {
    const words = Math.max(alternative, textsAfter(link));
    if (or === undefined) sum += words;
    alternative = or === undefined ? 0 : words;
  }
  return sum;
}

describe(PAGE, () => {
  const [steps = ''] = readSource(PAGE).text.split('## What can go wrong');

  it(`is read within ${MOST_WORDS} words, with the parts that it leads to`, () => {
    const words = steps.split(/\s+/).length + wordsBehindAll(steps);

    assert.ok(words <= MOST_WORDS, `${words} words`);
    assert.ok(words > MOST_WORDS / 2, `${words} words: are the links still read?`);
  });
});
