/**
 * A shop with a table, queues and a schedule: requests are sorted, searched, marked, shown by the type of their body,
 * saved and sent again; messages are moved from a dead-letter queue back to their source, a function is invoked, and
 * the map refers to the template.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { go, lookAt, openConsole, readText } from './console-tour.ts';
import { serve } from './page.ts';
import { SHOP } from './shop-template.ts';
import type { BrowserCase, Page } from './page.ts';

export const browserCase: BrowserCase = {
  name: 'the console sorts and searches requests, shows bodies by their kind, saves requests without secrets, redrives, invokes, and draws a map',
  async run({ page }) {
    await using stacks = await serve(['shop.json'], [], { 'shop.json': JSON.stringify(SHOP) });
    const url = stacks.urlOf('shop', 'http');
    const problems = await openConsole(page, stacks.console);
    const form = 'user=alice&password=correct-horse';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await (await fetch(`${url}/orders`, { method: 'POST', headers, body: form })).text();
    for (const path of ['/picture', '/events', '/large', '/caf%C3%A9'])
      await (await fetch(url + path)).text();

    await sortAndSearch(page);
    await measureColumns(page);
    await lookAtBodies(page);
    await saveRequest(page, stacks.folder);
    await useEvents(page);
    await invoke(page);
    await readMap(page);
    assert.deepEqual(problems, []);
  },
};

const paths = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { querySelectorAll(of: string): Iterable<{ textContent: string }> };
    };
    return Promise.resolve(
      [...document.querySelectorAll('.line-link')].map(({ textContent }) => textContent),
    );
  }, undefined);

async function sortAndSearch(page: Page): Promise<void> {
  await page.waitForSelector('.hint:has-text("5 of 5")');
  await page.click('.line-head button:has-text("Path")');
  await page.waitForSelector('[aria-sort=ascending]:has-text("Path")');
  assert.deepEqual(await paths(page), ['/café', '/events', '/large', '/orders', '/picture']);
  // The sort order stays the same.
  await go(page, 'numbers');
  await go(page, 'traffic');
  await page.waitForSelector('[aria-sort=ascending]:has-text("Path")');
  await page.click('.line-head button:has-text("Path")');
  await page.click('.line-head button:has-text("Path")');
  await page.fill('input[type=search]', 'method:POST -path:/large status:2xx');
  await page.waitForSelector('.hint:has-text("1 of 5")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.request-title:has-text("/orders")');
  await page.keyboard.press('Escape');
  await page.waitForSelector('main:not(:has(aside.panel))');
  await page.fill('input[type=search]', 'took:soon');
  await page.waitForSelector('.note:has-text("took:soon has no effect")');
  await page.fill('input[type=search]', 'st');
  // Waits until the element exists, whether it is visible or not.
  assert.equal(await page.textContent('datalist option[value="status:"]'), '');
  await page.fill('input[type=search]', '');
  await page.click('button:has-text("Only new")');
  await page.waitForSelector('main:has-text("No matching requests.")');
  await page.click('.tools button[aria-pressed=true]');
  await page.waitForSelector('.line:has-text("/orders")');
  await page.selectOption('select[aria-label="Times in"]', 'local');
  await page.selectOption('select[aria-label="Times in"]', 'utc');
}

/**
 * Checks that each layout has the grid tracks for the cells that it shows, although the page's policy forbids inline
 * styles.
 */
async function measureColumns(page: Page): Promise<void> {
  const counts: number[][] = [];
  for (const width of [700, 1000, 1280, 1900]) {
    await page.setViewportSize({ width, height: 900 });
    counts.push(await countColumns(page));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '/orders');
  counts.push(await countColumns(page));
  await page.keyboard.press('Escape');
  await page.waitForSelector('.split:not(.is-open)');
  assert.deepEqual(
    counts,
    // The narrow layout has two lines for each request, so it has fewer tracks than cells.
    [[5, 6, 6], ...[5, 8, 8, 4].map((count) => [count, count, count])],
  );
}

/** Counts the grid tracks of the header row, and the visible cells of the header row and of the first row. */
function countColumns(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    type Shown = { readonly children: Iterable<Shown>; readonly offsetWidth: number };
    const { document, getComputedStyle } = globalThis as unknown as {
      document: { querySelector(of: string): Shown };
      getComputedStyle: (element: Shown) => { readonly gridTemplateColumns: string };
    };
    const [head, row] = ['.line-head', '.line:not(.reload)'].map((of) => document.querySelector(of));
    const seen = (line: Shown | undefined): number =>
      [...(line?.children ?? [])].filter(({ offsetWidth }) => offsetWidth > 0).length;
    const tracks = head === undefined ? [] : getComputedStyle(head).gridTemplateColumns.split(' ');
    return Promise.resolve([tracks.length, seen(head), seen(row)]);
  }, undefined);
}

async function open(page: Page, path: string): Promise<void> {
  await go(page, 'traffic');
  await page.click(`.line:has(.line-link:text-is("${path}"))`);
  await page.waitForSelector(`.request-title:has-text("${path}")`);
}

async function lookAtBodies(page: Page): Promise<void> {
  await open(page, '/picture');
  await page.waitForSelector('aside img.picture');
  await page.click('aside button:has-text("Bytes")');
  assert.match(await readText(page, 'aside pre.hex'), /^00000000 {2}89 50 4e 47/);
  await open(page, '/events');
  await page.waitForSelector('aside section[aria-label=Reply] td:has-text("soup")');
  await open(page, '/large');
  assert.match(await readText(page, 'aside section[aria-label=Reply] pre'), /^\[\n {2}\{\n {4}"item": 0/);
  await open(page, '/orders');
  await page.click('aside summary:has-text("log lines")');
  await page.waitForSelector('aside pre.log:has-text("placing /orders")');
  await page.waitForSelector('aside section[aria-label=Request] td:has-text("alice")');
  await page.click('aside button:has-text("nothing to do")');
  await lookAt(page, 'shop-request');
}

/** Takes a request to the builder, saves it to a file of the project, and sends it again from there. */
async function saveRequest(page: Page, folder: string): Promise<void> {
  await open(page, '/orders');
  await page.click('.replay a:has-text("Edit")');
  await page.fill('aside input[aria-label="Name of the request"]', 'Order of alice');
  await page.click('aside button:has-text("Save")');
  await page.waitForSelector('aside:has-text("Saved in gatewright.requests.json")');
  const saved = readFileSync(join(folder, 'gatewright.requests.json'), 'utf8');
  assert.match(saved, /user=alice&password=\$\{PASSWORD\}/);
  assert.doesNotMatch(saved, /horse|\[[0-9a-f]{8}\]/);
  await go(page, 'apis');
  await page.click('details:has-text("Saved requests") a:has-text("Order of alice")');
  await page.fill('aside label:has-text("PASSWORD") input', 'correct-horse');
  await lookAt(page, 'shop-saved');
  await page.click('aside .main-action:has-text("Send")');
  await page.waitForSelector('.request-title .status:has-text("201")');
}

async function useEvents(page: Page): Promise<void> {
  await go(page, 'calls/events');
  const row = (name: string): string => `tr:has(th:text-is("${name}"))`;
  await page.click(`${row('nightly')} button:has-text("Run now")`);
  await page.click(`${row('jobs')} button:has-text("Send")`);
  await page.click('section[aria-label="Send to jobs"] .main-action');
  await page.waitForSelector(`${row('dead-jobs')}:has-text("1 waiting")`);
  await lookAt(page, 'shop-events');
  await page.click(`${row('dead-jobs')} button:has-text("Redrive")`);
  await page.waitForSelector(`${row('dead-jobs')}:has-text("0 waiting")`);
}

async function invoke(page: Page): Promise<void> {
  await go(page, 'functions/shop-place');
  await page.click('aside summary:has-text("Invoke")');
  await page.selectOption('select[aria-label="Sample event"]', 'HTTP API');
  await page.click('aside button:has-text("Invoke")');
  await page.waitForSelector('aside section[aria-label=Answer]:has-text("returned")');
  await page.selectOption('aside select[aria-label=Level]', { label: 'error and above' });
  await page.waitForSelector('aside .log-lines:not(:has-text("placing"))');
  await lookAt(page, 'shop-function');
  await page.click('aside .log-lines a');
  await page.waitForSelector('.request-title');
}

async function readMap(page: Page): Promise<void> {
  await go(page, 'apis/map');
  await page.click('.map-node:has-text("shop-place")');
  assert.match(await readText(page, 'section[aria-label=Chosen] code'), /^shop\.json:\d+$/);
  await page.waitForSelector('.map-node:has-text("shop-orders")');
  await lookAt(page, 'shop-map');
  await page.click('section[aria-label=Chosen] a:has-text("open")');
  await page.waitForSelector('aside h2:has-text("shop-place")');
}
