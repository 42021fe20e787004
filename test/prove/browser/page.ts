/**
 * What a case of `npm run prove -- browser` gets: a page of headless Chromium on its own origin, and gateways to call
 * from it. A file in this folder that ends with `.case.ts` and exports `browserCase` is a case.
 */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { READY, readyOf, runCommand, startCommand } from '../../support/command.ts';
import { installTool, toolFolder } from '../../../lab/tools/install-tool.ts';

export type BrowserCase = {
  /** What the case proves, as a sentence. */
  readonly name: string;
  /** Throws an error if the sentence is not true. */
  run(at: {
    readonly page: Page;
    /** `--minutes` */
    readonly minutes?: number | undefined;
  }): Promise<void>;
};

/** The part of Playwright's page that cases use; playwright-core itself is not installed with the checkout. */
export interface Page {
  url(): string;
  goto(url: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
  textContent(selector: string): Promise<string | null>;
  waitForURL(url: string | RegExp): Promise<void>;
  /** Runs the function in the page, where it can use its argument, but no other value of the test. */
  evaluate<Argument, Result>(
    run: (argument: Argument) => Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  setDefaultTimeout(ms: number): void;
  waitForSelector(selector: string): Promise<unknown>;
  readonly keyboard: { press(key: string): Promise<void>; insertText(text: string): Promise<void> };
  /** Selects an option by its value, its text or its index. */
  selectOption(
    selector: string,
    option: string | { readonly label: string } | { readonly index: number },
  ): Promise<unknown>;
  context(): Context & {
    grantPermissions(permissions: readonly ('clipboard-read' | 'clipboard-write')[]): Promise<void>;
    newCDPSession(page: Page): Promise<{ send(method: string, parameters?: object): Promise<unknown> }>;
  };
  close(): Promise<void>;
  /** Runs in every document before its own scripts. */
  addInitScript(script: { readonly content: string }): Promise<void>;
  emulateMedia(options: { readonly colorScheme: 'light' | 'dark' }): Promise<void>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  on(event: 'console', heard: (message: { type(): string; text(): string }) => void): unknown;
  on(event: 'pageerror', heard: (error: Error) => void): unknown;
  on(event: 'request', heard: (request: { url(): string }) => void): unknown;
  waitForEvent(event: 'download'): Promise<{ path(): Promise<string>; suggestedFilename(): string }>;
}

export type Context = { newPage(): Promise<Page>; close(): Promise<void> };
type Browser = { version(): string; newContext(): Promise<Context>; close(): Promise<void> };
type Driver = {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly headless: boolean;
      readonly args: readonly string[];
      readonly timeout: number;
    }): Promise<Browser>;
    /** Launches a browser with its own profile, which may be prepared before. */
    launchPersistentContext(
      folder: string,
      options: {
        readonly executablePath: string;
        readonly headless: boolean;
        readonly args: readonly string[];
        readonly timeout: number;
        readonly env: Readonly<Record<string, string>>;
      },
    ): Promise<Context>;
  };
};

/** The paths of Chromium in Debian and its derivatives; GATEWRIGHT_CHROMIUM names another path. */
const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
/** The browser may call no other host, and CI runs as root without a GPU. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LAUNCHED_WITHIN_MS = 60_000;
const STEP_WITHIN_MS = 30_000;
/** What a command says if the gateway does not respond in time. */
const BUSY = 'it is busy, or a debugger has stopped it';
const MOST_TRIES = 3;

/** The proof needs a tool that this machine does not have. The message is one sentence. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** @throws ToolMissing if there is no Chromium, or its driver cannot be installed */
export async function openBrowser(): Promise<{
  readonly version: string;
  /** Runs the case in a new profile, on a blank page whose origin no API has. */
  onPage<Result>(run: (page: Page) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}> {
  const executablePath = findChromium();
  const { chromium } = loadDriver();
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: FLAGS,
    timeout: LAUNCHED_WITHIN_MS,
  });
  const blank = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>app</title>');
  }).listen(0, '127.0.0.1');
  await once(blank, 'listening');
  const origin = `http://127.0.0.1:${(blank.address() as AddressInfo).port}`;
  return {
    version: browser.version(),
    async onPage(run) {
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(STEP_WITHIN_MS);
        await page.goto(origin);
        return await run(page);
      } finally {
        await context.close();
      }
    },
    async close() {
      await browser.close();
      blank.closeAllConnections();
      blank.close();
    },
  };
}

/**
 * Starts Chromium with a separate home and profile, so that the folder contains everything that it trusts and stores.
 * @throws ToolMissing as openBrowser
 */
export function openProfile(home: string, profile: string, args: readonly string[]): Promise<Context> {
  const executablePath = findChromium();
  const { PATH = '' } = process.env;
  return loadDriver().chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...FLAGS, ...args],
    timeout: LAUNCHED_WITHIN_MS,
    env: { PATH, HOME: home },
  });
}

/** @throws ToolMissing */
function findChromium(): string {
  const named = process.env['GATEWRIGHT_CHROMIUM'];
  const executablePath = (named === undefined ? CHROMIUMS : [named]).find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new ToolMissing(
      'there is no Chromium; install it with `apt-get install chromium`, or name it by GATEWRIGHT_CHROMIUM',
    );
  return executablePath;
}

function loadDriver(): Driver {
  const refusal = installTool('browser');
  if (refusal !== undefined) throw new ToolMissing(refusal);
  return createRequire(import.meta.url)(
    join(toolFolder('browser'), 'node_modules/playwright-core'),
  ) as Driver;
}

type Api = { readonly kind: string; readonly stack: string; readonly url: string };

type ServedStacks = AsyncDisposable & {
  /** The folder in which the gateway was started. */
  readonly folder: string;
  readonly pid: number;
  /** The address of the console, with its key. */
  readonly console: string;
  readonly apis: readonly Api[];
  /** `http://127.0.0.1:4000` */
  readonly control: string;
  /** The address of the only API of this kind in a stack. The address of a WebSocket API begins with `ws:`. */
  urlOf(stack: string, kind: 'rest' | 'http' | 'websocket'): string;
  /** Runs another command, and returns its output. */
  run(...words: readonly string[]): Promise<string>;
  /** Creates a token, with the options of `gatewright token`. */
  token(...options: readonly string[]): Promise<string>;
};

/**
 * Runs one `gatewright start`, which ends with the block that contains it: `await using stacks = await serve([…])`.
 * @param sources paths in the repository, or names from `files`
 * @param files by name; they are written into the folder in which the gateway is started
 */
export async function serve(
  sources: readonly string[],
  options: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<ServedStacks> {
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-browser-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const paths = sources.map((source) => join(source in files ? cwd : REPOSITORY, source));
  const ports = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  const gateway = await startCommand(['start', ...paths, ...ports, ...options], READY, { cwd });
  const { apis, control, console } = readyOf(gateway) as {
    readonly apis: readonly Api[];
    readonly control: string;
    readonly console: string;
  };
  const run = async (...words: readonly string[]): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      const { code, stdout, stderr } = await runCommand(words, { cwd });
      if (code === 0) return stdout.trim();
      // Two browsers, two gateways and parity may share two cores. A person would run the command again.
      if (tries === MOST_TRIES || !stderr.includes(BUSY)) throw new Error(stderr);
    }
  };
  return {
    apis,
    control,
    console,
    run,
    folder: cwd,
    pid: gateway.pid,
    urlOf(stack, kind) {
      const [api, ...more] = apis.filter((api) => api.stack === stack && api.kind === kind);
      if (api === undefined || more.length > 0) throw new Error(`${stack} has not one ${kind} API`);
      return api.url;
    },
    token: (...request) => run('token', ...request),
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      rmSync(cwd, { recursive: true });
    },
  };
}
