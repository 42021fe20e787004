/** Imported in front of the gateway that is soaked: reports how much memory is in use when it is idle. */
import { setTimeout as wait } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

export type Probed = { readonly heapUsed: number; readonly external: number };

const SETTLED_BYTES = 128_000;
const MOST_COLLECTIONS = 12;

/**
 * Until a collection frees nothing more: memory of sockets and buffers goes by finalizers and turns of the event loop
 * that come after one, and what had just ended would be taken for what is held.
 */
async function settle(): Promise<Probed> {
  let before = Number.POSITIVE_INFINITY;
  for (let collection = 1; ; collection += 1) {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const isSettled = collection > 2 && before - heapUsed - external < SETTLED_BYTES;
    if (isSettled || collection === MOST_COLLECTIONS) return { heapUsed, external };
    before = heapUsed + external;
    await wait(20);
  }
}

if (isMainThread && process.send !== undefined) {
  process.on('message', () => void settle().then((probed) => process.send?.(probed)));
  // The process that soaks it has ended, by a signal maybe.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}
