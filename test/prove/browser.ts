/** What only a browser can say: preflights, cookies, redirects and WebSockets as Chromium does them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser, ToolMissing } from './browser/page.ts';
import type { BrowserCase } from './browser/page.ts';
import type { Outcome, Proof } from './proof.ts';

const CASES = join(import.meta.dirname, 'browser');

export const browser: Proof = {
  name: 'browser',
  claim: 'headless Chromium gets along with what is served, across origins',
  quick: true,
  async run(): Promise<Outcome> {
    try {
      return await runCases(await readCases());
    } catch (error) {
      if (error instanceof ToolMissing) return { kind: 'skipped', reason: error.message };
      throw error;
    }
  },
};

async function readCases(): Promise<readonly BrowserCase[]> {
  const files = readdirSync(CASES).filter((name) => name.endsWith('.case.ts'));
  if (files.length === 0) throw new Error(`no cases in ${CASES}`);
  return Promise.all(
    files.toSorted().map(async (name) => {
      const module: unknown = await import(pathToFileURL(join(CASES, name)).href);
      if (typeof module === 'object' && module !== null && 'browserCase' in module)
        return module.browserCase as BrowserCase;
      throw new Error(`${name} exports no browserCase`);
    }),
  );
}

async function runCases(cases: readonly BrowserCase[]): Promise<Outcome> {
  const chromium = await openBrowser();
  const failures: string[] = [];
  try {
    for (const one of cases) {
      const failure = await chromium.onPage((page) => failureOf(() => one.run({ page })));
      console.log(`  ${failure === undefined ? 'held  ' : 'BROKEN'}  ${one.name}`);
      if (failure !== undefined) failures.push(`${one.name}: ${failure}`);
    }
  } finally {
    await chromium.close();
  }
  const figures = { chromium: chromium.version, cases: cases.length, held: cases.length - failures.length };
  return failures.length === 0
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: failures.join('; '), figures };
}

async function failureOf(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
