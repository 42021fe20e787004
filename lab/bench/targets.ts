/** The programs that are measured. Each is started as a user would start it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../packages/conformance/targets/child-process.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { installTool, toolFolder } from '../tools/install-tool.ts';
import { commandOf } from './checkout.ts';
import type { LoadTask } from './load.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const FIXTURE = join(ROOT, 'lab/bench/fixture');
/** Git ignores this folder. It contains logs, state and the programs that are installed for comparison. */
export const BUILD = join(ROOT, '.build/bench');
const START_DEADLINE_MS = 60_000;

export type Kind = 'rest' | 'http';

/** A running server. `urlOf` returns the base URL of `/hello`, `/guarded` and `/event`. */
export type Running = {
  readonly process: ChildProcess;
  urlOf(kind: Kind): string;
};

export type Ring = { readonly kept: number; readonly limit: number; readonly bytes: number };

/** Opens the log file of a target, to which the output of the target is written. */
export function logFile(name: string): number {
  mkdirSync(BUILD, { recursive: true });
  return openSync(join(BUILD, `${name}.log`), 'w');
}

/** Returns the line that `start --json` prints once everything is served. */
export function readyLine(child: ChildProcess): Promise<string> {
  return firstLine(child, (text) => text.startsWith('{"ready"'));
}

async function firstLine(child: ChildProcess, wanted: (line: string) => boolean): Promise<string> {
  if (child.stdout === null) throw new Error('no stdout');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) if (wanted(line)) return line;
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the server process ended before it was ready (exit code ${child.exitCode ?? 'unknown'})`);
}

type Ready = {
  readonly apis: readonly { readonly kind: string; readonly url: string }[];
};

/** Returns the base address of the API of a kind, without a trailing slash. */
export function addressOf(apis: Ready['apis'], kind: Kind): string {
  const api = apis.find((served) => served.kind === kind);
  if (api === undefined) throw new Error(`the gateway does not serve a ${kind} API`);
  return api.url.replace(/\/$/, '');
}

/** @param folder the folder of a running gateway, which contains the gateway's credentials */
export async function readRing(folder: string): Promise<Ring | undefined> {
  const listed = await listRequests(folder, 'limit=1');
  return (listed as { readonly state: Ring } | undefined)?.state;
}

/** Lists recorded requests. Returns undefined if nothing is recorded, or if no gateway runs in the folder. */
export async function listRequests(folder: string, query: string): Promise<unknown> {
  const credentials = await readCredentials(folder);
  if (credentials === undefined) return undefined;
  const { controlUrl, controlSecret } = credentials;
  const reply = await fetch(`${controlUrl}/_gatewright/requests?${query}`, {
    headers: { authorization: `Bearer ${controlSecret}` },
  });
  return reply.ok ? await reply.json() : undefined;
}

/**
 * Starts the gateway of a checkout with a service of this checkout.
 * @param label names its log file and the folder with its state (`.gatewright/`), which is separate from the state of
 * other gateways
 */
export async function startGateway(
  root: string,
  label: string,
  options: readonly string[] = [],
  service = FIXTURE,
): Promise<Running> {
  const args = [
    commandOf(root),
    'start',
    service,
    '--json',
    '--port',
    '0',
    '--control-port',
    '0',
    ...options,
  ];
  const cwd = join(BUILD, label);
  mkdirSync(cwd, { recursive: true });
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', logFile(label)] });
  const line = await readyLine(child);
  const { apis } = JSON.parse(line) as Ready;
  return { process: child, urlOf: (kind) => addressOf(apis, kind) };
}

/** @param event the event that the worker gets with each request */
export async function startFloor(event: unknown): Promise<Running> {
  const args = [join(ROOT, 'lab/bench/floor.ts'), JSON.stringify({ event })];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', logFile('floor')] });
  const port = await firstLine(child, (text) => /^\d+$/.test(text));
  return { process: child, urlOf: () => `http://127.0.0.1:${port}` };
}

/** A service of the bench, and its files that are copied to the folder in which serverless-offline runs. */
type OfflineService = { readonly folder: string; readonly files: readonly string[] };

/**
 * Installs serverless-offline on osls, and copies a service into an ignored folder that has its packages.
 * @returns why the preparation failed, or undefined
 */
export function prepareServerlessOffline(
  { folder: source, files }: OfflineService,
  label: string,
): string | undefined {
  const reason = installTool('bench-offline');
  if (reason !== undefined) return reason;
  const folder = join(BUILD, label);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(toolFolder('bench-offline'), 'node_modules'), join(folder, 'node_modules'));
  for (const file of files) copyFileSync(join(source, file), join(folder, file));
  // Without this file, our own package.json would declare the service's bundles as ES modules, which they are not.
  copyFileSync(join(toolFolder('bench-offline'), 'package.json'), join(folder, 'package.json'));
  const service = readFileSync(join(source, 'serverless.yml'), 'utf8');
  const plugins = '\nplugins:\n  - serverless-esbuild\n  - serverless-offline\n';
  writeFileSync(join(folder, 'serverless.yml'), `${service}${plugins}`);
  return undefined;
}

/** @param label the label with which the service was prepared */
export async function startServerlessOffline(
  label: string,
  options: readonly string[] = [],
): Promise<Running> {
  const [httpPort, lambdaPort, websocketPort] = [await freePort(), await freePort(), await freePort()];
  const ports = { httpPort, lambdaPort, websocketPort };
  const flags = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  const log = logFile(label);
  const child = spawn(
    process.execPath,
    ['node_modules/serverless/bin/serverless.js', 'offline', ...flags, ...options],
    {
      cwd: join(BUILD, label),
      stdio: ['ignore', log, log],
      env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
    },
  );
  const base = `http://127.0.0.1:${httpPort}`;
  return { process: child, urlOf: (kind) => (kind === 'rest' ? `${base}/dev` : base) };
}

type TargetLoad = Pick<LoadTask, 'host' | 'port' | 'path'> &
  Partial<Pick<LoadTask, 'method' | 'headers' | 'body'>>;

/** Waits until the server responds with 200. A server that only listens has not finished its start. */
export async function untilAnswered(
  running: Pick<Running, 'process'>,
  { host, port, path, method = 'GET', headers = {}, body }: TargetLoad,
): Promise<string> {
  const url = `http://${host}:${port}${path}`;
  const untilMs = performance.now() + START_DEADLINE_MS;
  let last = 'no connection';
  while (performance.now() < untilMs) {
    if (running.process.exitCode !== null)
      throw new Error(`the server process ended with exit code ${running.process.exitCode}`);
    try {
      const request = { method, headers: { ...headers }, ...(body !== undefined && { body }) };
      const response = await fetch(url, request);
      const answer = await response.text();
      if (response.status === 200) return answer;
      last = `${response.status} ${answer.slice(0, 200)}`;
    } catch {
      // The server does not listen yet.
    }
    await delay(20);
  }
  throw new Error(
    `${url} did not respond with 200 within ${START_DEADLINE_MS / 1000} s; the last result was: ${last}`,
  );
}

/** Credentials for calls to the tables. */
export const TABLES_KEY = { accessKeyId: 'AKIDQUOTABENCH', secretAccessKey: 'bench-secret' };

/** Starts the embedded DynamoDB with the tables of the quota bench, in a separate gateway. */
export async function startTables(): Promise<Pick<Running, 'process'> & { readonly dynamoDbUrl: string }> {
  const template = join(FIXTURE, 'quota.yaml');
  const args = [commandOf(ROOT), 'start', template, '--json', '--port', '0', '--control-port', '0'];
  const child = spawn(process.execPath, args, {
    cwd: BUILD,
    env: {
      ...process.env,
      GATEWRIGHT_ACCESS_KEY_ID: TABLES_KEY.accessKeyId,
      GATEWRIGHT_SECRET_ACCESS_KEY: TABLES_KEY.secretAccessKey,
    },
    stdio: ['ignore', 'pipe', logFile('quota')],
  });
  const line = await readyLine(child);
  return { process: child, dynamoDbUrl: (JSON.parse(line) as { dynamodb: string }).dynamodb };
}

export async function stop({ process: child }: Pick<Running, 'process'>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}
