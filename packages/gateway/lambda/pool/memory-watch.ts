/** Enforces `MemorySize` for memory outside V8's heap, such as buffers, which nothing else limits. */

type WatchedInstance = {
  endIfTooLarge(): Promise<void>;
};

type MemoryWatchOptions = {
  readonly instances: () => Iterable<WatchedInstance>;
  readonly residentBytes: () => number;
  /** The number of bytes by which the process must have grown before the memory of instances is checked. */
  readonly growthBytes?: number | undefined;
};

const WATCH_EVERY_MS = 250;
const USUAL_GROWTH_BYTES = 384 * 1024 * 1024;

/**
 * Starts to watch the memory. As long as the process has not grown, only the size of the process is read, four times a
 * second.
 * @returns a function that stops watching
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
