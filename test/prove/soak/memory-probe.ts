/** Imported in front of the gateway that is soaked: tells how much memory is in use when nobody uses it. */
import { isMainThread } from 'node:worker_threads';

export type Probed = { readonly heapUsed: number; readonly external: number };

if (isMainThread && process.send !== undefined) {
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ heapUsed, external } satisfies Probed);
  });
  // Whoever soaks it has ended, by a signal maybe.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}
