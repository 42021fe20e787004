/**
 * Captures what one run writes to standard output and standard error. Anything that other code writes meanwhile, such
 * as the test reporter, goes to its usual place.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Output = { stdout: string; stderr: string };

const printing = new AsyncLocalStorage<Output>();
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...given: readonly unknown[]) => boolean;
  stream.write = (...given: readonly unknown[]): boolean => {
    const output = printing.getStore();
    if (output === undefined) return write(...given);
    const [chunk, ...others] = given;
    output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString();
    const done = others.find((other) => typeof other === 'function');
    if (done !== undefined) queueMicrotask(done as () => void);
    return true;
  };
}

/** @param output receives the captured text */
export function captureOutput<T>(output: Output, run: () => Promise<T>): Promise<T> {
  return printing.run(output, run);
}
