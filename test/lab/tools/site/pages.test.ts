import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrangePages, stagePage } from '../../../../lab/tools/site/pages.ts';
import { listFiles, readSource } from '../../../architecture/source-files.ts';

describe('the pages of the site', () => {
  const found = listFiles('docs')
    .filter((path) => path.endsWith('.md'))
    .map((path) => path.slice('docs/'.length));

  const map = readSource('docs/README.md').text;

  it('are the pages of docs/, each once, in parts that correspond to the headings of docs/README.md', () => {
    const parts = arrangePages(map, found);
    assert.deepEqual(
      parts.flatMap(({ pages }) => pages).toSorted(),
      found.filter((path) => path !== 'README.md').toSorted(),
    );
    assert.ok(parts.length > 4);
  });

  it('are arranged in the order of the links; a folder gets the pages that no other part has', () => {
    const parts = arrangePages('# Map\n## One\n[b](b.md) [a](a.md)\n## Two\n[all](c/README.md) [d](d)\n', [
      'a.md',
      'b.md',
      'c/README.md',
      'c/x.md',
      'd/y.md',
    ]);
    assert.deepEqual(
      parts.map(({ title, pages }) => [title, ...pages]),
      [
        ['One', 'b.md', 'a.md'],
        ['Two', 'c/README.md', 'c/x.md', 'd/y.md'],
      ],
    );
  });

  it('must all be linked', () => {
    assert.throws(() => arrangePages(map, [...found, 'lost.md']), /lost\.md/);
  });
});

describe('a page of the site', () => {
  const texts = new Map([
    ['pages/a.md', '# A `page`\n\n'],
    ['pages/b/c.md', '# See\n\n## Below\n'],
  ]);
  const stage = (body: string): string => {
    const staged = stagePage('pages/a.md', new Map([...texts, ['pages/a.md', `# A \`page\`\n\n${body}`]]));
    return staged.slice(staged.indexOf('---', 3)).replace(/^---\s+/, '');
  };

  it('has its heading as title', () => {
    assert.match(stagePage('pages/a.md', texts), /^---\ntitle: "A page"\n---\n/);
  });

  const rows: readonly (readonly [what: string, written: string, made: string])[] = [
    ['a link to a page', '[see](b/c.md)', '[see](b/c.md)'],
    ['a link to a part of a page', '[see](b/c.md#below)', '[see](b/c.md#below)'],
    ['a link to the heading of a page, which is its title', '[see](b/c.md#see)', '[see](b/c.md)'],
    ['a link into the sources', 'in [a file](../gateway/index.ts)', 'in a file'],
    ['a link to elsewhere', '[AWS](https://aws.amazon.com/)', '[AWS](https://aws.amazon.com/)'],
    ['a picture', '![a picture](images/a.png)', '![a picture](images/a.png)'],
    ['what a terminal shows', '```\nls\n```', '```text\nls\n```'],
    ['code of a language', '```js\n1\n```', '```js\n1\n```'],
  ];
  for (const [what, written, made] of rows)
    it(`${written === made ? 'keeps' : 'changes'} ${what}`, () => {
      assert.equal(stage(written), made);
    });
});
