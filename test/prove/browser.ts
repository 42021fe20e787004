/** Tests that only a browser can run: preflights, cookies, redirects and WebSockets as Chromium handles them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser, ToolMissing } from './browser/page.ts';
import type { BrowserCase } from './browser/page.ts';
import type { Outcome, Proof } from './proof.ts';

const CASES = join(import.meta.dirname, 'browser');
/**
 * The cases that CI does not run, because each takes minutes or half an hour: every button, sizes of screens and of
 * stacks, and certificates.
 */
const LONG = new Set([
  'console-clicks.case.ts',
  'console-empty.case.ts',
  'console-half-hour.case.ts',
  'console-many.case.ts',
  'console-restart.case.ts',
  'console-ten-thousand.case.ts',
  'tls.case.ts',
]);

/** A case waits for pages and gateways half of the time, so two cases at the same time take little longer than one. */
const WORKERS = 2;

export const browser: Proof = {
  name: 'browser',
  claim: 'headless Chromium works with everything that is served, also across origins',
  quick: true,
  async run({ only, quick, minutes, workers = WORKERS }): Promise<Outcome> {
    try {
      return await runCases(await readCases(only, quick), minutes, workers);
    } catch (error) {
      if (error instanceof ToolMissing) return { kind: 'skipped', reason: error.message };
      throw error;
    }
  },
};

/** @param only the name of a single case, such as `tls` */
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

async function runCases(
  cases: readonly BrowserCase[],
  minutes: number | undefined,
  workers: number,
): Promise<Outcome> {
  const failures: string[] = [];
  let skipped = 0;
  let version = '';
  const left = cases.values();
  /** Each worker has its own browser, because pages of one browser would take the focus from each other. */
  const work = async (): Promise<void> => {
    const chromium = await openBrowser();
    version = chromium.version;
    try {
      for (const one of left) {
        const startedMs = performance.now();
        const failure = await chromium.onPage((page) => failureOf(() => one.run({ page, minutes })));
        const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
        if (failure instanceof ToolMissing) {
          console.log(`  skipped ${one.name}: ${failure.message}`);
          skipped += 1;
          continue;
        }
        console.log(`  ${failure === undefined ? 'held  ' : 'BROKEN'}  ${one.name} (${seconds} s)`);
        if (failure !== undefined) failures.push(`${one.name}: ${failure}`);
      }
    } finally {
      await chromium.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, cases.length) }, work));
  const held = cases.length - failures.length - skipped;
  const figures = { chromium: version, cases: cases.length, held };
  if (held === 0 && failures.length === 0) return { kind: 'skipped', reason: 'no case has its tools' };
  return failures.length === 0
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: failures.join('; '), figures };
}

/** Returns why a case failed, or which tool it lacks. */
async function failureOf(run: () => Promise<void>): Promise<string | ToolMissing | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof ToolMissing) return error;
    return error instanceof Error ? error.message : String(error);
  }
}
