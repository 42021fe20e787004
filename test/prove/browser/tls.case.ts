/**
 * `gatewright start --tls` in a browser that trusts the local CA, as `certs --trust` says; no certificate error is
 * ignored. Client certificates come from the browser's own store.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueFrom, makeAuthority } from '../../../packages/base/aws/certificates/issue-certificate.ts';
import { openProfile, serve, ToolMissing } from './page.ts';
import type { BrowserCase, Context, Page } from './page.ts';

const PAGE = 'https://page.example.com';
const API = 'https://api.example.com';
const PARTNERS = 'https://partners.example.com';
const DAY_MS = 86_400_000;
const STEP_WITHIN_MS = 30_000;
const VALUES = `s3: { partners: { truststore.pem: !file ./truststore.pem } }\n`;

export const browserCase: BrowserCase = {
  name: 'a page under the local CA opens WSS by query, subprotocol and ticket, keeps Secure cookies, and shows its certificate',
  async run() {
    const times = { fromEpochMs: Date.now() - DAY_MS, toEpochMs: Date.now() + DAY_MS };
    const partners = makeAuthority({ commonName: 'Partners', ...times });
    const shop = issueFrom(partners, 'client', { commonName: 'shop', ...times });
    const options = ['--tls', '--param', `webOrigin=${PAGE}`, '--param', `Page=${PAGE}`];
    const files = { 'gatewright.values.yml': VALUES, 'truststore.pem': partners.certificate };
    const sources = ['.', 'examples/food-delivery', 'test/prove/browser/tls/template.json'];
    await using stacks = await serve(sources, options, files);
    const authority = join(stacks.folder, '.gatewright/tls/ca.pem');
    const { port } = new URL(stacks.urlOf('tls', 'http'));
    const token = await stacks.token('--sub', 'alice', '--role', 'admin');
    const addresses: Addresses = {
      tracking: stacks.urlOf('food-delivery-dev', 'websocket'),
      orders: stacks.urlOf('food-delivery-dev', 'http').replace(/\/$/, ''),
      token,
    };

    await withProfile({ authority, port, client: shop }, async (page) => {
      await page.goto(`${PAGE}/page`);
      await connectEveryWay(page, addresses);
      await keepCookies(page);
      await page.goto(`${PARTNERS}/me`);
      assert.match((await page.textContent('body')) ?? '', /"subject":"CN=shop"/);
    });
    await withProfile({ authority, port }, async (page) => {
      await assert.rejects(
        page.goto(`${PARTNERS}/me`),
        /ERR_(EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|CONNECTION_(CLOSED|RESET))/,
      );
    });
  },
};

type Addresses = { readonly tracking: string; readonly orders: string; readonly token: string };

async function connectEveryWay(page: Page, { tracking, orders, token }: Addresses): Promise<void> {
  assert.match(tracking, /^wss:/);
  assert.match(orders, /^https:/);
  const byQuery = await track(page, { url: `${tracking}?token=${token}` });
  const bySubprotocol = await track(page, { url: tracking, protocols: ['bearer', token] });
  // Because of the custom header, Chromium sends a preflight before the POST.
  const ticket = await page.evaluate(
    async (options) => {
      const headers = { authorization: `Bearer ${options.token}` };
      const response = await fetch(options.url, { method: 'POST', headers });
      return ((await response.json()) as { readonly ticket: string }).ticket;
    },
    { url: `${orders}/ws-ticket`, token },
  );
  const byTicket = await track(page, { url: `${tracking}?ticket=${ticket}` });
  const again = await track(page, { url: `${tracking}?ticket=${ticket}` });
  const byAnonymous = await track(page, { url: tracking });

  const tracked = '{"type":"tracking","orderId":"o-1","status":"on its way"}';
  assert.deepEqual([byQuery, bySubprotocol, byTicket], [tracked, tracked, tracked]);
  assert.deepEqual([again, byAnonymous], ['closed 1006', 'closed 1006']);
}

/** @returns the first message of the socket, or how the socket ended before it */
function track(
  page: Page,
  options: { readonly url: string; readonly protocols?: readonly string[] },
): Promise<string> {
  return page.evaluate(({ url, protocols = [] }) => {
    const socket = new WebSocket(url, [...protocols]);
    socket.onopen = () => {
      socket.send('{"action":"track","orderId":"o-1"}');
    };
    return new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => {
        resolve(String(data));
        socket.close(1000);
      };
      socket.onclose = ({ code }) => resolve(`closed ${code}`);
    });
  }, options);
}

async function keepCookies(page: Page): Promise<void> {
  const call = (path: string, header: string): Promise<string> =>
    page.evaluate(
      async (options) => {
        try {
          const headers = { [options.header]: '1' };
          const response = await fetch(options.url, { headers, credentials: 'include' });
          return `${response.status} ${await response.text()}`;
        } catch (error) {
          return String(error);
        }
      },
      { url: `${API}${path}`, header },
    );
  assert.match(await call('/me', 'x-app'), /"cookies":\[\]/);
  assert.match(await call('/login', 'x-app'), /^204 /);
  // Browsers accept a cookie with the prefix __Host- only from a secure origin.
  assert.match(await call('/me', 'x-app'), /"cookies":\["__Host-session=s1"\]/);
  assert.equal(await call('/me', 'x-unnamed'), 'TypeError: Failed to fetch');
}

type Profile = {
  readonly authority: string;
  readonly port: string;
  readonly client?: { readonly certificate: string; readonly privateKey: string };
};

async function withProfile(
  { authority, port, client }: Profile,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gatewright-profile-'));
  let context: Context | undefined;
  try {
    fillStore(home, authority, client);
    const profile = join(home, 'profile');
    mkdirSync(join(profile, 'Default'), { recursive: true });
    // The hosts to which Chromium sends a client certificate without asking the user, because nobody is there to
    // answer.
    const rule = { [`${PARTNERS},*`]: { setting: { filters: [{}] } } };
    const preferences = { profile: { content_settings: { exceptions: { auto_select_certificate: rule } } } };
    writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
    context = await openProfile(home, profile, [
      `--host-resolver-rules=MAP *.example.com:443 127.0.0.1:${port}`,
    ]);
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_WITHIN_MS);
    await run(page);
  } finally {
    await context?.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Adds the CA to the certificate store of Chromium on Linux with the command that `certs --trust` prints, in a separate
 * home folder.
 */
function fillStore(home: string, authority: string, client: Profile['client']): void {
  const store = join(home, '.pki/nssdb');
  mkdirSync(store, { recursive: true });
  const run = (tool: string, ...args: readonly string[]): void => {
    try {
      execFileSync(tool, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        throw new ToolMissing(`there is no ${tool}; install libnss3-tools and openssl`);
      throw error;
    }
  };
  run('certutil', '-d', `sql:${store}`, '-N', '--empty-password');
  run('certutil', '-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'gatewright', '-i', authority);
  if (client === undefined) return;
  const [certificate, key, both] = ['client.pem', 'client.key', 'client.p12'].map((name) => join(home, name));
  if (certificate === undefined || key === undefined || both === undefined) return;
  writeFileSync(certificate, client.certificate);
  writeFileSync(key, client.privateKey, { mode: 0o600 });
  run(
    'openssl',
    'pkcs12',
    '-export',
    '-in',
    certificate,
    '-inkey',
    key,
    '-out',
    both,
    '-passout',
    'pass:',
    '-name',
    'shop',
  );
  run('pk12util', '-d', `sql:${store}`, '-i', both, '-W', '');
}
