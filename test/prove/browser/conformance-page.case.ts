/**
 * Tests the page of `conformance run --page` with recorded cases: its filters, Content Security Policy, colours and
 * screen sizes.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { printPage } from '../../../packages/conformance/report/page.ts';
import { readCases } from '../../../packages/conformance/schema/read-cases.ts';
import { AXE, findingsOfAxe } from './console-tour.ts';
import type { CaseResult } from '../../../packages/conformance/report/score.ts';
import type { BrowserCase, Page } from './page.ts';

const SHOTS = join(REPOSITORY, '.build/conformance-page');
/** With more rows, axe would find nothing new and take longer. */
const CASES = 40;
const SIZES = [
  { width: 360, height: 800 },
  { width: 1280, height: 800 },
];

export const browserCase: BrowserCase = {
  name: 'the page of a conformance run filters its cases, within its own policy, on a phone and in the dark',
  async run({ page }) {
    const results = someResults();
    const folder = mkdtempSync(join(tmpdir(), 'conformance-page-'));
    const file = join(folder, 'score.html');
    writeFileSync(file, printPage(results, { target: 'moto', version: '5.2.5', day: '2026-11-23' }));
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.addInitScript({ content: readFileSync(AXE, 'utf8') });
    try {
      await page.goto(pathToFileURL(file).href);
      const all = results.length;
      assert.equal(await page.textContent('output'), `${all} of ${all} cases`);
      await page.selectOption('select[name=outcome]', 'differs');
      const different = results.filter(({ difference }) => difference !== undefined);
      assert.equal(await page.textContent('output'), `${different.length} of ${all} cases`);
      await page.fill('input[name=text]', different[0]?.parityCase.id ?? '');
      assert.match(
        (await page.textContent('tr:not([hidden]) .differs')) ?? '',
        /<script>alert\(1\)<\/script>/,
      );
      await page.fill('input[name=text]', '');
      await page.selectOption('select[name=outcome]', { label: 'all' });
      await lookAt(page);
      assert.deepEqual(problems, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** Outcomes of all kinds, one of which has an answer that is markup and must stay text. */
function someResults(): readonly CaseResult[] {
  const all = readCases(join(REPOSITORY, 'packages/conformance/cases/recorded.json'));
  return all.slice(0, CASES).map((parityCase, at) => ({
    parityCase,
    ...(at % 7 === 1 && { difference: 'body: <script>alert(1)</script>, not {}' }),
    ...(at % 7 === 2 && { notAsked: 'needs a virtual clock' }),
  }));
}

async function lookAt(page: Page): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.screenshot({ path: join(SHOTS, `${colorScheme}-${size.width}.png`) });
      assert.ok((await page.evaluate(measureOverflow, undefined)) <= 0, `${colorScheme}, ${size.width} px`);
      assert.deepEqual(await findingsOfAxe(page), [], `${colorScheme}, ${size.width} px`);
    }
  }
}

function measureOverflow(): Promise<number> {
  const { document } = globalThis as unknown as {
    document: { documentElement: { scrollWidth: number; clientWidth: number } };
  };
  return Promise.resolve(document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
