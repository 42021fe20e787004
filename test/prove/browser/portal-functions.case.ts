/** The page with its functions, whose tables are in memory. Checks that the functions accept what the page sends. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createPortalPage } from '#shared/portal/serve-page.ts';
import { ORIGIN, Portal } from '../../support/a-portal.ts';
import { CustomerWebhooks } from '../../support/customer-webhooks.ts';
import { goTo, lookAtPortal, openPage, pageOf } from './portal-tour.ts';
import type { BrowserCase, Page } from './page.ts';

const PREFIX = '__Host-';

export const browserCase: BrowserCase = {
  name: 'the page of the portal and its functions understand each other in every section',
  async run({ page }) {
    const portal = new Portal();
    await portal.addCustomer('shop', 'free', 'Corner shop');
    assert.equal(await portal.spend('shop', 5), 3);
    portal.nowMs += 3_600_000;
    await using served = await servePortal(portal);
    const invitation = await portal.invite({ tenant: 'shop', role: 'owner' });
    const problems = await openPage(page, served.origin, `#/invitation/${invitation}`);
    await page.fill('label:has-text("Your name") input', 'First member');
    await page.click('button:has-text("Accept")');
    await page.waitForSelector('.account:has-text("Corner shop")');

    await workWithKeys(page);
    await workWithWebhooks(page, portal);
    await goTo(page, 'use', 'main .note');
    await lookAtPortal(page, 'functions-use');
    await workWithPlan(page);
    await workWithAlerts(page);
    await goTo(page, 'invoices', 'main table');
    await lookAtPortal(page, 'functions-invoices');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('button:has-text("PDF")')]);
    assert.match(saved.suggestedFilename(), /-draft\.pdf$/);
    assert.match(readFileSync(await saved.path(), 'latin1'), /^%PDF-/);
    await workWithMembers(page, portal);
    await goTo(page, 'log', 'td:has-text("changed the alerts")');
    await lookAtPortal(page, 'functions-log');
    await acceptInsideSession(page, portal, served.origin);
    assert.deepEqual(problems, []);
  },
};

/** If the browser is already signed in, the page asks before it replaces the session. */
async function acceptInsideSession(page: Page, portal: Portal, origin: string): Promise<void> {
  await portal.addCustomer('stall', 'free', 'Market stall');
  const invitation = await portal.invite({ tenant: 'stall', role: 'billing' });
  await page.goto('about:blank');
  await page.goto(`${origin}/#/invitation/${invitation}`);
  await page.waitForSelector('form:has-text("You become a member of Market stall with the role billing.")');
  await page.waitForSelector('.note:has-text("signed in as First member of Corner shop")');
  await lookAtPortal(page, 'functions-replace');
  await page.fill('label:has-text("Your name") input', 'Third member');
  await page.click('button:has-text("Accept")');
  await page.waitForSelector('.account:has-text("Corner shop")');
  await page.click('label:has-text("End the session with Corner shop")');
  await page.click('button:has-text("Accept")');
  await page.waitForSelector('.account:has-text("Market stall")');
}

async function servePortal(portal: Portal) {
  const serve = createPortalPage(
    pageOf({
      version: 1,
      name: 'Example APIs',
      colour: '#7a1fa2',
      plans: [
        { plan: 'free', title: 'Free', changesTo: ['pro'], from: 'next-month' },
        { plan: 'pro', title: 'Professional', changesTo: ['free'], from: 'now' },
      ],
      webhooks: [{ source: 'orders', title: 'Orders' }],
    }),
    'prod',
  );
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://portal');
      if (!/^\/(api|session)(\/|$)/.test(url.pathname)) {
        const event = { routeKey: 'GET /{proxy+}', pathParameters: { proxy: url.pathname.slice(1) } };
        const rest = { method: 'GET', path: url.pathname, query: {}, headers: {}, body: undefined };
        const reply = serve({ ...event, ...rest, signer: undefined, requestId: 'r', receivedEpochMs: 0 });
        response.writeHead(reply.statusCode, reply.headers).end(reply.body);
        return;
      }
      // The clock is moved, because two changes of the plan cannot begin at the same instant.
      portal.nowMs += 10;
      const body = Buffer.concat(chunks).toString('utf8');
      void portal
        .send(request.method ?? 'GET', url.pathname, {
          query: Object.fromEntries(url.searchParams),
          headers: headersOf(request),
          ...(body !== '' && { body }),
        })
        .then(({ status, headers, text, cookies }) => {
          const isPdf = headers['content-type'] === 'application/pdf';
          // Over HTTP, a browser accepts cookies of this machine only without the prefix.
          const own = cookies.map((cookie) => cookie.replace(PREFIX, '').replace('; Secure', ''));
          response.writeHead(status, { ...headers, 'set-cookie': own });
          response.end(isPdf ? Buffer.from(text, 'base64') : text);
        });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns the headers as they would arrive at the address of the portal. */
function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const { cookie, origin, host } = headers;
  const given = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    ...Object.fromEntries(given),
    host: new URL(ORIGIN).host,
    ...(cookie !== undefined && { cookie: cookie.replaceAll('gw-portal-', `${PREFIX}gw-portal-`) }),
    ...(origin === `http://${host}` && { origin: ORIGIN }),
  };
}

async function workWithKeys(page: Page): Promise<void> {
  await page.fill('label:has-text("Name of the new key") input', 'server');
  await page.click('button:has-text("Create a key")');
  await page.waitForSelector('.once .secret');
  assert.match((await page.textContent('.secret')) ?? '', /^shop_live_/);
  await page.click('button:has-text("I have stored it")');
  await page.click('button[aria-label="Rotate server"]');
  await page.click('button:has-text("Create a new secret")');
  await page.waitForSelector('.once:has-text("The old secret works until 20 Nov 2026, 13:00 UTC.")');
  await page.click('button:has-text("I have stored it")');
  await page.click('button[aria-label="Rename server"]');
  await page.fill('.ask input', 'worker');
  await page.click('.ask button:has-text("Rename")');
  await page.waitForSelector('main .card h2:has-text("worker")');
  await lookAtPortal(page, 'functions-keys');
  await page.click('button[aria-label="Revoke worker"]');
  await page.click('button:has-text("Revoke for good")');
  await page.waitForSelector('summary:has-text("1 key that has expired or was revoked")');
}

/** Checks that the receiver accepts the secrets and signatures that the page shows. */
async function workWithWebhooks(page: Page, portal: Portal): Promise<void> {
  const hooks = new CustomerWebhooks(portal);
  await goTo(page, 'webhooks', 'main .empty');
  await page.fill('label:has-text("Name of the new endpoint") input', 'warehouse');
  await page.click('button:has-text("Create an endpoint")');
  await page.waitForSelector('.once .secret');
  const first = (await page.textContent('.secret')) ?? '';
  await page.click('button:has-text("I have stored it")');
  await page.click('summary:has-text("How to sign a delivery")');
  await page.waitForSelector('.cards pre:has-text("webhook-signature: v1,$signature")');
  const shown = (await page.textContent('.cards pre')) ?? '';
  const endpoint = /webhooks\/orders\/(\w+)'/.exec(shown)?.[1] ?? '';
  const codes = async (...secrets: readonly string[]): Promise<readonly number[]> => {
    const receipts = [];
    for (const secret of secrets) receipts.push(await hooks.deliver({ endpoint, secret }));
    return receipts.map(({ reply }) => reply.statusCode);
  };
  assert.deepEqual(await codes(first), [200]);
  await page.click('button[aria-label="Rotate warehouse"]');
  await page.click('button:has-text("Create a new secret")');
  await page.waitForSelector('.once:has-text("The old secret works until 20 Nov 2026, 13:00 UTC.")');
  const second = (await page.textContent('.secret')) ?? '';
  assert.deepEqual(await codes(first, second), [200, 200]);
  await lookAtPortal(page, 'functions-webhooks');
  await page.click('button:has-text("I have stored it")');
  await page.click('button[aria-label="Rename warehouse"]');
  await page.fill('.ask input', 'till');
  await page.click('.ask button:has-text("Rename")');
  await page.waitForSelector('main .card h2:has-text("till")');
  await page.click('button[aria-label="Revoke till"]');
  await page.click('button:has-text("Revoke for good")');
  await page.waitForSelector('summary:has-text("1 revoked endpoint")');
  assert.deepEqual(await codes(first, second), [401, 401]);
}

async function workWithPlan(page: Page): Promise<void> {
  await goTo(page, 'plan', '.plans .card');
  await page.click('button:has-text("Change to Professional …")');
  await page.waitForSelector('.ask');
  await lookAtPortal(page, 'functions-plan');
  await page.click('.ask button:has-text("Change to Professional")');
  await page.waitForSelector('.good-note');
  await page.waitForSelector('.is-current:has-text("Professional")');
  await page.click('button:has-text("Change to Free …")');
  await page.click('.ask button:has-text("Change to Free")');
  await page.waitForSelector('.note:has-text("The plan Free begins 1 Dec 2026, 00:00 UTC.")');
  await page.click('button:has-text("Keep Professional instead …")');
  await page.click('.ask button:has-text("Change to Professional")');
  await page.waitForSelector('main:not(:has(.note))');
}

async function workWithAlerts(page: Page): Promise<void> {
  await goTo(page, 'alerts', 'button:has-text("Add an alert")');
  for (const percent of ['75', '90']) {
    await page.click('button:has-text("Add an alert")');
    await page.fill('fieldset:last-of-type input', percent);
    await page.click('button:has-text("Save")');
    await page.waitForSelector('[role=status]:has-text("Saved.")');
  }
  await lookAtPortal(page, 'functions-alerts');
}

async function workWithMembers(page: Page, portal: Portal): Promise<void> {
  const other = await portal.join('shop', 'developer', 'Second member');
  await goTo(page, 'members', 'h2:has-text("Second member")');
  await page.click('button[aria-label="Change role of Second member"]');
  await page.selectOption('.ask select', 'billing');
  await page.click('.ask button:has-text("Save")');
  await page.waitForSelector('.card:has-text("Second member") .badge:has-text("billing")');
  assert.equal((await other.get('/session')).status, 401);
  await page.click('button[aria-label="New sign-in link for Second member"]');
  await page.waitForSelector('.once .secret');
  await page.click('button:has-text("I have stored it")');
  await page.click('button:has-text("Create an invitation")');
  await page.waitForSelector('.once .secret');
  await lookAtPortal(page, 'functions-members');
  await page.click('.card:has-text("Invitation as developer") button:has-text("Withdraw")');
  await page.waitForSelector('main:not(:has-text("Invitation as developer"))');
  await page.click('button[aria-label="Remove Second member"]');
  await page.click('.ask button:has-text("Remove")');
  await page.waitForSelector('main:not(:has-text("Second member"))');
}
