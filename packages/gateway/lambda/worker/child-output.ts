/**
 * Captures the output of child programs that inherit stdout and stderr. Without this, their output would go to the
 * gateway's own stdout.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type * as ChildProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

import type { FunctionOutput } from './output.ts';
import { standIn } from './stand-in.ts';

type Spawning = { spawn: (this: Started, options: { stdio?: unknown }) => unknown };
type Started = { stdout: NodeJS.ReadableStream | null; stderr: NodeJS.ReadableStream | null };

/** Replaces inherited stdout and stderr of child processes with pipes to the function's log. */
export function captureChildOutput(output: FunctionOutput): void {
  const childProcess = process.getBuiltinModule('node:child_process');
  const prototype = readPrototype(childProcess.ChildProcess.prototype);
  const realSpawn = prototype.spawn;
  prototype.spawn = function spawn(options) {
    const { stdio, caught } = withoutInherit(options.stdio);
    const result = realSpawn.call(this, { ...options, stdio });
    for (const stream of caught) this[stream]?.on('data', (chunk: unknown) => output.write(stream, chunk));
    return result;
  };
  patchSynchronous(childProcess, output);
  syncBuiltinESMExports();
}

function patchSynchronous(childProcess: typeof ChildProcess, output: FunctionOutput): void {
  const writeAll = (stream: 'stdout' | 'stderr', data: unknown): void => {
    if ((typeof data === 'string' || Buffer.isBuffer(data)) && data.length > 0) output.write(stream, data);
  };
  for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    const real: (...args: never[]) => unknown = childProcess[name];
    const replacement = (...args: unknown[]): unknown => {
      const options = args.findLast(isJsonObject);
      const { stdio, caught } = withoutInherit(options?.['stdio']);
      const changed = args.map((arg) => (arg === options && caught.length > 0 ? { ...options, stdio } : arg));
      const result: unknown = Reflect.apply(real, childProcess, changed);
      if (caught.length === 0) return result;
      if (isJsonObject(result) && !Buffer.isBuffer(result)) {
        for (const stream of caught) writeAll(stream, result[stream]);
      } else writeAll('stdout', result);
      return result;
    };
    Reflect.set(childProcess, name, standIn(replacement, real));
  }
}

function withoutInherit(stdio: unknown): { stdio: unknown; caught: ('stdout' | 'stderr')[] } {
  const list: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : [stdio, stdio, stdio];
  const caught: ('stdout' | 'stderr')[] = [];
  for (const [index, stream] of [
    [1, 'stdout'],
    [2, 'stderr'],
  ] as const) {
    const isOurs =
      list[index] === 'inherit' ||
      list[index] === 1 ||
      list[index] === 2 ||
      list[index] === process.stdout ||
      list[index] === process.stderr;
    if (!isOurs) continue;
    list[index] = 'pipe';
    caught.push(stream);
  }
  if (caught.length === 0) return { stdio, caught };
  if (list[0] === 'inherit') list[0] = 'ignore';
  return { stdio: list, caught };
}

function readPrototype(prototype: unknown): Spawning {
  return prototype as Spawning;
}
