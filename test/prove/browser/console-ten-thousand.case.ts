/**
 * Traffic with 10,000 rows: the list is scrolled from one end to the other, searched letter by letter, and scrolled
 * again while more requests arrive. Of a hundred frames, at most ten may wait for a task that is so long that people
 * see a stutter, although the same machine serves the requests. Only the visible rows may exist in the page.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { openConsole, readText } from './console-tour.ts';
import { serve } from './page.ts';
import { routesTemplate } from './routes-template.ts';
import type { BrowserCase, Page } from './page.ts';

const ROWS = 10_000;
/**
 * While the list is scrolled, 80 requests arrive each second. This is few enough to measure the page, and not which
 * process gets the processor.
 */
const MORE = 320;
const PAUSE_MS = 200;
const AT_ONCE = 16;
/** A response within this time feels immediate (web.dev, RAIL). */
const MOST_MS = 100;
const MOST_SHARE = 0.1;
const MOST_ELEMENTS = 120;

export const browserCase: BrowserCase = {
  name: 'the console scrolls, searches and follows 10,000 requests without a stutter',
  async run({ page }) {
    await using stacks = await serve(['routes.json'], ['--record', String(ROWS), '--record-all'], {
      'routes.json': JSON.stringify(routesTemplate(8)),
    });
    const url = stacks.urlOf('routes', 'rest');
    await ask(url, ROWS);
    const problems = await openConsole(page, stacks.console);
    await page.waitForSelector(`.hint:has-text("${ROWS} of ${ROWS} recorded")`);

    await startWatch(page);
    report('scrolled', await scroll(page, 120), await endWatch(page));
    await startWatch(page);
    for (const text of ['i', 'it', 'ite', 'item', 'item7', 'item7?n=77', '']) {
      await page.fill('input[type=search]', text);
      await page.waitForSelector('.hint:has-text("recorded")');
    }
    assert.match(await readText(page, '.hint'), new RegExp(`^${ROWS} of ${ROWS} recorded`));
    report('searched', await elementsOf(page), await endWatch(page));
    await startWatch(page);
    const [seen] = await Promise.all([scroll(page, 240), ask(url, MORE, PAUSE_MS)]);
    report('followed', seen, await endWatch(page));
    assert.deepEqual(problems, []);
  },
};

async function ask(url: string, count: number, pauseMs = 0): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await (await fetch(`${url}/item${(next % 7) + 1}?n=${next}`)).text();
      if (pauseMs > 0) await wait(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

type Watched = {
  readonly frames: number;
  readonly slowestFrameMs: number;
  readonly tasksMs: readonly number[];
};

function report(what: string, rows: number, { frames, slowestFrameMs, tasksMs }: Watched): void {
  const longest = Math.max(0, ...tasksMs);
  console.log(
    `    ${what}: ${frames} frames, the slowest ${slowestFrameMs.toFixed(0)} ms; ${tasksMs.length} tasks over 50 ms, the longest ${longest.toFixed(0)} ms; at most ${rows} rows drawn`,
  );
  assert.ok(rows > 0 && rows <= MOST_ELEMENTS, `${what}: ${rows} rows are drawn`);
  const stutters = tasksMs.filter((took) => took > MOST_MS).length;
  assert.ok(stutters <= frames * MOST_SHARE, `${what}: ${stutters} tasks over ${MOST_MS} ms`);
}

/** Members of the page for the measurement. The functions below run in the page, and have no access to this file. */
type Watching = {
  watched: { frames: number; slowest: number; tasks: number[]; isOver: boolean };
  readonly document: {
    querySelector(selector: string): { scrollTop: number; scrollHeight: number };
    querySelectorAll(selector: string): { readonly length: number };
  };
  requestAnimationFrame(run: (atMs: number) => void): void;
};

async function startWatch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const at = globalThis as unknown as Watching;
    const watched: Watching['watched'] = { frames: 0, slowest: 0, tasks: [], isOver: false };
    at.watched = watched;
    const observer = new PerformanceObserver((list) => {
      if (watched.isOver) observer.disconnect();
      else for (const { duration } of list.getEntries()) watched.tasks.push(duration);
    });
    observer.observe({ entryTypes: ['longtask'] as never[] });
    let lastMs = 0;
    const next = (atMs: number): void => {
      if (watched.isOver) return;
      if (lastMs > 0) watched.slowest = Math.max(watched.slowest, atMs - lastMs);
      watched.frames += 1;
      lastMs = atMs;
      at.requestAnimationFrame(next);
    };
    at.requestAnimationFrame(next);
    return Promise.resolve();
  }, undefined);
}

function endWatch(page: Page): Promise<Watched> {
  return page.evaluate(async () => {
    const { watched } = globalThis as unknown as Watching;
    // Long tasks are reported a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    watched.isOver = true;
    return { frames: watched.frames, slowestFrameMs: watched.slowest, tasksMs: watched.tasks };
  }, undefined);
}

/**
 * Scrolls from the newest row to the oldest in this number of frames.
 * @returns the largest number of rows that existed at the same time
 */
function scroll(page: Page, frames: number): Promise<number> {
  return page.evaluate(async (count) => {
    const at = globalThis as unknown as Watching;
    const list = at.document.querySelector('.window');
    let most = 0;
    for (let frame = 0; frame <= count; frame += 1) {
      list.scrollTop = (list.scrollHeight * frame) / count;
      await new Promise((resolve) => at.requestAnimationFrame(resolve));
      most = Math.max(most, at.document.querySelectorAll('.window-row').length);
    }
    list.scrollTop = 0;
    return most;
  }, frames);
}

function elementsOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      Promise.resolve((globalThis as unknown as Watching).document.querySelectorAll('.window-row').length),
    undefined,
  );
}
