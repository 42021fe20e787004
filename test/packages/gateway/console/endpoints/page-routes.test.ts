/** The page's key allows exactly what the page does, by its sources. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isPageRoute, PAGE_ROUTES } from '../../../../../packages/gateway/console/endpoints/page-routes.ts';
import { REPOSITORY } from '../../../../architecture/source-files.ts';

const PAGE = join(REPOSITORY, 'packages/gateway/console/page');
/** A call with its path, which may be chosen by a condition. */
const CALLS =
  /(?:fetchControl(?:<.*?>)?\(\s*'(GET|POST|DELETE)',|useFetched<[^(]*>\(|\bcall\()([^;{]*?[`'][^;]*?)(?:,\s*\{|;|\)\.data)/gs;
const PATHS = /[`']((?:requests|console|clock|events|recorded|send)\b[^`']*)[`']/g;

function routesOfPage(): ReadonlySet<string> {
  const texts = globSync('**/*.{ts,tsx}', { cwd: PAGE }).map((file) =>
    readFileSync(join(PAGE, file), 'utf8'),
  );
  const found = texts.flatMap((text) =>
    [...text.matchAll(CALLS)].flatMap(([, method = 'GET', rest = '']) =>
      [...rest.matchAll(PATHS)].map(([, path = '']) => `${method} ${readable(path)}`),
    ),
  );
  // The path is chosen before the call (request-builder.tsx).
  return new Set([...found, 'POST send']);
}

/** `requests/${encodeURIComponent(id)}?limit=1` → `requests/*` */
function readable(path: string): string {
  return path.replaceAll(/\$\{encodeURIComponent\([^}]*\}/g, '*').replace(/[?$].*/s, '');
}

describe('routes of the page', () => {
  const used = routesOfPage();

  it('are all that its sources call', () => {
    assert.ok(used.size > 0, [...used].join('\n'));
    for (const route of used) {
      const [method = '', path = ''] = route.split(' ');
      assert.ok(isPageRoute(method, path.replace('*', 'a1b2')), route);
    }
  });

  it('are nothing else', () => {
    assert.deepEqual(
      PAGE_ROUTES.filter((route) => !used.has(route)),
      [],
    );
  });

  const refused = [
    'GET status',
    'GET routes',
    'GET recorded',
    'GET logs',
    'GET functions',
    'GET events',
    'POST token',
    'POST issuer/rotate',
    'POST data/save',
    'POST data/load',
    'POST reset',
    'POST settle',
    'POST advance',
    'GET items',
    'POST items',
    'GET messages',
    'POST invoke',
    'GET console/key',
    'POST console/key',
    'GET console/start',
    'PUT clock',
    'get requests',
    'GET requests/',
    'GET requests/a/b',
    'GET requests/a/replay',
    'GET console/../status',
    'GET requests\nx',
  ];
  for (const route of refused)
    it(`do not include ${JSON.stringify(route)}`, () => {
      const [method = '', path = ''] = route.split(' ');
      assert.equal(isPageRoute(method, path), false);
    });
});
