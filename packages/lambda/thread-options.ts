import type { WorkerOptions } from 'node:worker_threads';

/** Of every thread; what differs between functions is only the size. */
export function threadOptions(memorySizeMb: number): WorkerOptions {
  return {
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memorySizeMb },
  };
}
