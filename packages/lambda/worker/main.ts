/** Entry of an instance's thread: seals it, then serves. */
import { syncBuiltinESMExports } from 'node:module';
import { workerData } from 'node:worker_threads';

import { type InstanceStart, readInstanceStart } from '../instance-start.ts';
import type { FunctionOutput } from './output.ts';
import { shieldProcess } from './own-process.ts';
import { runInstance } from './run-instance.ts';

await runInstance(readInstanceStart(workerData), {
  seal: sealProcess,
  isProcess: false,
  exit: (code) => process.exit(code),
});

/** What Lambda has that a thread would take from the gateway's process. */
function sealProcess({ taskRoot }: InstanceStart, output: FunctionOutput): void {
  // Otherwise the AWS SDK reads the developer's ~/.aws.
  process.getBuiltinModule('node:os').homedir = () => '/home/sbx_user1051';
  shieldProcess((message) => output.report('WARN', message));
  syncBuiltinESMExports();
  process.cwd = () => taskRoot;
  if (!/^:?(?:UTC|Etc\/UTC)?$/.test(process.env['TZ'] ?? '')) {
    output.report('WARN', `TZ=${process.env['TZ'] ?? ''} has no effect: threads share one time zone, UTC`);
  }
  process.on('newListener', (name: string | symbol) => {
    if (typeof name === 'string' && /^SIG[A-Z]/.test(name)) {
      output.report('WARN', `${name} never arrives here: a function runs in a worker thread of the gateway`);
    }
  });
}
