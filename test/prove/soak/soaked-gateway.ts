/** `gatewright start` in a separate process, with everything that can be observed from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { Probed } from './memory-probe.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';

const READY_WITHIN_MS = 120_000;
const PROBED_WITHIN_MS = 30_000;
const ENDED_WITHIN_MS = 20_000;
const TAIL_CHARS = 20_000;
/** Matches lines about errors, except for errors that the proof itself causes. */
const TELLING = /^(?!.*(crashed as told| \/(crash|hang) )).*(Error|Exception| 50\d )/;
const LINES_KEPT = 40;
const LINE_CHARS = 300;

export type Standing = {
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly threads: number;
  readonly descriptors: number;
};

export type SoakedGateway = {
  readonly pid: number;
  urlOf(kind: 'rest' | 'http' | 'websocket'): URL;
  readonly controlUrl: string;
  /** The end of its output. */
  tail(): string;
  isGone(): boolean;
  wasKilled(): boolean;
  look(): Promise<Standing>;
  /** Kills the process, as a power failure would. */
  kill(): Promise<void>;
  /**
   * Sends SIGTERM.
   * @returns the exit code, or null if the gateway had to be killed
   */
  stop(): Promise<number | null>;
};

type Ready = {
  readonly apis: readonly { readonly kind: string; readonly url: string }[];
  readonly control: string;
};

export async function startSoakedGateway(
  folder: string,
  data: string,
  options: readonly string[] = [],
): Promise<SoakedGateway> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      '--import',
      join(import.meta.dirname, 'memory-probe.ts'),
      join(REPOSITORY, 'packages/gatewright/command/main.ts'),
      'start',
      'template.json',
      '--data',
      data,
      '--json',
      '--port',
      '0',
      '--control-port',
      '0',
      ...options,
    ],
    {
      cwd: folder,
      env: { PATH, HOME, GATEWRIGHT_HOME: join(data, '..', 'home') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const messages: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    for (const line of chunk.split('\n').filter((one) => TELLING.test(one))) {
      messages.push(line.slice(0, LINE_CHARS));
      if (messages.length > LINES_KEPT) messages.shift();
    }
  });
  const ready = await readReady(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${messages.join('\n')}`);
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  let wasKilled = false;
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    controlUrl: ready.control,
    tail: () => messages.join('\n'),
    isGone,
    wasKilled: () => wasKilled,
    urlOf(kind) {
      const found = ready.apis.find((api) => api.kind === kind);
      if (found === undefined) throw new Error(`no ${kind} API is served: ${JSON.stringify(ready.apis)}`);
      return new URL(found.url);
    },
    look: () => lookAt(child),
    async kill() {
      wasKilled = true;
      child.kill('SIGKILL');
      await closed;
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), ENDED_WITHIN_MS);
      const [code] = await closed;
      clearTimeout(timer);
      return code;
    },
  };
}

async function readReady(child: ChildProcess): Promise<Ready> {
  let stdout = '';
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the gateway is not ready')), READY_WITHIN_MS);
    child.once('exit', (code) => reject(new Error(`the gateway has ended with ${String(code)}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout = `${stdout}${chunk.toString()}`.slice(-TAIL_CHARS);
      const line = stdout.split('\n').find((one) => one.includes('"ready":true') && one.endsWith('}'));
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Ready);
    });
  });
}

async function lookAt(child: ChildProcess): Promise<Standing> {
  const signal = AbortSignal.timeout(PROBED_WITHIN_MS);
  const answered = once(child, 'message', { signal }) as Promise<[Probed]>;
  child.send('look');
  const [{ heapUsed, external }] = await answered;
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    heapBytes: heapUsed + external,
    rssBytes: field('VmRSS') * 1024,
    threads: field('Threads'),
    descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
  };
}
