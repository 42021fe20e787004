/**
 * Two organisations use one portal, on a phone and only with the keyboard. They are invited and admitted, and use
 * everything that a member can use.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startPortal } from '../../support/a-portal-server.ts';
import type { Portal } from '../../support/a-portal-server.ts';
import { anEmptyOrganisation, anOrganisation } from '../../support/portal-organisations.ts';
import { focusMenu, openSection, press, type } from './keyboard.ts';
import { goTo, lookAtPortal, openPortal, pageOf, signIn } from './portal-tour.ts';
import type { BrowserCase, Page } from './page.ts';

const PHONE = { width: 390, height: 844 };
const INVITATION = `gwinv_${'a'.repeat(32)}`;
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Orders' },
  paths: {
    '/orders/{id}': {
      get: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'The order' } },
      },
    },
  },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-orders-key' } } },
  security: [{ key: [] }],
};

export const browserCase: BrowserCase = {
  name: 'two organisations use the portal on a phone by keyboard alone, and the key of try-it reaches the API only',
  async run({ page }) {
    await using api = await startApi();
    const invited = anEmptyOrganisation('stall', 'Market stall');
    invited.members = [];
    const other = anOrganisation('shop', 'Corner shop');
    await using portal = await startPortal(portalPage(api.origin), [other, invited], 'prod');
    portal.open.set(INVITATION, { organisation: 'stall', role: 'owner' });
    const problems = await openPortal(page, portal, `#/invitation/${INVITATION}`);
    await page.setViewportSize(PHONE);

    await acceptInvitation(page, portal);
    const key = await makeKey(page);
    await tryIt(page, key);
    assert.deepEqual(api.keys, [key]);
    await changeKey(page, key);
    await useEndpoint(page);
    await changePlan(page);
    await inviteSomebody(page, portal);
    await endSession(page, portal);

    await signIn(page, portal);
    await goTo(page, 'keys', 'main .card h2:has-text("production server")');
    assert.doesNotMatch((await page.textContent('body')) ?? '', /Market stall/);
    assert.equal(other.log.length, 1, 'the other organisation was changed');
    const asked = portal.asked.map(({ line, body }) => `${line} ${body}`).join('\n');
    assert.ok(!asked.includes(key), 'the key of try-it reached the portal');
    const secretLines = portal.asked.filter(({ line }) => line.includes(INVITATION));
    assert.deepEqual(secretLines, [], 'the invitation was in an address');
    // The browser itself reports that it hides the answer of the only path that allows no other origin.
    const expected = [
      `asked ${api.origin}/v1/orders/`,
      `Access to fetch at '${api.origin}/v1/orders/hidden'`,
    ];
    assert.deepEqual(
      problems.filter((problem) => !expected.some((start) => problem.startsWith(start))),
      [],
    );
  },
};

function portalPage(origin: string) {
  return pageOf(
    {
      version: 1,
      name: 'Harvest',
      colour: '#f6c945',
      welcome: 'Hello.',
      plans: [{ plan: 'free', title: 'Free', changesTo: [], from: 'now' }],
      webhooks: [{ source: 'orders', title: 'Orders' }],
      apis: [{ id: 'orders', title: 'Orders', url: { prod: `${origin}/v1` }, openapi: 'o.json' }],
    },
    { 'o.json': JSON.stringify(OPENAPI) },
  );
}

/** An API of another origin that allows the portal by CORS, except for one path. */
async function startApi() {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    const { origin = '', 'x-orders-key': key } = request.headers;
    if (typeof key === 'string' && request.method === 'GET') keys.push(key);
    if (request.url?.endsWith('/hidden') !== true)
      response
        .setHeader('access-control-allow-origin', origin)
        .setHeader('access-control-allow-headers', 'x-orders-key');
    response.setHeader('content-type', 'application/json').end('{"id":"o-1"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function acceptInvitation(page: Page, portal: Portal): Promise<void> {
  await page.waitForSelector('h1:has-text("You are invited to Harvest")');
  assert.equal(new URL(page.url()).hash, '#/invitation', 'the secret stays in the address bar');
  await page.waitForSelector('form:has-text("You become a member of Market stall with the role owner.")');
  assert.ok(portal.open.has(INVITATION), 'opening the link redeems the invitation');
  await lookAtPortal(page, 'walk-invitation');
  await page.setViewportSize(PHONE);
  await type(page, 'Your name', 'Third member');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.account:has-text("Market stall")');
  assert.ok(!portal.open.has(INVITATION));
}

async function makeKey(page: Page): Promise<string> {
  await page.waitForSelector('main .empty');
  await type(page, 'Name of the new key', 'phone');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.once');
  await lookAtPortal(page, 'walk-new-key');
  await page.setViewportSize(PHONE);
  const key = (await page.textContent('.secret')) ?? '';
  assert.match(key, /^hv_live_/);
  assert.match((await page.textContent('.once')) ?? '', /It cannot be shown again\./);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await press(page, 'Copy');
  await page.waitForSelector('button:has-text("Copied")');
  assert.equal(await page.evaluate(readClipboard, undefined), key);
  await press(page, 'I have stored it');
  await page.waitForSelector('main .card h2:has-text("phone")');
  assert.ok(!((await page.textContent('body')) ?? '').includes(key));
  assert.deepEqual(await page.evaluate(readStorage, undefined), []);
  return key;
}

function readClipboard(): Promise<string> {
  const { navigator } = globalThis as unknown as {
    readonly navigator: { readonly clipboard: { readText(): Promise<string> } };
  };
  return navigator.clipboard.readText();
}

function readStorage(): Promise<readonly string[]> {
  const { localStorage, sessionStorage, document } = globalThis as unknown as {
    readonly localStorage: object;
    readonly sessionStorage: object;
    readonly document: { readonly cookie: string };
  };
  const cookies = document.cookie === '' ? [] : [document.cookie];
  return Promise.resolve([...Object.keys(localStorage), ...Object.keys(sessionStorage), ...cookies]);
}

async function tryIt(page: Page, key: string): Promise<void> {
  await openSection(page, 'Orders', '.operation-head');
  await press(page, 'GET/orders/{id}');
  await type(page, 'API key in x-orders-key', key);
  await type(page, 'id (path, required)', 'o-1');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.try .badge:has-text("200")');
  assert.match((await page.textContent('.try .answer > pre')) ?? '', /"id": "o-1"/);
  await lookAtPortal(page, 'walk-try');
  await page.fill('label:has-text("id (path") input', 'hidden');
  await page.fill('label:has-text("API key") input', '');
  await page.click('button:has-text("Send")');
  await page.waitForSelector('.try .note:has-text("(CORS)")');
  await page.setViewportSize(PHONE);
}

async function changeKey(page: Page, key: string): Promise<void> {
  await openSection(page, 'API keys', 'main .card h2:has-text("phone")');
  await press(page, 'Rotate phone');
  await page.waitForSelector('.ask select');
  await lookAtPortal(page, 'walk-rotate');
  await page.setViewportSize(PHONE);
  await press(page, 'Create a new secret');
  await page.waitForSelector('.once:has-text("The old secret works until 27 Nov 2026, 17:40 UTC.")');
  assert.notEqual(await page.textContent('.secret'), key);
  await press(page, 'I have stored it');
  await press(page, 'Rename phone');
  await page.fill('.ask input', 'tablet');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main .card h2:has-text("tablet")');
  await press(page, 'Revoke tablet');
  await page.waitForSelector('.ask:has-text("A revoked key cannot be used again.")');
  await page.keyboard.press('Escape');
  await page.waitForSelector('button[aria-label="Revoke tablet"]:focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.ask:focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.ask');
  await press(page, 'Revoke for good');
  await page.waitForSelector('summary:has-text("1 key that has expired or was revoked")');
}

async function changePlan(page: Page): Promise<void> {
  await openSection(page, 'Plan', '.plans .card');
  await press(page, 'Change to Free …');
  await page.waitForSelector('.ask:has-text("49.00 EUR each month")');
  await page.waitForSelector('.ask:has-text("26 Nov 2026, 17:41 UTC")');
  await lookAtPortal(page, 'walk-plan');
  await page.setViewportSize(PHONE);
  await press(page, 'Change to Free');
  await page.waitForSelector('.good-note:has-text("in force everywhere by 26 Nov 2026, 17:41 UTC")');
  await page.waitForSelector('.is-current:has-text("Free")');
}

async function useEndpoint(page: Page): Promise<void> {
  await openSection(page, 'Webhooks', 'main .empty');
  await type(page, 'Name of the new endpoint', 'stall');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.once');
  await lookAtPortal(page, 'walk-new-endpoint');
  await page.setViewportSize(PHONE);
  assert.match((await page.textContent('.secret')) ?? '', /^whsec_/);
  await press(page, 'I have stored it');
  await page.waitForSelector('main .card h2:has-text("stall")');
  await press(page, 'How to sign a delivery');
  await page.waitForSelector('.cards pre');
  await lookAtPortal(page, 'walk-signing');
  await page.setViewportSize(PHONE);
  await press(page, 'Revoke stall');
  await page.waitForSelector('.ask');
  await page.keyboard.press('Escape');
  await page.waitForSelector('main:not(:has(.ask))');
  await press(page, 'Revoke stall');
  await press(page, 'Revoke for good');
  await page.waitForSelector('summary:has-text("1 revoked endpoint")');
}

async function inviteSomebody(page: Page, portal: Portal): Promise<void> {
  await openSection(page, 'Members', 'main .card');
  await press(page, 'Create an invitation');
  await page.waitForSelector('.once .secret');
  const link = (await page.textContent('.secret')) ?? '';
  const [secret] = [...portal.open.keys()];
  assert.equal(link, `${portal.origin}/#/invitation/${secret}`);
  await lookAtPortal(page, 'walk-invited');
  await page.setViewportSize(PHONE);
  await openSection(page, 'Log', 'main td:has-text("created a key")');
}

/** A section that is opened after the session has ended redirects to the sign-in. */
async function endSession(page: Page, portal: Portal): Promise<void> {
  portal.endSessions();
  await page.evaluate(focusMenu, undefined);
  await page.keyboard.press('Enter');
  await press(page, 'Use');
  await page.waitForSelector('.sign-in');
  await page.setViewportSize({ width: 1440, height: 900 });
}
