/**
 * A gateway that measures itself (in-process.ts). The load generator sends requests from before the first measurement
 * until after the last.
 */
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateLoad, requestOf } from './measure.ts';
import { addressOf, BUILD, FIXTURE, logFile, untilAnswered } from './targets.ts';
import type { ChildProcess } from 'node:child_process';
import type { ChildMessage } from './in-process.ts';
import type { Scenario } from './measure.ts';

/** The duration is far longer than any measurement, because the load must not end first. */
const LOAD_SECONDS = 3_600;

type Forked = {
  readonly process: ChildProcess;
  readonly ready: Extract<ChildMessage<unknown>, { kind: 'ready' }>;
  /** The folder in which the gateway runs. */
  readonly folder: string;
};

/** @param file a file in this folder that calls `serveAndMeasure` */
export async function forkGateway(
  file: string,
  label: string,
  flags: readonly string[] = [],
): Promise<Forked> {
  const cwd = join(BUILD, label);
  mkdirSync(cwd, { recursive: true });
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [FIXTURE, ...flags], {
    cwd,
    stdio: ['ignore', 'ignore', logFile(label), 'ipc'],
  });
  const ready = await nextMessage<unknown>(child);
  if (ready.kind !== 'ready') throw new Error('the gateway reported a measurement before it was ready');
  return { process: child, ready, folder: cwd };
}

function nextMessage<Measured>(child: ChildProcess): Promise<ChildMessage<Measured>> {
  return new Promise((resolve, reject) => {
    child.once('message', (said) => resolve(said as ChildMessage<Measured>));
    child.once('exit', (code) =>
      reject(new Error(`the gateway ended early, with ${code === null ? 'a signal' : `exit code ${code}`}`)),
    );
  });
}

export async function measureUnderLoad<Measured>(
  { process: child, ready }: Forked,
  scenario: Scenario,
  order: object,
): Promise<Measured> {
  const request = await requestOf(scenario, { urlOf: (kind) => addressOf(ready.apis, kind) });
  await untilAnswered({ process: child }, request);
  const over = new AbortController();
  const load = generateLoad(
    {
      ...request,
      warmupSeconds: 0,
      seconds: LOAD_SECONDS,
    },
    over.signal,
  );
  try {
    child.send(order);
    const ended = load.then(() =>
      Promise.reject(new Error('the load generator ended before the measurement was complete')),
    );
    const said = await Promise.race([nextMessage<Measured>(child), ended]);
    if (said.kind !== 'measured')
      throw new Error(
        'the gateway reported that it was ready a second time instead of sending the measurement',
      );
    return said.measured;
  } finally {
    over.abort();
    await Promise.allSettled([load]);
  }
}
