/**
 * Holds functions to their `MemorySize` also in what lies outside of V8's heap. A heap has a limit of its own; buffers
 * have none, and one function could take the memory of all.
 */

/** An instance as the watch sees it. */
type WatchedInstance = {
  /** Ends it where it holds more than its function may. */
  endIfTooLarge(): Promise<void>;
};

type MemoryWatchOptions = {
  /** Those that run an event. */
  readonly instances: () => Iterable<WatchedInstance>;
  readonly residentBytes: () => number;
  /** Growth of the process up to which nobody is asked. */
  readonly growthBytes?: number | undefined;
};

const WATCH_EVERY_MS = 250;
const USUAL_GROWTH_BYTES = 384 * 1024 * 1024;

/** @returns how to end it. Costs one look at the process's size, four times a second, until that has grown. */
export function watchMemory(options: MemoryWatchOptions): () => void {
  const { instances, residentBytes, growthBytes = USUAL_GROWTH_BYTES } = options;
  const fromBytes = residentBytes() + growthBytes;
  const timer = setInterval(() => {
    if (residentBytes() < fromBytes) return;
    for (const instance of instances()) void instance.endIfTooLarge();
  }, WATCH_EVERY_MS).unref();
  return () => clearInterval(timer);
}
