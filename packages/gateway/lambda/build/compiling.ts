/** Logs that a compiler builds a function before the function's first event. This may take minutes. */
import type { InvocationResult } from '../../core/ports.ts';
import type { FunctionLogLine } from '../function-log-line.ts';
import type { StreamStart } from '../invocation/stream-job.ts';

export type Compiler = {
  /** The command that compiles, for example `go build`. */
  readonly command: string;
  /**
   * The start time of the compiler; present if the compiler runs for several functions and reports its own progress.
   */
  readonly sinceMs?: number;
};

export class Compiling {
  readonly #log: (line: FunctionLogLine) => void;
  /** The running compiler of each function and its start time. */
  readonly #running = new Map<string, Required<Compiler>>();

  constructor(log: (line: FunctionLogLine) => void) {
    this.#log = log;
  }

  announce(functionName: string, compiler: Compiler | undefined): void {
    if (compiler === undefined || compiler.sinceMs !== undefined) return;
    this.#say(functionName, `the first event waits until ${compiler.command} has finished`);
  }

  /**
   * Runs a build. Logs when its compiler begins and ends, unless the compiler reports its own progress.
   * @param compiler undefined if nothing is compiled
   */
  async run<T>(functionName: string, compiler: Compiler | undefined, build: () => Promise<T>): Promise<T> {
    if (compiler === undefined) return build();
    const { command, sinceMs = performance.now() } = compiler;
    const isReported = compiler.sinceMs === undefined;
    this.#running.set(functionName, { command, sinceMs });
    if (isReported) this.#say(functionName, `${command} has begun`);
    try {
      return await build();
    } finally {
      this.#running.delete(functionName);
      if (isReported) this.#say(functionName, `${command} finished in ${secondsSince(sinceMs)} s`);
    }
  }

  /** Names the compiler in the result of an event that timed out before the compiler had finished. */
  async explain<Result extends InvocationResult | StreamStart>(
    functionName: string,
    result: Promise<Result>,
  ): Promise<Result> {
    const settled = await result;
    const running = this.#running.get(functionName);
    if (running === undefined || settled.kind !== 'timed-out') return settled;
    const because = `${running.command} has been running for ${secondsSince(running.sinceMs)} s; later requests also wait for it`;
    return { ...settled, because };
  }

  isRunning(functionName: string): boolean {
    return this.#running.size > 0 && this.#running.has(functionName);
  }

  #say(functionName: string, message: string): void {
    this.#log({
      functionName,
      requestId: undefined,
      level: 'INFO',
      stream: 'stdout',
      epochMs: Date.now(),
      message,
    });
  }
}

function secondsSince(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1);
}
