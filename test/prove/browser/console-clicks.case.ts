/**
 * The actions in the console that the tour does not contain: each button is used once, and its effect is also checked
 * outside of the page.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { go, openConsole, readText } from './console-tour.ts';
import { changePrices, lookAround, moveClock, readTable, writeJson } from './console-steps.ts';
import { DESK, IDENTITIES } from './desk-template.ts';
import { serve } from './page.ts';
import { KEY, routesTemplate } from './routes-template.ts';
import type { BrowserCase, Page } from './page.ts';

type Stacks = Awaited<ReturnType<typeof serve>>;

const DONE_WITHIN_MS = 60_000;

export const browserCase: BrowserCase = {
  name: 'the console sends, copies, replays and compares requests as anybody, and changes keys, connections, items, prices and the clock',
  async run({ page }) {
    await using stacks = await serve(['.', 'examples/food-delivery', 'routes.json', 'desk.json'], [], {
      'routes.json': JSON.stringify(routesTemplate(3)),
      'desk.json': JSON.stringify(DESK),
      'gatewright.identities.yml': IDENTITIES,
    });
    const problems = await openConsole(page, stacks.console);

    await buildRequests(page);
    await copy(page, stacks);
    await replay(page, stacks);
    await useKeys(page);
    await openLinks(page, stacks);
    await changeKeys(page, stacks);
    await reachClient(page, stacks);
    await readTable(page);
    await changePrices(page);
    await moveClock(page);
    await lookAround(page);
    assert.deepEqual(problems, []);
  },
};

async function untilStatus(page: Page, status: number): Promise<void> {
  await page.waitForSelector(`.request-title .status:has-text("${status}")`);
}

async function build(page: Page, api: string, route: string): Promise<void> {
  await go(page, 'apis');
  await page.click(`section:has(h2:has-text("${api}")) tr:has-text("${route}") a`);
  await page.waitForSelector(`aside h2:has-text("${route}")`);
}

/** Builds requests as every caller in the switcher, with a body that matches its model and one that does not. */
async function buildRequests(page: Page): Promise<void> {
  const identity = 'aside select.identity';
  const send = async (status: number): Promise<void> => {
    await page.click('aside .main-action:has-text("Send")');
    await untilStatus(page, status);
  };
  const order = async (): Promise<void> => {
    await build(page, 'HTTP API', 'POST /orders');
    await writeJson(page, 'aside', { dish: 'ramen' });
  };
  await order();
  await page.selectOption(identity, '…');
  await page.fill('aside input.identity', 'alice:admin');
  await send(201);
  await order();
  await page.selectOption(identity, 'anonymous');
  await send(401);
  await order();
  // The console offers a caller again that was typed before.
  await page.selectOption(identity, 'alice:admin');
  await send(201);

  await build(page, 'food-delivery', 'GET /users');
  await page.selectOption(identity, { label: 'a user with the role admin' });
  await send(200);
  await build(page, 'many', 'GET /metered');
  await page.selectOption(identity, { label: 'API key partner' });
  await send(200);
  await build(page, 'desk', 'GET /signed');
  await send(403);
  await build(page, 'desk', 'GET /signed');
  await page.selectOption(identity, 'iam:reader');
  await send(200);

  await build(page, 'desk', 'POST /pets');
  await writeJson(page, 'aside', '{}');
  await send(400);
  assert.match(await readText(page, '.story'), /name/);
  await build(page, 'desk', 'POST /pets');
  await writeJson(page, 'aside', '{}');
  await page.click('aside button:has-text("Example of Pet")');
  await send(200);
  await build(page, 'desk', 'POST /notes');
  await writeJson(page, 'aside', { note: 'of the proof' });
  await send(200);
}

/** Runs in the page. */
function readClipboard(): Promise<string> {
  const { navigator } = globalThis as unknown as {
    readonly navigator: { readonly clipboard: { readText(): Promise<string> } };
  };
  return navigator.clipboard.readText();
}

/** The copied text sends the same request in a shell, in Node.js and as a test. */
async function copy(page: Page, stacks: Stacks): Promise<void> {
  const users = `${stacks.urlOf('food-delivery-dev', 'rest')}/users`;
  const token = await stacks.token('--sub', 'alice', '--role', 'admin');
  const headers = { authorization: `Bearer ${token}`, 'x-note': "it's `quoted`" };
  assert.equal((await fetch(`${users}?copied=a%20b`, { headers })).status, 200);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = async (button: string): Promise<string> => {
    await page.click(`aside button:has-text("${button}")`);
    await page.waitForSelector('aside button:has-text("Copied")');
    const text = await page.evaluate(readClipboard, undefined);
    await page.waitForSelector(`aside button:has-text("${button}")`);
    return text;
  };
  await go(page, 'traffic');
  await page.click('.line:has-text("copied=")');
  await untilStatus(page, 200);
  assert.doesNotMatch(await copied('Copy as curl'), new RegExp(token));
  await page.click('aside label:has-text("show secrets") input');
  await page.click('aside section[aria-label=Request] summary:has-text("headers")');
  await page.waitForSelector(`aside table.headers td:has-text("${token}")`);

  const run = (file: string, ...words: readonly string[]) =>
    spawnSync(file, words, { encoding: 'utf8', cwd: stacks.folder, timeout: DONE_WITHIN_MS });
  const curl = run('/bin/sh', '-c', await copied('Copy as curl'));
  assert.match(curl.stdout, /^HTTP\/1\.1 200 /, curl.error?.message ?? curl.stderr);
  writeFileSync(
    join(stacks.folder, 'copied.mjs'),
    `const response = ${await copied('fetch')}\nprocess.exitCode = response.status === 200 ? 0 : 1;\n`,
  );
  assert.equal(run(process.execPath, 'copied.mjs').status, 0);
  writeFileSync(join(stacks.folder, 'copied.test.mjs'), await copied('test case'));
  assert.match(run(process.execPath, '--test', 'copied.test.mjs').stdout, /pass 1/);
}

/** Replays a request edited, at another time and anonymously, and then compares two of them. */
async function replay(page: Page, stacks: Stacks): Promise<void> {
  const users = `${stacks.urlOf('food-delivery-dev', 'rest')}/users`;
  const token = await stacks.token('--sub', 'erika', '--role', 'admin');
  assert.equal((await fetch(users, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  await go(page, 'traffic');
  const open = async (): Promise<void> => {
    await page.click('.line:has-text("erika"):has(.line-link:text-is("/dev/users"))');
    await untilStatus(page, 200);
  };
  const send = (): Promise<void> => page.click('.replay .main-action');
  await open();
  await page.click('.replay a:has-text("Edit")');
  await page.fill('aside input[aria-label="Path and query"]', 'users?edited');
  await page.click('aside .main-action:has-text("Send")');
  await page.waitForSelector('aside .problem');
  // Values that are masked in the form are sent unmasked.
  await page.fill('aside input[aria-label="Path and query"]', '/dev/users?edited=1');
  await page.click('aside .main-action:has-text("Send")');
  await page.waitForSelector('.request-title:has-text("edited=1")');
  await page.waitForSelector('.request-title .status.ok');
  await open();
  await page.fill('.replay input.shift', '+1d');
  await send();
  await page.waitForSelector('.request-title .status.client');
  assert.match(await readText(page, '.story'), /expired/);
  await open();
  await page.selectOption('.replay select', 'anonymous');
  await send();
  await untilStatus(page, 401);
  await page.selectOption('select[aria-label="Compare with"]', { index: 1 });
  await page.waitForSelector('table.compare tr');
}

async function useKeys(page: Page): Promise<void> {
  await go(page, 'traffic');
  await page.keyboard.press('/');
  await page.keyboard.insertText('erika');
  await page.waitForSelector('.split-list:not(:has(.line:has-text("POST")))');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  const first = await readText(page, '.line.open .line-link');
  await page.keyboard.press('j');
  await page.waitForSelector('.windowed .line.open, .line.open');
  await page.keyboard.press('k');
  await page.waitForSelector(`.line.open:has-text("${first}")`);
  await page.waitForSelector('.request-title');
  const before = page.url();
  await page.keyboard.press('r');
  await page.waitForURL(/[?&]of=/);
  assert.notEqual(page.url(), before);
  await page.waitForSelector('a:has-text("Differences from the original")');
  await page.keyboard.press('Escape');
  await page.waitForSelector('main:not(:has(aside))');
  await page.fill('input[type=search]', '');
}

/** Opens links in a separate tab, which has no key until another tab of the console gives it one. */
async function openLinks(page: Page, stacks: Stacks): Promise<void> {
  await go(page, 'traffic');
  await page.click('.line:has-text("edited=1")');
  await page.waitForSelector('.request-title');
  const request = page.url();
  const id = /#\/traffic\/([^?]+)/.exec(request)?.[1] ?? '';
  await go(page, 'keys');
  await page.click('.key a');
  await page.waitForSelector('.key.open');
  const key = page.url();
  await build(page, 'desk', 'POST /pets');
  const route = page.url();
  const base = route.replace(/#.*/, '');
  for (const [address, shows] of [
    [request, '.request-title:has-text("edited=1")'],
    [`${stacks.control}/r/${id.slice(0, 8)}`, '.request-title:has-text("edited=1")'],
    [key, '.key.open'],
    [route, 'aside h2:has-text("POST /pets")'],
    [`${base}#/access/food-delivery-rest?method=GET&path=/users/7&role=admin`, '.story .verdict'],
    [`${base}#/data/food-delivery-dev-orders`, '.tabs'],
    [`${base}#/numbers/cost`, 'section[aria-label=Cost]'],
  ] as const) {
    const tab = await page.context().newPage();
    await tab.goto(address);
    await tab.waitForSelector(shows);
    await tab.close();
  }
}

/** A key whose requests are used up, set again, suspended and resumed. */
async function changeKeys(page: Page, stacks: Stacks): Promise<void> {
  const metered = `${stacks.urlOf('routes', 'rest')}/metered`;
  const ask = async (): Promise<number> => {
    const response = await fetch(metered, { headers: { 'x-api-key': KEY } });
    await response.text();
    return response.status;
  };
  const key = '.key:has-text("partner")';
  await go(page, 'keys');
  await page.waitForSelector(`${key}:has-text("0 of 1 left")`);
  assert.equal(await ask(), 429);
  await page.fill(`${key} input[aria-label="Requests left"]`, '1');
  await page.click(`${key} button:has-text("Set requests left")`);
  await page.waitForSelector(`${key}:has-text("1 of 1 left")`);
  await page.click(`${key} button:has-text("Suspend")`);
  await page.waitForSelector(`${key} .badge:has-text("suspended")`);
  assert.equal(await ask(), 403);
  await page.click(`${key} button:has-text("Resume")`);
  await page.waitForSelector(`${key}:not(:has(.badge))`);
  assert.equal(await ask(), 200);
  await page.click('section[aria-label=Invoices] button:has-text("Show invoices")');
  await page.waitForSelector('section[aria-label=Invoices] .empty');
}

async function reachClient(page: Page, stacks: Stacks): Promise<void> {
  const alice = await stacks.token('--sub', 'alice', '--role', 'admin');
  const socket = new WebSocket(`${stacks.urlOf('food-delivery-dev', 'websocket')}?token=${alice}`);
  await once(socket, 'open');
  await go(page, 'sockets');
  await page.click('.card.link');
  const heard = once(socket, 'message', { signal: AbortSignal.timeout(DONE_WITHIN_MS) });
  await page.fill('input[aria-label="Message to the client"]', 'hello from the console');
  await page.click('aside button:has-text("Send")');
  assert.equal(String(((await heard) as [Buffer])[0]), 'hello from the console');
  await page.waitForSelector('aside .events:has-text("hello from the console")');
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(DONE_WITHIN_MS) });
  await page.click('aside button:has-text("Close it")');
  await closed;
  await page.waitForSelector('aside:has-text("It is closed.")');
}
