import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keepLinks, writeGuides } from '../../package/guides.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

describe('keepLinks', () => {
  it('keeps links to what ships, and leaves the words of all others', () => {
    const shipped = new Set(['docs/access.md', 'docs/recipes/auth0.md']);
    const text =
      '[a](../access.md#commands) [b](https://issuer.example/) [`c` d](../decisions/0001.md) ![e](../images/e.png) [f](#here)';

    assert.equal(
      keepLinks(text, 'docs/recipes/auth0.md', shipped),
      '[a](../access.md#commands) [b](https://issuer.example/) `c` d  [f](#here)',
    );
  });
});

describe('the guides in the package', () => {
  it('lead to nothing that is not in it, and have every recipe', async () => {
    const target = mkdtempSync(join(tmpdir(), 'gatewright-guides-'));
    try {
      await writeGuides(CHECKOUT, target);
      const pages = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.md'),
      );
      for (const page of pages) {
        const text = readFileSync(join(target, page), 'utf8');
        for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g))
          assert.ok(existsSync(join(target, dirname(page), link)), `${page} → ${link}`);
      }
      const recipes = readdirSync(join(CHECKOUT, 'docs/recipes'));
      for (const name of recipes)
        assert.ok(
          pages.some((page) => page.endsWith(name)),
          name,
        );
      assert.ok(pages.includes('README.md'), 'which leads there');
    } finally {
      rmSync(target, { recursive: true });
    }
  });
});

/** What somebody reads from "found it" to roles, plans with invoices, a WebSocket, webhooks and CI. */
const PATH = [
  ...['package/README.md', 'docs/own-repository.md', 'docs/coming-from.md', 'docs/live.md'],
  ...['cognito', 'auth0', 'api-keys', 'partners', 'websocket', 'payments', 'ci'].map(
    (name) => `docs/recipes/${name}.md`,
  ),
];
const WORDS_LIMIT = 6_000;

describe('the way of somebody who is new', () => {
  it('is at most 6,000 words, code and all', (t) => {
    const counts = PATH.map(
      (path) => readFileSync(join(CHECKOUT, path), 'utf8').split(/\s+/).filter(Boolean).length,
    );
    const words = counts.reduce((sum, count) => sum + count, 0);

    t.diagnostic(`${words} words: ${PATH.map((path, index) => `${path} ${counts[index]}`).join(', ')}`);
    assert.ok(words <= WORDS_LIMIT, `${words} words`);
  });
});
