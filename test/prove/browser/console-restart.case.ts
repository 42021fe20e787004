/**
 * A tab of the console that stays open for a day, while the gateway is restarted, its key is renewed, and code is
 * broken and repaired.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { READY, readyOf, runCommand, startCommand } from '../../support/command.ts';
import { portForLater } from '../../support/port-for-later.ts';
import { lookAt, openConsole, readText } from './console-tour.ts';
import type { BrowserCase, Page } from './page.ts';
import type { Running } from '../../support/command.ts';

const handler = (text: string): string =>
  `export const handler = async () => ({ statusCode: 200, body: '${text}' });\n`;

const template = (timeout: number, more: object = {}): string =>
  JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Hello: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          FunctionName: 'hello',
          Runtime: 'nodejs24.x',
          CodeUri: 'src',
          Handler: 'hello.handler',
          Timeout: timeout,
          Events: { Get: { Type: 'HttpApi', Properties: { Path: '/hello', Method: 'GET' } }, ...more },
        },
        Metadata: { BuildMethod: 'esbuild', BuildProperties: { EntryPoints: ['hello.ts'] } },
      },
    },
  });

export const browserCase: BrowserCase = {
  name: 'a tab of the console continues after a restart, with what it shows, and says which code answers',
  async run({ page }) {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-tab-'));
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write('package.json', '{"type":"module"}');
    write('template.json', template(3));
    const source = join(folder, 'src');
    mkdirSync(source);
    write('src/hello.ts', handler('first'));
    const port = String(await portForLater());
    const start = (): Promise<Running> =>
      startCommand(['start', 'template.json', '--port', '0', '--control-port', port, '--json'], READY, {
        cwd: folder,
      });
    let gateway = await start();
    try {
      const opened = readyOf(gateway) as Ready;
      await openConsole(page, opened.console);
      await fetchText(`${opened.apis[0]?.url ?? ''}/hello?of=first`);
      await page.click('.line-link:has-text("/hello?of=first")');
      await page.waitForSelector('.request-title:has-text("/hello?of=first")');
      await page.fill('input[type=search]', 'status:2xx');
      await page.waitForSelector('.hint:has-text("1 of 1")');

      await page.evaluate(watchConnection, undefined);
      await gateway.stop();
      await page.waitForSelector('.main > .note:has-text("continues when it is ready")');
      await lookAt(page, 'restart-away');
      gateway = await start();
      const readyAt = Date.now();
      await page.waitForSelector('.live.on');
      const connectedAt = await page.evaluate(connectedMs, undefined);
      console.log(`  connected again ${connectedAt - readyAt} ms after Ready`);
      assert.ok(connectedAt - readyAt < 1_000, `${connectedAt - readyAt} ms`);
      const restarted = readyOf(gateway) as Ready;
      assert.equal(restarted.console, opened.console);
      await fetchText(`${restarted.apis[0]?.url ?? ''}/hello?of=second`);
      await page.waitForSelector('.line:has-text("of=second")');
      await page.waitForSelector('.line:has-text("of=first") .badge:has-text("earlier run")');
      await page.waitForSelector('aside .request-title:has-text("/hello?of=first")');
      assert.match(page.url(), /#\/traffic\/./);
      await lookAt(page, 'restart-back');

      await reload(page, write, `${restarted.apis[0]?.url ?? ''}/hello`);
      await renewKey(page, folder);
    } finally {
      await gateway.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

type Ready = { readonly console: string; readonly apis: readonly { readonly url: string }[] };

/** Code is broken and repaired; then the template gets another timeout and another route. */
async function reload(page: Page, write: (name: string, text: string) => void, url: string): Promise<void> {
  await page.fill('input[type=search]', '');
  write('src/hello.ts', `${handler('third')}export const x = {{{;\n`);
  await page.waitForSelector('.main > .problem:has-text("src/hello.ts:2")');
  assert.match(await readText(page, '.main > .problem'), /hello still runs the code of version 1/);
  assert.equal(await fetchText(url), 'first');
  await page.waitForSelector('.line.reload:has-text("not reloaded")');
  await page.click('.line.reload a');
  await page.waitForSelector('aside:has-text("Version 1 still handles requests.")');
  await lookAt(page, 'reload-broken');

  write('src/hello.ts', handler('third'));
  await page.waitForSelector('.main:not(:has(> .problem))');
  await page.waitForSelector('.line.reload:has-text("hello: new code")');
  assert.equal(await fetchText(url), 'third');
  write(
    'template.json',
    template(5, { Post: { Type: 'HttpApi', Properties: { Path: '/hello', Method: 'POST' } } }),
  );
  await page.waitForSelector('.line.reload:has-text("1 route added")');
  await page.click('.line.reload:has-text("1 route added") a');
  await page.waitForSelector('aside tr:has-text("timeout in s 3 → 5")');
  await page.waitForSelector('aside tr:has-text("POST /hello")');
  await lookAt(page, 'reload-mended');
  await page.selectOption('aside label:has-text("From") select', '1');
  await page.waitForSelector('aside tr:has-text("hello"):has-text("timeout in s")');
  await page.click('.line-link:has-text("of=second")');
  await page.waitForSelector('.fact:has-text("Version"):has-text("1, since")');
  await page.click('.fact a:has-text("What changed since")');
  await page.waitForSelector('aside tr:has-text("POST /hello")');
  await page.fill('input[type=search]', 'version:2');
  await page.waitForSelector('.hint:has-text("1 of ")');
  await page.fill('input[type=search]', '');
}

async function renewKey(page: Page, folder: string): Promise<void> {
  const { stdout } = await runCommand(['console', '--new-key', '--json'], { cwd: folder });
  await page.waitForSelector('.closed:has-text("gatewright console")');
  await page.screenshot({ path: '.build/console/key-refused.png' });
  assert.match(await readText(page, '.closed'), /This page’s key is not valid for this gateway/);
  const { console: link } = JSON.parse(stdout) as { readonly console: string };
  const other = await page.context().newPage();
  await other.goto(link);
  await other.waitForSelector('.live.on');
  // The earlier tab gets the key from the new tab.
  await page.waitForSelector('.live.on');
  await page.waitForSelector('.line:has-text("of=second")');
  await other.close();
}

async function fetchText(url: string): Promise<string> {
  return (await fetch(url)).text();
}

type Watched = {
  connectedAt: number;
  readonly document: {
    querySelector(selector: string): { readonly className: string } | null;
    readonly body: unknown;
  };
  readonly MutationObserver: new (run: () => void) => { observe(of: unknown, how: object): void };
};

/** Records when the page was last connected, by the clock of this machine. */
function watchConnection(): Promise<void> {
  const page = globalThis as unknown as Watched;
  let wasOn = true;
  new page.MutationObserver(() => {
    const isOn = page.document.querySelector('.live.on') !== null;
    if (isOn && !wasOn) page.connectedAt = Date.now();
    wasOn = isOn;
  }).observe(page.document.body, { subtree: true, attributes: true, childList: true });
  return Promise.resolve();
}

function connectedMs(): Promise<number> {
  return Promise.resolve((globalThis as unknown as Watched).connectedAt);
}
