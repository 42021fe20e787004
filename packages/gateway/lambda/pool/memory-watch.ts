/** Enforces `MemorySize` for memory outside V8's heap too, because buffers have no other limit. */

type WatchedInstance = {
  endIfTooLarge(): Promise<void>;
};

type MemoryWatchOptions = {
  readonly instances: () => Iterable<WatchedInstance>;
  readonly residentBytes: () => number;
  /** Growth of the process in bytes. Instances are checked only above this growth. */
  readonly growthBytes?: number | undefined;
};

const WATCH_EVERY_MS = 250;
const USUAL_GROWTH_BYTES = 384 * 1024 * 1024;

/**
 * Starts the watch. Until the process has grown, it only reads the size of the process, four times a second.
 * @returns a function that ends the watch
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
