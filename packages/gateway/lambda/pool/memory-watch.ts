/** Enforces `MemorySize` outside of V8's heap, too, because buffers have no other limit. */

type WatchedInstance = {
  endIfTooLarge(): Promise<void>;
};

type MemoryWatchOptions = {
  readonly instances: () => Iterable<WatchedInstance>;
  readonly residentBytes: () => number;
  /** Growth of the process below which no instance is checked. */
  readonly growthBytes?: number | undefined;
};

const WATCH_EVERY_MS = 250;
const USUAL_GROWTH_BYTES = 384 * 1024 * 1024;

/**
 * @returns how to end it. Costs one reading of the process's size, four times a second, until it has grown.
 */
export function watchMemory(options: MemoryWatchOptions): () => void {
  const { instances, residentBytes, growthBytes = USUAL_GROWTH_BYTES } = options;
  const fromBytes = residentBytes() + growthBytes;
  const timer = setInterval(() => {
    if (residentBytes() < fromBytes) return;
    for (const instance of instances()) void instance.endIfTooLarge();
  }, WATCH_EVERY_MS).unref();
  return () => clearInterval(timer);
}
