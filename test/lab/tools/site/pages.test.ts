import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrangePages, stagePage } from '../../../../lab/tools/site/pages.ts';
import { listFiles } from '../../../architecture/source-files.ts';

describe('the pages of the site', () => {
  const found = listFiles('docs')
    .filter((path) => path.endsWith('.md'))
    .map((path) => path.slice('docs/'.length));

  it('have each page of docs/ once, each part at least one', () => {
    const arranged = arrangePages(found);
    assert.deepEqual([...arranged.values()].flat().toSorted(), found.toSorted());
    assert.ok([...arranged.values()].every((pages) => pages.length > 0));
  });

  it('would miss a page that stands in no part, and one that is gone', () => {
    assert.throws(() => arrangePages([...found, 'lost.md']), /lost\.md/);
    assert.throws(
      () => arrangePages(found.filter((path) => path !== 'guides/run/serving.md')),
      /docs\/guides\/run\/serving\.md/,
    );
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
