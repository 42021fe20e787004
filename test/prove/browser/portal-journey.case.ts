/**
 * The example api-product as users of the npm package have it. Two organisations are invited, call the API, are
 * refused, and change their plans and their keys. One uses a mouse on a desktop, the other only the keyboard on a
 * phone.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { READY, readyOf, runCommand, startCommand } from '../../support/command.ts';
import { anInstalledCopy } from '../../support/npm-service.ts';
import { focusMenu, openSection, press, type } from './keyboard.ts';
import { lookAt, openConsole } from './console-tour.ts';
import { goTo } from './portal-tour.ts';
import type { BrowserCase, Page } from './page.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/**
 * The times that the guide promises: the page shows the use within 5 s, and requests that were refused are admitted
 * within 2 s after an upgrade.
 */
const [SEEN_WITHIN_MS, LET_IN_WITHIN_MS] = [5000, 2000];
/** The plan Free has five units. */
const ADMITTED = 5;
const KEY = /harvest_[0-9A-Za-z]{16}_[0-9A-Za-z]{36}/;
const ROTATED_FOR_MS = 1500;

/** A custom domain of the owner, with the portal below a base path. */
const DOMAIN = 'api.harvest.example';
const MAPPING = `
resources:
  Resources:
    Domain:
      Type: AWS::ApiGatewayV2::DomainName
      Properties:
        DomainName: ${DOMAIN}
        DomainNameConfigurations:
          - CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000
            EndpointType: REGIONAL
    Mapping:
      Type: AWS::ApiGatewayV2::ApiMapping
      DependsOn: Domain
      Properties:
        DomainName: ${DOMAIN}
        ApiId: !ImportValue gatewright-\${sls:stage}-PortalApiId
        Stage: $default
        ApiMappingKey: portal
`;

/** How a person uses the page. */
type Hands = {
  write(label: string, text: string): Promise<void>;
  press(name: string): Promise<void>;
  open(section: string, title: string, shows: string): Promise<void>;
};

type Served = AsyncDisposable & {
  readonly api: string;
  readonly portal: string;
  readonly console: string;
  readonly folder: string;
  readonly run: (...words: readonly string[]) => Promise<string>;
};

export const browserCase: BrowserCase = {
  name: 'two organisations live through the example api-product, one with a mouse and one by keyboard alone on a phone',
  async run({ page }) {
    const startedMs = performance.now();
    await using served = await serveExample();
    for (const [tenant, name] of [
      ['acme', 'Acme Ltd'],
      ['globex', 'Globex Ltd'],
    ] as const)
      await served.run('customers', 'create', tenant, 'free', '--name', name);
    const readyMs = performance.now() - startedMs;
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));

    const invited = await served.run('portal', 'invite', 'acme', '--json');
    const { link } = JSON.parse(invited) as { readonly link: string };
    await page.setViewportSize(DESKTOP);
    await live(page, served, { tenant: 'acme', name: 'Acme Ltd', link, hands: mouse(page) });

    const shown = await inviteInConsole(page, served);
    await page.setViewportSize(PHONE);
    await live(page, served, { tenant: 'globex', name: 'Globex Ltd', link: shown, hands: keyboard(page) });

    await assertNoLinkIsRecorded(served, [link, shown]);
    await assertBelowMapping(served);
    assert.deepEqual(problems, []);
    const took = Math.round((performance.now() - startedMs) / 1000);
    console.log(`  package, start and customers ${Math.round(readyMs / 1000)} s, all ${took} s`);
  },
};

async function serveExample(): Promise<Served> {
  const copy = await anInstalledCopy(join(REPOSITORY, 'examples/api-product'));
  const cwd = copy.directory;
  const program = [join(cwd, 'node_modules/gatewright/bin/gatewright.cjs')];
  const run = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(words, { cwd, program });
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  appendFileSync(join(cwd, 'serverless.yml'), MAPPING);
  await run('init', '--if-missing');
  const ports = ['--port', '0', '--control-port', '0', '--json'];
  const gateway = await startCommand(['start', ...ports], READY, { cwd, program });
  const { apis, console: page } = readyOf(gateway) as {
    readonly apis: readonly { readonly name: string; readonly stack: string; readonly url: string }[];
    readonly console: string;
  };
  const urlOf = (is: (api: (typeof apis)[number]) => boolean): string => {
    const [api, ...more] = apis.filter(is);
    assert.ok(api !== undefined && more.length === 0, JSON.stringify(apis));
    return api.url;
  };
  for (const plan of ['free', 'pro']) await run('plan', 'save', `plans/${plan}.yml`);
  return {
    api: `${urlOf(({ stack }) => stack === 'api-product-dev')}/prices/wheat`,
    portal: urlOf(({ name }) => name.endsWith('-portal')),
    console: page,
    folder: cwd,
    run,
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      await copy.remove();
    },
  };
}

function mouse(page: Page): Hands {
  return {
    write: (label, text) => page.fill(`label:has-text("${label}") input`, text),
    press: (name) => page.click(`button:text-is("${name}"), button[aria-label="${name}"]`),
    open: (section, _title, shows) => goTo(page, section, shows),
  };
}

function keyboard(page: Page): Hands {
  return {
    write: (label, text) => type(page, label, text),
    press: (name) => press(page, name),
    open: (_section, title, shows) => openSection(page, title, shows),
  };
}

/** The owner invites the second organisation in the console, which shows the link once. */
async function inviteInConsole(page: Page, { console: address }: Served): Promise<string> {
  await openConsole(page, address);
  await page.goto(`${address.replace(/#.*$/, '')}#/customers/globex`);
  await page.waitForSelector('section[aria-label="People in the portal"] button:has-text("Create a link")');
  await page.selectOption('section[aria-label="People in the portal"] select', 'owner');
  await page.click('button:has-text("Create a link")');
  await page.waitForSelector('.once .link');
  const link = (await page.textContent('.once .link')) ?? '';
  assert.match(link, /\/#\/invitation\/gwinv_[0-9a-f]{64}$/);
  await page.waitForSelector('.invitations li:has-text("owner, created by the provider of the API")');
  await lookAt(page, 'journey-people');
  // Another invitation is created, and then withdrawn.
  await page.selectOption('section[aria-label="People in the portal"] select', 'billing');
  await page.click('button:has-text("Create a link")');
  await page.click('.invitations li:has-text("billing") button:has-text("Withdraw")');
  await page.waitForSelector('.invitations:not(:has-text("billing"))');
  return link;
}

type Organisation = {
  readonly tenant: string;
  readonly name: string;
  readonly link: string;
  readonly hands: Hands;
};

async function live(page: Page, served: Served, of: Organisation): Promise<void> {
  const { tenant, name, link, hands } = of;
  await enter(page, of);
  const key = await makeKey(page, hands);
  for (let call = 0; call < ADMITTED; call += 1) assert.equal(await statusOf(served, key), 200);
  const refused = await fetch(served.api, { headers: { 'x-api-key': key } });
  assert.equal(refused.status, 429);

  const askedMs = performance.now();
  await hands.open('use', 'Use', `main:has-text("${ADMITTED} of ${ADMITTED} used")`);
  const seenMs = performance.now() - askedMs;
  assert.ok(seenMs < SEEN_WITHIN_MS, `the use was seen after ${seenMs} ms`);
  await assertSaidEverywhere(page, served, tenant, refused.headers.get('apigw-requestid') ?? '');

  const letInMs = await upgrade(page, served, key, hands);
  const { total, failed } = await rotate(page, served, key, hands);
  assert.deepEqual([failed, total > 10], [0, true]);
  await hands.open('invoices', 'Invoices', 'main table:has-text("Pro")');
  const invoice = /Total\s*([\d.]+ EUR)/.exec((await page.textContent('main')) ?? '')?.[1];
  assert.ok(invoice !== undefined);
  assert.ok(link.startsWith(served.portal));
  console.log(
    `  ${name}: use seen after ${Math.round(seenMs)} ms, let in ${Math.round(letInMs)} ms after the upgrade, ` +
      `${total} calls while the key was rotated, ${failed} failed; invoice ${invoice}`,
  );
}

async function enter(page: Page, { name, link, hands }: Organisation): Promise<void> {
  await page.goto(link);
  await page.waitForSelector(`form:has-text("You become a member of ${name} with the role owner.")`);
  await hands.write('Your name', `Owner of ${name}`);
  // The second organisation uses the browser of the first one. The page asks before it ends the session of the first
  // one.
  if ((await page.textContent('form'))?.includes('End the session') === true) {
    await page.waitForSelector('.note:has-text("signed in as Owner of Acme Ltd of Acme Ltd")');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
  }
  await hands.press('Accept');
  await page.waitForSelector(`.account:has-text("${name}")`);
  await page.waitForSelector('main .empty');
}

async function makeKey(page: Page, hands: Hands): Promise<string> {
  await hands.write('Name of the new key', 'server');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.once .secret');
  const [key] = KEY.exec((await page.textContent('.secret')) ?? '') ?? [];
  assert.ok(key !== undefined);
  await hands.press('I have stored it');
  await page.waitForSelector('main .card h2:has-text("server")');
  return key;
}

async function statusOf({ api }: Served, key: string): Promise<number> {
  const reply = await fetch(api, { headers: { 'x-api-key': key } });
  await reply.arrayBuffer();
  return reply.status;
}

/** Checks that the commands show the owner of the API the same sentence as the portal shows its customer. */
async function assertSaidEverywhere(
  page: Page,
  { run }: Served,
  tenant: string,
  refusedId: string,
): Promise<void> {
  const says = (await page.textContent('main .card .note')) ?? '';
  assert.match(
    says,
    /^Requests of your organisation are refused: all 5 units of the limit monthly of your plan Free are used\. The next period begins on 1 \w{3} \d{4}, 00:00 UTC\.$/,
  );
  const line = `What the customer reads: ${says}`;
  for (const words of [
    ['explain', '--', refusedId],
    ['usage', 'show', '--tenant', tenant],
    ['customers', 'show', tenant],
  ]) {
    const printed = await run(...words);
    assert.ok(printed.split('\n').includes(line), `${words.join(' ')}:\n${printed}`);
  }
}

/** @returns how long the first request was refused after the change */
async function upgrade(page: Page, served: Served, key: string, hands: Hands): Promise<number> {
  await hands.open('plan', 'Plan', '.plans .card');
  await hands.press('Change to Pro …');
  await page.waitForSelector('.ask:has-text("49.00")');
  await hands.press('Change to Pro');
  await page.waitForSelector('.is-current:has-text("Pro")');
  const changedMs = performance.now();
  while ((await statusOf(served, key)) !== 200) {
    assert.ok(performance.now() - changedMs < LET_IN_WITHIN_MS, 'the request after the upgrade is refused');
    await page.evaluate(pause, 50);
  }
  return performance.now() - changedMs;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A program continues to use the old secret while the key is rotated. */
async function rotate(page: Page, served: Served, key: string, hands: Hands) {
  await hands.open('keys', 'API keys', 'main .card h2:has-text("server")');
  const counts = { total: 0, failed: 0 };
  const over = new AbortController();
  const program = (async () => {
    while (!over.signal.aborted) {
      counts.total += 1;
      if ((await statusOf(served, key)) !== 200) counts.failed += 1;
    }
  })();
  await hands.press('Rotate server');
  await page.waitForSelector('.ask select');
  await hands.press('Create a new secret');
  await page.waitForSelector('.once .secret');
  const [next] = KEY.exec((await page.textContent('.secret')) ?? '') ?? [];
  await page.evaluate(pause, ROTATED_FOR_MS);
  assert.ok(next !== undefined && next !== key);
  assert.equal(await statusOf(served, next), 200);
  over.abort();
  await program;
  await hands.press('I have stored it');
  await page.evaluate(focusMenu, undefined);
  return counts;
}

/** Links of invitations are secrets. Checks that no record, archive, log or explanation of a request contains one. */
async function assertNoLinkIsRecorded({ run, folder }: Served, links: readonly string[]): Promise<void> {
  const listed = await run('requests', '--json', '--limit', '1000');
  const archive = join(folder, 'requests.har');
  await run('export', '--har', archive);
  const rows = listed
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly id: string; readonly target: string });
  const made = rows.filter(({ target }) => /\/portal\/organisations\/\w+\/invitations$/.test(target));
  assert.deepEqual(made, [], 'a call of the console or of a command is recorded');
  const redeemed = rows.filter(({ target }) => target.endsWith('/session/invitation'));
  assert.ok(redeemed.length >= links.length, `${redeemed.length} requests redeem an invitation`);
  const texts = [listed, readFileSync(archive, 'utf8'), await run('logs', '--json')];
  for (const { id } of redeemed) texts.push(await run('explain', '--json', '--', id));
  for (const link of links) {
    const secret = link.slice(link.indexOf('gwinv_'));
    for (const text of texts) assert.ok(!text.includes(secret), 'a link is recorded');
  }
}

/**
 * Checks that the page, its files and its functions can be reached below the base path, and that each knows its own
 * address.
 */
async function assertBelowMapping({ portal, run }: Served): Promise<void> {
  const ask = (method: string, path: string, headers = {}, body = '') =>
    new Promise<{ status: number | undefined; location: string | undefined; text: string }>((resolve) => {
      const sent = httpRequest(
        `${portal}${path}`,
        { method, headers: { host: DOMAIN, ...headers } },
        (reply) => {
          let text = '';
          reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
          reply.on('end', () =>
            resolve({ status: reply.statusCode, location: reply.headers.location, text }),
          );
        },
      );
      sent.end(body);
    });
  assert.equal((await ask('GET', '/portal')).location, './portal/');
  const page = await ask('GET', '/portal/');
  const [, script = ''] = /src="([^"]+)"/.exec(page.text) ?? [];
  for (const path of ['portal.json', script])
    assert.equal((await ask('GET', `/portal/${path}`)).status, 200, path);
  assert.equal((await ask('GET', '/portal/session')).status, 401);
  const { link } = JSON.parse(await run('portal', 'invite', 'acme', '--json')) as { readonly link: string };
  const body = JSON.stringify({ invitation: link.slice(link.indexOf('gwinv_')) });
  const headers = { 'content-type': 'application/json', origin: `https://${DOMAIN}` };
  const seen = await ask('POST', '/portal/session/invitation/look', headers, body);
  assert.equal(seen.status, 200, seen.text);
}
