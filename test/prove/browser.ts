/** What only a browser can say: preflights, cookies, redirects and WebSockets as Chromium does them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser, ToolMissing } from './browser/page.ts';
import type { BrowserCase } from './browser/page.ts';
import type { Outcome, Proof } from './proof.ts';

const CASES = join(import.meta.dirname, 'browser');
/** Minutes each or half an hour, and no step of CI: every button, sizes of screens and of stacks, and certificates. */
const LONG = new Set([
  'console-clicks.case.ts',
  'console-empty.case.ts',
  'console-half-hour.case.ts',
  'console-many.case.ts',
  'console-restart.case.ts',
  'console-ten-thousand.case.ts',
  'tls.case.ts',
]);

export const browser: Proof = {
  name: 'browser',
  claim: 'headless Chromium gets along with what is served, across origins',
  quick: true,
  async run({ only, quick, minutes }): Promise<Outcome> {
    try {
      return await runCases(await readCases(only, quick), minutes);
    } catch (error) {
      if (error instanceof ToolMissing) return { kind: 'skipped', reason: error.message };
      throw error;
    }
  },
};

/** @param only name of one: `tls` */
async function readCases(only: string | undefined, quick: boolean): Promise<readonly BrowserCase[]> {
  const all = readdirSync(CASES).filter((name) => name.endsWith('.case.ts'));
  const files = all.filter((name) =>
    only === undefined ? !quick || !LONG.has(name) : name === `${only}.case.ts`,
  );
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

async function runCases(cases: readonly BrowserCase[], minutes: number | undefined): Promise<Outcome> {
  const chromium = await openBrowser();
  const failures: string[] = [];
  let skipped = 0;
  try {
    for (const one of cases) {
      const failure = await chromium.onPage((page) => failureOf(() => one.run({ page, minutes })));
      if (failure instanceof ToolMissing) {
        console.log(`  skipped ${one.name}: ${failure.message}`);
        skipped += 1;
        continue;
      }
      console.log(`  ${failure === undefined ? 'held  ' : 'BROKEN'}  ${one.name}`);
      if (failure !== undefined) failures.push(`${one.name}: ${failure}`);
    }
  } finally {
    await chromium.close();
  }
  const held = cases.length - failures.length - skipped;
  const figures = { chromium: chromium.version, cases: cases.length, held };
  if (held === 0 && failures.length === 0) return { kind: 'skipped', reason: 'no case has its tools' };
  return failures.length === 0
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: failures.join('; '), figures };
}

/** Of a case of its own tools the lack of one. */
async function failureOf(run: () => Promise<void>): Promise<string | ToolMissing | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof ToolMissing) return error;
    return error instanceof Error ? error.message : String(error);
  }
}
