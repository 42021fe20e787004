/**
 * Calls a running gateway through its control port. It is the gateway that was started in this directory, or the one
 * that the user names.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { readCredentials } from '../../gateway/kernel/files/identity-file.ts';
import { listRunning, runningFolder } from '../../gateway/kernel/files/running-gateways.ts';
import { readPort } from './options.ts';
import { UsageError } from '../../base/terminal/output.ts';
import type { Command } from 'commander';
import type { RunningGateway } from '../../gateway/kernel/files/running-gateways.ts';
import type { StartCredentials } from '../../gateway/kernel/files/identity-file.ts';

export type GatewayChoice = { readonly gateway?: string; readonly controlPort?: number };

const DEADLINE_MS = 5000;

let chosen: GatewayChoice = {};

/** Adds the options `--gateway` and `--control-port`. */
export function addGatewayOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--gateway <name>',
        'name or folder of the running gateway (default: the gateway that was started from this folder)',
      ).env('GATEWRIGHT_GATEWAY'),
    )
    .option('--control-port <number>', 'control port of the running gateway', readPort);
}

/** Chooses the gateway for all later calls by the command. */
export function chooseGateway(choice: GatewayChoice): void {
  chosen = choice;
}

/**
 * Finds the running gateway to call.
 * @throws UsageError if no gateway was started from this folder, or if no gateway or several gateways match the user's
 * options. The message lists the running gateways.
 */
export async function findGateway(): Promise<StartCredentials> {
  const { gateway, controlPort } = chosen;
  if (gateway === undefined && controlPort === undefined) {
    const credentials = await readCredentials(process.cwd());
    if (credentials !== undefined) return credentials;
  }
  const running = await listRunning(runningFolder(process.env));
  if (gateway === undefined && controlPort === undefined) {
    // The credentials in the folder belong to the last gateway that was started in the folder, and this gateway may
    // have ended.
    const here = running.filter(({ directory }) => directory === realPath(process.cwd()));
    if (here[0] !== undefined && here.length === 1) return here[0];
    throw new UsageError(
      here.length > 1
        ? `several gateways were started from this folder: ${here.map(describe).join('; ')}; choose one with --control-port N`
        : `no running gateway was started from this folder; ${describeOthers(running)}`,
    );
  }
  const found = running.filter(
    (one) =>
      (gateway === undefined || one.name === gateway || one.directory === realPath(gateway)) &&
      (controlPort === undefined || Number(new URL(one.controlUrl).port) === controlPort),
  );
  const [only, another] = found;
  const wanted = [
    ...(gateway === undefined ? [] : [`with the name or folder ${gateway}`]),
    ...(controlPort === undefined ? [] : [`with control port ${controlPort}`]),
  ].join(' and ');
  if (only === undefined)
    throw new UsageError(`there is no running gateway ${wanted}; ${describeOthers(running)}`);
  if (another !== undefined)
    throw new UsageError(
      `several gateways ${wanted} are running: ${found.map(describe).join('; ')}; choose one with ${controlPort === undefined ? '--control-port N' : '--gateway FOLDER'}`,
    );
  return only;
}

function describeOthers(running: readonly RunningGateway[]): string {
  if (running.length === 0) return 'start one with `gatewright start`';
  return `choose a running one with --gateway NAME: ${running.map(describe).join('; ')}`;
}

function describe({ name, directory, controlUrl }: RunningGateway): string {
  return `${name} (${directory}, control port ${new URL(controlUrl).port})`;
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/**
 * Calls one of the local endpoints below `/_gatewright/`.
 * @throws UsageError if the gateway does not respond, or with the gateway's message if the gateway refuses the call
 */
export async function callGateway(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  deadlineMs = DEADLINE_MS,
): Promise<unknown> {
  const { controlUrl, controlSecret } = await findGateway();
  let response: Response;
  try {
    response = await fetch(`${controlUrl}/_gatewright/${path}`, {
      method,
      headers: { Authorization: `Bearer ${controlSecret}`, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(deadlineMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new UsageError(silenceOf(controlUrl, error, deadlineMs));
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new UsageError(messageOf(answer) ?? `the gateway answered with status ${response.status}`);
}

function silenceOf(controlUrl: string, error: unknown, deadlineMs: number): string {
  return error instanceof DOMException && error.name === 'TimeoutError'
    ? `the gateway at ${controlUrl} did not respond within ${deadlineMs / 1000} seconds; it is busy, or a debugger has stopped it`
    : `the gateway at ${controlUrl} does not respond; start it again if it has ended`;
}

/**
 * Yields a response line by line as it arrives, as long as the gateway runs.
 * @throws UsageError if the gateway refuses the call or no longer responds
 */
export async function* listenToGateway(path: string): AsyncGenerator<string, undefined> {
  const { controlUrl, controlSecret } = await findGateway();
  let rest = '';
  try {
    const response = await fetch(`${controlUrl}/_gatewright/${path}`, {
      headers: { Authorization: `Bearer ${controlSecret}` },
    });
    if (!response.ok) {
      const answer: unknown = await response.json();
      throw new UsageError(messageOf(answer) ?? `the gateway answered with status ${response.status}`);
    }
    const decoder = new TextDecoder();
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`the gateway at ${controlUrl} no longer responds; start it again if it has ended`, {
      cause,
    });
  }
}

function messageOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
  return typeof answer.message === 'string' ? answer.message : undefined;
}

export function readMember(answer: unknown, name: string): unknown {
  if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, name))
    return Reflect.get(answer, name);
  throw new TypeError(`the gateway's response has no ${name}`);
}

/** Reads the gateway's clock, which `gatewright clock` may have moved: the times in stored data are from that clock. */
export async function readGatewayClock(): Promise<number> {
  return Number(readMember(await callGateway('GET', 'clock'), 'nowEpochMs'));
}

/**
 * Yields events from the running gateway until the gateway ends.
 * @throws UsageError if the gateway does not respond
 */
export async function* followGateway(path: string): AsyncGenerator<unknown, void> {
  const { controlUrl, controlSecret } = await findGateway();
  const response = await fetch(`${controlUrl}/_gatewright/${path}`, {
    headers: { Authorization: `Bearer ${controlSecret}` },
  }).catch(() => undefined);
  if (response?.ok !== true || response.body === null)
    throw new UsageError(`the gateway at ${controlUrl} does not respond; start it again if it has ended`);
  let text = '';
  try {
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) yield JSON.parse(data) as unknown;
      }
    }
  } catch {
    // The gateway has ended, so there are no more events.
  }
}
