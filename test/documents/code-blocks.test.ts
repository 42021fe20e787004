/**
 * JavaScript and TypeScript of the pages: the blocks of a page are one program, with right types against what the
 * packages export.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findTypeErrors } from '../architecture/doc-examples.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { takeBlocks } from '../support/code-blocks.ts';
import type { CodeBlock } from '../support/code-blocks.ts';

const taken = takeBlocks('test/documents/code-blocks.test.ts');
/** Below the checkout, so that packages are found. */
const FOLDER = join(REPOSITORY, '.build', `code-blocks-${process.pid}`);
const IMPORT = /^import [^;]*?from '[^']+';.*\n/gm;

/** Declarations that pages assume in the reader's own code. */
const GIVEN = `export {};
declare global {
  const listOrders: (event: any) => Promise<{ statusCode: number }>;
  const event: any;
  const isOld: (event: unknown) => boolean;
  const tableName: string;
  const readSecrets: () => Promise<string[]>;
  const fetchToken: () => Promise<string>;
  const enableForm: () => void;
  const show: (by: unknown, data: unknown) => void;
  const reload: () => void;
  const list: (names: readonly string[]) => void;
  const tell: (text: string) => void;
  const localStorage: Record<string, string>;
  const prices: readonly object[];
  const server: (event: object) => Promise<{ statusCode: number; body: string }>;
}
`;

/** Compiler options like those of a user's project: not strict, because the blocks of the pages are JavaScript. */
const OPTIONS = {
  noImplicitAny: false,
  noPropertyAccessFromIndexSignature: false,
  exactOptionalPropertyTypes: false,
  strictNullChecks: false,
  noUnusedParameters: false,
};

/** Handlers that need no table: what they answer to an event that has nothing. */
const ANSWERS: Readonly<Record<string, number>> = {
  'docs/guides/protect/access.md': 403,
  'docs/guides/receive/webhooks.md': 401,
};

/** Imports first; a block sees what the earlier ones of its page have declared, and may declare it again. */
function toPage(texts: readonly string[]): string {
  const imports = texts.flatMap((text) => text.match(IMPORT) ?? []);
  const [first = '', ...others] = texts.map((text) => text.replaceAll(IMPORT, ''));
  const nested = others.map((text) => `{\n${text.replaceAll(/^export /gm, '')}`);
  return [...imports, first, ...nested, '}\n'.repeat(nested.length)]
    .join('')
    .replaceAll(/from 'gatewright\/(?!testing)([\w-]+)'/g, "from '@gatewright/handlers/$1'")
    .replaceAll("from 'gatewright'", "from '../../packages/gateway/engine/index.ts'");
}

/** JavaScript says no type of an event, and needs none. */
const asTypeScript = ({ language, text }: CodeBlock): string =>
  language === 'js' ? text.replaceAll('(event) =>', '(event: any) =>') : text;

describe('JavaScript and TypeScript of the pages', () => {
  const pages = [...new Set(taken.blocks.map(({ page }) => page))];
  const fileOf = (page: string, ending = ''): string =>
    join(FOLDER, `${page.replaceAll(/\W+/g, '-')}${ending}.ts`);
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
    for (const page of pages) writeFileSync(fileOf(page), toPage(taken.of(page).map(asTypeScript)));
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('have right types', () => {
    const given = join(FOLDER, 'given.d.ts');
    writeFileSync(given, GIVEN);
    const wrong = findTypeErrors([given, ...pages.map((page) => fileOf(page))], OPTIONS);

    assert.deepEqual([...wrong.values()], []);
  });

  for (const page of pages)
    it(`import what is there: ${page}`, async () => {
      const blocks = taken.of(page);
      const imports = blocks.flatMap(({ text }) => text.match(IMPORT) ?? []);
      // Types are removed when a program runs, and with them imports that nothing uses.
      writeFileSync(fileOf(page, '-imports'), toPage(imports));
      await import(pathToFileURL(fileOf(page, '-imports')).href);
      const answer = ANSWERS[page];
      if (answer !== undefined) {
        Object.assign(globalThis, {
          listOrders: () => Promise.reject(new Error('called')),
          readSecrets: () => ['secret'],
          tableName: 'claims',
        });
        const { handler } = (await import(pathToFileURL(fileOf(page)).href)) as {
          readonly handler: (event: object, context: object) => Promise<{ readonly statusCode: number }>;
        };
        const authorizer = { lambda: { sub: 'ann', exp: '1' } };
        const requestContext = { timeEpoch: 2_000, http: { method: 'POST', path: '/orders' }, authorizer };
        assert.equal((await handler({ requestContext, headers: {}, body: '{}' }, {})).statusCode, answer);
      }
      taken.executed(...blocks);
    });

  it('have all been run', taken.assertAll);
});
