import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';

import { type InstanceStart, readInstanceStart } from '../instance-start.ts';
import type { FunctionOutput } from './output.ts';
import { runInstance } from './run-instance.ts';
import { shieldProcess } from './shield-process.ts';

/** As `worker-program.ts` writes it. */
const PRELOAD = fileURLToPath(new URL('./in-worker.mjs', import.meta.url));

await runInstance(readInstanceStart(workerData), {
  seal: sealProcess,
  isProcess: false,
  exit: (code) => process.exit(code),
});

/** Replaces what a thread would otherwise take from the gateway's process. */
function sealProcess({ taskRoot }: InstanceStart, output: FunctionOutput): void {
  shieldProcess(PRELOAD, (message) => output.report('WARN', message));
  process.cwd = () => taskRoot;
  if (!/^:?(?:UTC|Etc\/UTC)?$/.test(process.env['TZ'] ?? '')) {
    output.report('WARN', `TZ=${process.env['TZ'] ?? ''} has no effect: threads share one time zone, UTC`);
  }
  process.on('newListener', (name: string | symbol) => {
    if (typeof name === 'string' && /^SIG[A-Z]/.test(name)) {
      output.report(
        'WARN',
        `${name} is never delivered here: a function runs in a worker thread of the gateway`,
      );
    }
  });
}
