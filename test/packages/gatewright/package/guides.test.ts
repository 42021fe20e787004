import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripForeignLinks, writeGuides } from '../../../../packages/gatewright/package/guides.ts';

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('stripForeignLinks', () => {
  it('keeps links to shipped pages, and only the words of all other links', () => {
    const shipped = new Set(['docs/guides/protect/access.md', 'docs/recipes/auth0.md']);
    const text =
      '[a](../guides/protect/access.md#commands) [b](https://issuer.example/) [`c` d](../evidence/one.md) ![e](../images/e.png) [f](#here)';

    assert.equal(
      stripForeignLinks(text, 'docs/recipes/auth0.md', shipped),
      '[a](../guides/protect/access.md#commands) [b](https://issuer.example/) `c` d  [f](#here)',
    );
  });
});

describe('the guides in the package', () => {
  it('link only to what the package contains, and include every recipe', async () => {
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
      assert.ok(pages.includes(join('python', 'README.md')), 'which the guide of quotas leads to');
    } finally {
      rmSync(target, { recursive: true });
    }
  });
});
