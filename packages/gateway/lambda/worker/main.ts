import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

import {
  type InstanceStart,
  readLateStart,
  readThreadStart,
  type WaitingStart,
} from '../thread/instance-start.ts';
import type { FunctionOutput } from './output.ts';
import { runInstance } from './run-instance.ts';
import { shieldProcess } from './shield-process.ts';
import { standIn } from './stand-in.ts';

/** The path of the preloaded file, which `worker-program.ts` writes. */
const PRELOAD = fileURLToPath(new URL('./in-worker.mjs', import.meta.url));

/**
 * Matches modules of Node.js that take milliseconds to load. They can be loaded in advance, because loading them has no
 * observable effect.
 */
const SLOW_BUILTINS = /^(?:node:)?(?:crypto|fs\/promises|https?|http2|net|stream|tls|zlib)$/;

const given = readThreadStart(workerData);
await runInstance('kind' in given ? await waitForStart(given) : given, {
  seal: sealProcess,
  isProcess: false,
  exit: (code) => process.exit(code),
});

async function waitForStart({ builtins }: WaitingStart): Promise<InstanceStart> {
  for (const name of builtins) if (SLOW_BUILTINS.test(name)) process.getBuiltinModule(name);
  if (parentPort === null) throw new Error('not a thread');
  const [message] = (await once(parentPort, 'message')) as [unknown];
  const { start, environment } = readLateStart(message);
  for (const name of Object.keys(process.env))
    if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  return start;
}

/**
 * Replaces the state that a thread would otherwise share with the gateway's process. The time zone and signals cannot
 * be replaced, so a function that uses them gets a warning.
 */
function sealProcess({ taskRoot }: InstanceStart, output: FunctionOutput): void {
  shieldProcess(PRELOAD, (message) => output.report('WARN', message));
  process.cwd = standIn(() => taskRoot, Reflect.get(process, 'cwd'));
  if (!/^:?(?:UTC|Etc\/UTC)?$/.test(process.env['TZ'] ?? '')) {
    output.report(
      'WARN',
      `TZ=${process.env['TZ'] ?? ''} has no effect, because threads share one time zone, UTC`,
    );
  }
  process.on('newListener', (name: string | symbol) => {
    if (typeof name === 'string' && /^SIG[A-Z]/.test(name)) {
      output.report(
        'WARN',
        `${name} is never delivered to functions, because they run in worker threads of the gateway`,
      );
    }
  });
}
