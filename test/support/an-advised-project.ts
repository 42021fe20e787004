/**
 * A folder that is served, gets a request, is changed as the explanation of the refusal advises, and is served again.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import type { GatewayOptions } from '../../packages/gateway/engine/index.ts';
import { GATEWAY_ADMIN, QUIET_GATEWAY } from './a-gateway.ts';

export type Asked = {
  readonly status: number;
  readonly body: string;
  /** The sentences of the explanation, and its advice. */
  readonly sentences: readonly string[];
  readonly changes: readonly string[];
  /** The lines that the gateway has logged. */
  readonly lines: readonly string[];
};

export type AdvisedProject = {
  readonly folder: string;
  read(name: string): string;
  write(name: string, text: string): void;
  /** Serves the folder, sends one request, and reads its explanation. */
  ask(request?: AskedFor, options?: Partial<GatewayOptions>): Promise<Asked>;
  /** Serves the folder for several requests, each of which is explained. */
  serve(options?: Partial<GatewayOptions>): Promise<ServedProject>;
} & Disposable;

export type ServedProject = { ask(request?: AskedFor): Promise<Asked> } & AsyncDisposable;

type AskedFor = {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How often the request is sent. The explanation is about the last one. */
  readonly times?: number;
  /** A request that is sent before, to the same path. */
  readonly before?: { readonly method: string; readonly headers?: Readonly<Record<string, string>> };
  /** What the explanation tells when the effects of the request have ended, which may be after the reply. */
  readonly tells?: RegExp;
  /** A WebSocket is opened instead. The explanation is about its message, or else about the handshake. */
  readonly socket?: { readonly message?: string };
};

export function anAdvisedProject(source: string, files: Readonly<Record<string, string>>): AdvisedProject {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-advised-'));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const serve = (options: Partial<GatewayOptions> = {}) => serveFolder(join(folder, source), folder, options);
  return {
    folder,
    write,
    serve,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    ask: async (request, options) => {
      await using served = await serve(options);
      return await served.ask(request);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function serveFolder(
  source: string,
  folder: string,
  options: Partial<GatewayOptions>,
): Promise<ServedProject> {
  const lines: string[] = [];
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    directory: folder,
    adminKey: GATEWAY_ADMIN,
    record: 100,
    roles: true,
    readOnly: true,
    log: { write: (line) => void lines.push(line) },
    ...options,
  });
  const close = (): Promise<void> => gateway.close();
  try {
    await gateway.load([source]);
    const { apis, control } = await gateway.listen();
    const secret = (await readCredentials(folder))?.controlSecret ?? '';
    const readLast = async (): Promise<Told> => {
      const record = await fetch(`${control}/_gatewright/requests/last`, {
        headers: { Authorization: `Bearer ${secret}` },
      });
      return (await record.json()) as Told;
    };
    return {
      ask: async (request = {}) => ({ ...(await askAt(apis[0]?.url ?? '', request, readLast)), lines }),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function askAt(
  address: string,
  { path = '/', method = 'GET', headers = {}, body, times = 1, before, tells, socket }: AskedFor,
  readLast: () => Promise<Told>,
): Promise<Omit<Asked, 'lines'>> {
  const url = `${address}${path}`;
  if (socket !== undefined) {
    await talk(url, socket.message, readLast);
    const { status, story } = await readLast();
    return { status, body: '', ...story };
  }
  if (before !== undefined) await (await fetch(url, before)).arrayBuffer();
  const init = { method, headers, ...(body !== undefined && { body }) };
  let reply = await send(url, init);
  for (let sent = 1; sent < times; sent += 1) {
    // Services and logs have no finer times than milliseconds: an earlier request has an earlier time.
    const at = Date.now();
    await until(
      async () => Date.now() > at + 1,
      () => 'the clock stands still',
    );
    reply = await send(url, init);
  }
  const answer = await reply.text();
  if (tells !== undefined) {
    let told = '';
    const isTold = async (): Promise<boolean> =>
      tells.test((told = (await readLast()).story.sentences.join('\n')));
    await until(isTold, () => `the story never tells ${String(tells)}:\n${told}`);
  }
  const { story } = await readLast();
  return { status: reply.status, body: answer, ...story };
}

type Told = {
  readonly kind: string;
  readonly status: number;
  readonly story: { readonly sentences: string[]; readonly changes: string[] };
};

/** Opens a WebSocket, and sends the message. Waits until the gateway has recorded what was asked. */
async function talk(url: string, message: string | undefined, readLast: () => Promise<Told>): Promise<void> {
  const socket = new WebSocket(url.replace(/\/$/, ''));
  const ended = new Promise<void>((resolve) => {
    for (const event of ['error', 'close'] as const) socket.addEventListener(event, () => resolve());
    socket.addEventListener('open', () => {
      if (message === undefined) resolve();
      else socket.send(message);
    });
    socket.addEventListener('message', () => resolve());
  });
  if (message !== undefined)
    await Promise.race([ended, until(async () => (await readLast()).kind === 'message')]);
  else await ended;
  socket.close();
}

/** Most waits end after milliseconds. The bound only keeps a test that fails from running for ever. */
const UNTIL_MS = 20_000;

async function until(
  isReached: () => Promise<boolean>,
  describe = () => 'the gateway did not record it',
): Promise<void> {
  const startedMs = performance.now();
  while (!(await isReached())) {
    assert.ok(performance.now() - startedMs < UNTIL_MS, describe());
    await setImmediate();
  }
}

type Sent = { readonly status: number; text(): Promise<string> };

/** `fetch` sends the host of the URL, so a request with the host of a custom domain is sent without it. */
async function send(url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Sent> {
  const { host } = init.headers;
  if (host === undefined) return fetch(url, init);
  const { method = 'GET', headers } = init;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (reply) => {
      const whole = text(reply);
      whole.then(() => resolve({ status: reply.statusCode ?? 0, text: () => whole }), reject);
    });
    asked.on('error', reject).end();
  });
}

/** Returns the text in backticks of the only piece of advice that begins with `beginning`. */
export function advisedText(changes: readonly string[], beginning: RegExp): string {
  const advice = changes.find((change) => beginning.test(change));
  assert.ok(advice !== undefined, `no advice begins with ${String(beginning)}: ${changes.join('\n')}`);
  const [, text] = /`([^`]+)`/.exec(advice) ?? [];
  assert.ok(text !== undefined, `the advice has no text to write: ${advice}`);
  return text;
}

/**
 * Writes the entry into the list whose key is in this line, as a person would: indented like the list's other entries.
 */
export function addItem(text: string, keyLine: number, item: string): string {
  const lines = text.split('\n');
  const key = lines[keyLine - 1] ?? '';
  const isEmpty = key.endsWith(' []');
  const indent = /^\s*/.exec(isEmpty ? `${key.replace(/\S.*/, '')}  ` : (lines[keyLine] ?? ''))?.[0] ?? '';
  return lines.toSpliced(keyLine - 1, 1, key.replace(/ \[\]$/, ''), `${indent}${item}`).join('\n');
}
