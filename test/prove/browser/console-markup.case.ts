/**
 * Checks that the console shows everything from outside as text. Names, headers, bodies, log lines, callers, items,
 * messages and addresses consist of markup, template code, `javascript:` addresses, control characters and marks of
 * text direction. The page's Content Security Policy is switched off for this test, because it would hide that the page
 * had created a script.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { writeJson } from './console-steps.ts';
import { go, openConsole } from './console-tour.ts';
import { DrawnTexts, PIECES } from './drawn-texts.ts';
import { inspectPage } from './inspect-page.ts';
import { AUDIENCE, ISSUER, markupTemplate } from './markup-template.ts';
import { serve } from './page.ts';
import type { TouredSection } from './console-tour.ts';
import type { BrowserCase, Page } from './page.ts';
import type { Names, Order } from './markup-template.ts';

type Stacks = Awaited<ReturnType<typeof serve>>;

/** The findings from all views of the page. */
type Seen = { readonly texts: string[]; readonly wrong: Set<string>; listed: string };

const SEED = 20_261_126;
const BOUNDARY = 'of-the-proof';
/** High enough that the list of Traffic draws every row, also if requests of somebody else stand among them. */
const SCREEN = { width: 1280, height: 2160 };

export const browserCase: BrowserCase = {
  name: 'the console shows markup, scripts, controls and marks of direction in records as text, runs none and links nowhere else',
  async run({ page }) {
    const texts = new DrawnTexts(SEED);
    const names = drawNames(texts);
    const requests = drawRequests(texts);
    const orders = requests.map(({ order }) => order);
    const saved = drawSaved(texts, names.api);
    await using stacks = await serve(
      ['markup.json', '.', 'examples/food-delivery'],
      ['--issuer', `${ISSUER}=local`],
      {
        'markup.json': JSON.stringify(markupTemplate(names, orders)),
        'gatewright.requests.json': JSON.stringify({ requests: saved }),
      },
    );
    await (await page.context().newCDPSession(page)).send('Page.setBypassCSP', { enabled: true });
    const problems = await openConsole(page, stacks.console);
    await page.setViewportSize(SCREEN);
    const seen: Seen = { texts: [], wrong: new Set(), listed: '' };
    await noticeMarkup(page);

    await sendRequests(stacks, requests);
    await signIn(stacks, texts);
    const socket = await talk(stacks, texts);
    await writeItem(page, texts);
    await lookAtSections(page, seen);
    await lookAtRequests(page, seen);
    await openAddresses(page, seen, texts);
    socket.close();

    assert.deepEqual([...seen.wrong], []);
    const all = seen.texts.join('\n');
    const missing = texts.drawn.filter(({ shown }) => !all.includes(shown));
    console.log(`    console: ${texts.drawn.length} texts drawn, ${seen.texts.length} views looked at`);
    assert.deepEqual(missing, [], `${JSON.stringify(missing)} is not shown. Traffic listed: ${seen.listed}`);
    assert.deepEqual(texts.unmet, []);
    assert.deepEqual(
      problems.filter((problem) => !problem.startsWith('Failed to load resource')),
      [],
    );
  },
};

function drawNames(texts: DrawnTexts): Names {
  return {
    api: texts.draw('name of an API', 'name'),
    variable: texts.draw('variable of a function', 'name'),
    key: texts.draw('name of a key', 'name'),
    plan: texts.draw('name of a plan', 'name'),
  };
}

type Request = {
  readonly order: Order;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A request with a random path, query and headers, which gets this answer. */
function drawRequests(texts: DrawnTexts): readonly Request[] {
  const anything = (place: string): string => texts.draw(place, 'anything');
  const line = (place: string): string => texts.draw(place, 'one line');
  const ascii = (place: string): string => texts.draw(place, 'ascii');
  const reply = (type: string, body: string): Order => ({
    lines: texts.several(3, 'log line', 'one line'),
    reply: {
      statusCode: 200,
      headers: { 'content-type': type, 'x-drawn': ascii('header of a reply'), location: ascii('location') },
      body,
    },
  });
  const json = (place: string): string =>
    JSON.stringify({ drawn: texts.draw(place, 'anything', JSON.stringify) });
  const part = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${line('name of a part')}"; filename="${line('name of a file')}"\r\n\r\n${anything('part')}\r\n--${BOUNDARY}--\r\n`;
  const event = `event: ${line('event')}\nid: ${line('id of an event')}\ndata: ${line('data of an event')}\n\n`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.ran=1"><script>parent.ran=1</script></svg>`;
  const sent: readonly (readonly [order: Order, type: string, body: string])[] = [
    ...texts
      .several(4, 'reply', 'anything')
      .map((body) => [reply('text/html', body), 'text/plain', anything('request')] as const),
    [reply('application/json', json('JSON reply')), 'application/json', json('JSON request')],
    [
      reply(`multipart/form-data; boundary=${BOUNDARY}`, part),
      'application/x-www-form-urlencoded',
      new URLSearchParams({ [line('field')]: anything('value of a field') }).toString(),
    ],
    [reply('text/event-stream', event), 'text/plain', anything('request')],
    [reply('image/svg+xml', svg), 'image/svg+xml', svg],
    [
      { error: { name: ascii('kind of an error'), message: line('message of an error') } },
      'text/plain',
      anything('request'),
    ],
  ];
  return sent.map(([order, type, body], index) => ({
    order,
    body,
    path: `/${index}/${encodeURIComponent(texts.draw('path', 'anything', readable))}?q=${encodeURIComponent(texts.draw('query', 'anything', readable))}`,
    headers: { 'content-type': type, 'x-drawn': ascii('header') },
  }));
}

/**
 * Decodes a target as the page shows it: spaces and letters beyond ASCII are decoded, the rest stays percent-encoded.
 */
function readable(text: string): string {
  return text.replaceAll(/\P{ASCII}+|\p{ASCII}/gu, (part) =>
    part === ' ' || /^[^\p{ASCII}\p{C}\p{Zl}\p{Zp}]+$/u.test(part) ? part : encodeURIComponent(part),
  );
}

function drawSaved(texts: DrawnTexts, api: string): readonly object[] {
  const name = (place: string): string => texts.draw(place, 'name');
  return [api, name('API of a saved request')].map((served) => ({
    name: name('name of a saved request'),
    api: served,
    stage: '$default',
    method: 'GET',
    target: `/${texts.draw('target of a saved request', 'ascii')}`,
    headers: [],
    as: name('caller of a saved request'),
  }));
}

async function sendRequests(stacks: Stacks, requests: readonly Request[]): Promise<void> {
  const url = stacks.urlOf('markup', 'http').replace(/\/$/, '');
  for (const { path, headers, body } of requests) {
    const response = await fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' });
    await response.text();
    assert.ok([200, 500].includes(response.status), `${response.status} ${path}`);
  }
}

async function signIn(stacks: Stacks, texts: DrawnTexts): Promise<void> {
  const url = `${stacks.urlOf('markup', 'http').replace(/\/$/, '')}/signed-in`;
  for (const sub of texts.several(4, 'caller', 'name')) {
    const token = await stacks.token('--sub', sub, '--issuer', ISSUER, '--aud', AUDIENCE);
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200, await response.text());
  }
}

/** Sends messages. The answer to each is the message itself. */
async function talk(stacks: Stacks, texts: DrawnTexts): Promise<WebSocket> {
  const socket = new WebSocket(stacks.urlOf('markup', 'websocket'));
  await once(socket, 'open');
  for (const text of texts.several(5, 'message', 'name')) {
    const answered = once(socket, 'message');
    socket.send(text);
    const [answer] = (await answered) as [Buffer];
    assert.equal(String(answer), text);
  }
  return socket;
}

async function writeItem(page: Page, texts: DrawnTexts): Promise<void> {
  const text = (place: string): string => texts.draw(place, 'name');
  await go(page, 'data/notes');
  await page.waitForSelector('label:has-text("id is")');
  await page.click('button:has-text("New item")');
  await writeJson(page, '.edit', {
    id: { S: text('key of an item') },
    [text('attribute')]: { S: text('value of an attribute') },
    nested: { L: [{ S: texts.draw('value in a list', 'name', JSON.stringify) }] },
  });
  await page.click('.edit button:has-text("Write …")');
  await page.click('[role=alertdialog] button:has-text("Write it")');
  await page.waitForSelector('main td, main .problem');
  assert.match((await page.textContent('main')) ?? '', /nested/);
}

/** Puts forbidden markup into the page, which proves that the check finds it. */
async function noticeMarkup(page: Page): Promise<void> {
  assert.deepEqual((await inspectPage(page)).wrong, []);
  await page.evaluate(plant, undefined);
  const { wrong } = await inspectPage(page);
  assert.equal(wrong.length, 4, wrong.join('\n'));
  await page.evaluate(unplant, undefined);
}

type Planting = {
  ran?: number;
  readonly document: {
    createElement(name: string): { id: string; innerHTML: string; remove(): void };
    getElementById(id: string): { remove(): void } | null;
    readonly body: { append(element: object): void };
  };
};

/** Runs in the page. */
async function plant(): Promise<void> {
  const page = globalThis as unknown as Planting;
  const box = page.document.createElement('div');
  box.id = 'planted';
  box.innerHTML = '<img data-drawn src="data:text/plain,x" onerror="ran=1">';
  page.document.body.append(box);
  for (let tries = 0; page.ran === undefined && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Runs in the page. */
function unplant(): Promise<void> {
  const page = globalThis as unknown as Planting;
  page.document.getElementById('planted')?.remove();
  delete page.ran;
  return Promise.resolve();
}

async function look(page: Page, seen: Seen, place: string): Promise<void> {
  const { text, wrong } = await inspectPage(page);
  seen.texts.push(text);
  for (const one of wrong) seen.wrong.add(`${place}: ${one}`);
}

/** An element that each section shows, and each part of a section that has an address. */
const SHOWS: Readonly<Record<TouredSection, string>> & Readonly<Record<string, string>> = {
  traffic: '.line',
  apis: 'tr',
  'apis/map': '.map-node',
  access: 'tr',
  sockets: '.card.link',
  keys: '.key',
  caches: 'main',
  functions: 'tr',
  'functions/echo': 'aside h3',
  data: 'main',
  'data/notes': 'main td',
  calls: 'main',
  'calls/events': 'main',
  numbers: 'tr',
  'numbers/cost': 'section[aria-label=Cost]',
  differs: 'h2',
};

async function lookAtSections(page: Page, seen: Seen): Promise<void> {
  for (const [section, shows] of Object.entries(SHOWS)) {
    await go(page, section);
    await page.waitForSelector(shows);
    await look(page, seen, section);
  }
  await go(page, 'sockets');
  await page.click('.card.link');
  await page.waitForSelector('aside .events li');
  await look(page, seen, 'a connection');
  await go(page, 'data/notes');
  await page.click('tr button:has-text("Edit")');
  await page.waitForSelector('.edit');
  await look(page, seen, 'an item');
  await go(page, 'apis');
  for (const link of ['details a', 'tr:has-text("GET /signed-in") a']) {
    await page.click(link);
    await page.waitForSelector('aside .main-action');
    await look(page, seen, link);
  }
}

/** Looks at each request, with every view of its bodies and all details of its phases. */
async function lookAtRequests(page: Page, seen: Seen): Promise<void> {
  await go(page, 'traffic');
  await page.waitForSelector('.line');
  seen.listed = (await page.textContent('main')) ?? '';
  for (const id of await page.evaluate(readIds, undefined)) {
    await go(page, `traffic/${id}`);
    await page.waitForSelector(`.request-title`);
    await page.evaluate(openAll, undefined);
    await look(page, seen, `request ${id}`);
  }
}

/** Runs in the page. */
function readIds(): Promise<readonly string[]> {
  const { document } = globalThis as unknown as {
    document: { querySelectorAll(of: string): Iterable<{ getAttribute(name: string): string }> };
  };
  const links = [...document.querySelectorAll('a.line-link[href^="#/traffic/"]')];
  return Promise.resolve(links.map((link) => link.getAttribute('href').slice('#/traffic/'.length)));
}

/** Runs in the page. */
async function openAll(): Promise<void> {
  type Button = { click(): void };
  const { document } = globalThis as unknown as {
    document: { querySelectorAll(of: string): Iterable<Button> };
  };
  const closed = '.phase-idle[aria-expanded=false], .phase-head[aria-expanded=false]';
  for (let round = 0; round < 2; round += 1) {
    for (const button of document.querySelectorAll(closed)) button.click();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Addresses of sections and queries, as another page could link to them. */
async function openAddresses(page: Page, seen: Seen, texts: DrawnTexts): Promise<void> {
  const named = ['apis', 'access', 'keys', 'functions'];
  for (const section of named)
    for (const item of texts.several(2, `address of ${section}`, 'name')) {
      await go(page, `${section}/${encodeURIComponent(item)}`);
      await page.waitForSelector('.problem');
      await look(page, seen, section);
    }
  for (const text of PIECES) {
    const encoded = encodeURIComponent(text);
    const question = `method=GET&path=/${encoded}&role=${encoded}&subject=${encoded}`;
    for (const [address, shows] of [
      [`traffic/${text}`, 'main'],
      [`traffic/${encoded}?with=${encoded}&of=${encoded}`, 'aside .problem'],
      [`apis/${encoded}?route=${encoded}&saved=${encoded}`, '.problem'],
      [`access/food-delivery-rest?${question}`, 'section[aria-label=Ask] :is(.story, .problem)'],
      [`sockets/${encoded}`, 'aside h2'],
      [`data/${encoded}`, 'main .problem'],
    ] as const) {
      await go(page, address);
      await page.waitForSelector(shows);
      await look(page, seen, address);
    }
  }
  await page.goto(`${page.url().replace(/#.*/, '')}?request=${encodeURIComponent(PIECES.join(''))}`);
  await page.waitForSelector('nav.side');
  await look(page, seen, 'a short link');
}
