/**
 * The console of food-delivery: it explains a 403 by its rule and replays the request as another user; shows a quota
 * that is used up, and that starts again when the clock has moved; and shows a WebSocket message, a preflight, and an
 * item that is changed after a confirmation. Then every section is examined on every screen and in every colour scheme.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { go, lookAt, openConsole, readText, tour } from './console-tour.ts';
import { serve } from './page.ts';
import { KEY, routesTemplate } from './routes-template.ts';
import type { BrowserCase, Page } from './page.ts';

type Stacks = Awaited<ReturnType<typeof serve>>;

export const browserCase: BrowserCase = {
  name: 'the console tells why a request was refused, replays it as somebody else, and shows a quota, a message, a preflight and a table',
  async run({ page }) {
    await using stacks = await serve(['.', 'examples/food-delivery', 'routes.json'], [], {
      'routes.json': JSON.stringify(routesTemplate(3)),
    });
    const problems = await openConsole(page, stacks.console);
    const paintMs = await page.evaluate(
      async () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      undefined,
    );
    console.log(`    console: first paint after ${paintMs.toFixed(0)} ms`);

    await flushCaches(page, stacks);
    await explainAndReplay(page, stacks);
    await drainQuota(page, stacks);
    await hearMessage(page, stacks);
    await askAccess(page);
    await askPreflights(page);
    await changeItem(page);
    await readCustomer(page, stacks);
    await go(page, 'numbers/cost');
    await page.fill('label:has-text("Requests and messages") input', '10000000');
    await page.waitForSelector(
      'tr:has-text("food-delivery-rest-dev as an HTTP API"), section[aria-label=Cost] tr:has-text("REST")',
    );

    await tour(page, 'few');
    assert.deepEqual(problems, []);
  },
};

async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { headers });
  await response.text();
  return response.status;
}

async function explainAndReplay(page: Page, stacks: Stacks): Promise<void> {
  const users = `${stacks.urlOf('food-delivery-dev', 'rest')}/users`;
  const menu = `${stacks.urlOf('food-delivery-dev', 'http')}/menu`;
  const alice = { authorization: `Bearer ${await stacks.token('--sub', 'alice', '--role', 'admin')}` };
  for (const url of [menu, users, menu, `${users}/1`, users, `${users}/nobody/orders`, menu])
    await statusOf(url, alice);
  await statusOf(users, {});
  const carl = await stacks.token('--sub', 'carl', '--role', 'courier');
  assert.equal(await statusOf(users, { authorization: `Bearer ${carl}` }), 403);
  await page.click('.line:has-text("403"):has-text("carl")');
  const story = await readText(page, '.story');
  assert.match(story, /GET \/users was refused with 403 in the phase authorize/);
  assert.match(story, /The token has the role courier, which food-delivery-rest does not declare/);
  await lookAt(page, 'few-refused');
  await page.selectOption('.replay select', '…');
  await page.fill('.replay input.identity', 'alice:admin');
  await page.click('.replay .main-action');
  await page.waitForSelector('.request-title .status.ok');
  assert.match(await readText(page, '.story'), /GET \/users was answered with 200/);
  await page.click('a:has-text("Differences from the original")');
  assert.match(await readText(page, 'table.compare'), /403/);
  await lookAt(page, 'few-compared');

  // In Traffic, the key k alone selects the previous request.
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await page.waitForSelector('nav.side a[aria-current=page][href="#/keys"]');
}

/** Flushes one entry and then all. This is done first, because entries are cached for only a minute. */
async function flushCaches(page: Page, stacks: Stacks): Promise<void> {
  const users = `${stacks.urlOf('food-delivery-dev', 'rest')}/users`;
  for (const sub of ['alice', 'erika']) {
    const token = await stacks.token('--sub', sub, '--role', 'admin');
    assert.equal(await statusOf(users, { authorization: `Bearer ${token}` }), 200);
  }
  await go(page, 'caches');
  await page.click('tr:has-text("local|erika") button:has-text("Forget")');
  await page.waitForSelector('main:not(:has-text("local|erika"))');
  await page.click('section:has-text("local|alice") button:has-text("Flush all")');
  await page.waitForSelector('main:not(:has-text("local|alice"))');
  await go(page, 'traffic');
}

async function drainQuota(page: Page, stacks: Stacks): Promise<void> {
  const metered = `${stacks.urlOf('routes', 'rest')}/metered`;
  const key = { 'x-api-key': KEY };
  assert.deepEqual([await statusOf(metered, key), await statusOf(metered, key)], [200, 429]);
  await go(page, 'keys');
  await page.waitForSelector('text=0 of 1 left');
  await page.click('.clock summary');
  await page.click('.clock button:has-text("+1d")');
  await page.waitForSelector('text=1 of 1 left');
  assert.equal(await statusOf(metered, key), 200);
  await page.click('.clock summary');
}

/**
 * A customer that was changed from one plan to another. The page shows its limits, plans and changes, and offers no
 * change.
 */
async function readCustomer(page: Page, stacks: Stacks): Promise<void> {
  for (const [id, quota] of [
    ['free', 10],
    ['pro', 1000],
  ] as const) {
    const file = join(stacks.folder, `${id}.json`);
    const limits = [{ id: 'monthly', level: 'tenant', quota, period: 'MONTH' }];
    writeFileSync(file, JSON.stringify({ id, version: 1, limits }));
    await stacks.run('plan', 'save', file);
  }
  await stacks.run('customers', 'create', 'acme', 'free', '--name', 'Acme Ltd');
  await stacks.run('customers', 'set-plan', 'acme', 'pro');
  await go(page, 'customers');
  await page.fill('main input[type=search]', 'acme');
  await page.click('tr:has-text("Acme Ltd") a');
  await page.waitForSelector('aside:has-text("Plan set: free → pro")');
  assert.match(await readText(page, 'aside .uses'), /monthly.*0 of 1,000/s);
  await lookAt(page, 'few-customer');
}

async function hearMessage(page: Page, stacks: Stacks): Promise<void> {
  const alice = await stacks.token('--sub', 'alice', '--role', 'admin');
  const socket = new WebSocket(`${stacks.urlOf('food-delivery-dev', 'websocket')}?token=${alice}`);
  await once(socket, 'open');
  await go(page, 'sockets');
  await page.click('.card.link');
  socket.send('{"action":"track","orderId":"o-1"}');
  await page.waitForSelector('.panel .events:has-text("o-1")');
  await lookAt(page, 'few-connection');
  socket.close();
}

async function askAccess(page: Page): Promise<void> {
  await go(page, 'access/food-delivery-rest');
  await page.click('tr:has-text("GET /users/{id}") button[aria-label^="partner"]');
  assert.match(
    await readText(page, '.story'),
    /DENY the rule own-profile allows the request only to the owner of the resource/,
  );
  await lookAt(page, 'few-asked');
  await page.fill('label:has-text("Subject") input', '7');
  await page.click('form .main-action');
  await page.waitForSelector('.story .verdict.allow');
}

/** Calls an API that allows any origin but no cookies, and an API that does not answer preflights. */
async function askPreflights(page: Page): Promise<void> {
  const preflight = 'section[aria-label=Preflight]';
  const build = async (kind: string, route: string): Promise<void> => {
    await go(page, 'apis');
    await page.click(`section:has(h2:has-text("${kind} API")) tr:has-text("${route}") a`);
    await page.waitForSelector(`aside h2:has-text("${route}")`);
    await page.fill(`${preflight} input[aria-label=Origin]`, 'https://app.example');
  };
  const ask = async (verdict: string): Promise<void> => {
    await page.click(`${preflight} button:has-text("Ask")`);
    await page.waitForSelector(`${preflight} .headline:has-text("${verdict}")`);
  };
  await build('HTTP', 'POST /orders');
  await ask('The browser sends the request.');
  await page.click(`${preflight} input[type=checkbox]`);
  await ask('The browser blocks the request');
  await lookAt(page, 'few-preflight');
  await build('REST', 'GET /users');
  await page.click('aside button:has-text("Add header")');
  await page.fill('aside .header-fields input[aria-label=Header]', 'Authorization');
  await ask('The browser blocks the request');
}

/** An item is written after a confirmation, stays as it is after “No”, and is deleted after another confirmation. */
async function changeItem(page: Page): Promise<void> {
  await go(page, 'data');
  await page.waitForSelector('.tabs a');
  await page.click('.tabs a:has-text("orders")');
  const write = async (item: object): Promise<void> => {
    await page.click('.edit .cm-content');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(JSON.stringify(item));
    await page.click('.edit button:has-text("Write …")');
  };
  await page.click('button:has-text("New item")');
  await write({ orderId: { S: 'of-the-proof' } });
  await lookAt(page, 'few-confirm');
  await page.click('[role=alertdialog] button:has-text("Write it")');
  await page.waitForSelector('td:has-text("of-the-proof")');

  await page.click('tr:has-text("of-the-proof") button:has-text("Edit")');
  await page.click('.edit button:has-text("Delete …")');
  await page.click('[role=alertdialog] button:has-text("No")');
  await page.waitForSelector('td:has-text("of-the-proof")');
  await page.click('.edit button:has-text("Delete …")');
  await page.click('[role=alertdialog] button:has-text("Delete it")');
  await page.waitForSelector('main:not(:has-text("of-the-proof"))');
}
