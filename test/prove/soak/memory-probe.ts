/** Is imported before the gateway of the soak proof. It reports how much memory the gateway uses when it is idle. */
import { setTimeout as wait } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

export type Probed = { readonly heapUsed: number; readonly external: number };

const SETTLED_BYTES = 128_000;
const MOST_COLLECTIONS = 12;

/**
 * Collects garbage until a collection frees nothing more. Finalizers and later turns of the event loop free the memory
 * of sockets and buffers only after a collection, so a single collection would still count resources that have just
 * been closed.
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
  // The parent process has ended, perhaps by a signal.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}
