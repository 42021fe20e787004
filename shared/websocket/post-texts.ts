/** Posts to one subscriber, evaluates the result, and recognises subscribers to skip. */
import type { Clock, ConnectionPoster, Random, Timer } from '../ports.ts';
import type { Item } from '../table/item-write.ts';
import { connectionOf, isOver } from './connection.ts';

export type DeliveryStatus = 'sent' | 'gone' | 'expired' | 'throttled' | 'failed';

type PostPorts = {
  readonly sockets: ConnectionPoster;
  readonly clock: Clock;
  /** With both, a throttled post is retried once. */
  readonly random?: Random;
  readonly timer?: Timer;
};

/** API Gateway's throttle is a bucket per second, so a moment later there may be room. */
const RETRY_MS = { least: 100, spread: 400 };

export async function postTexts(
  { sockets, clock, random, timer }: PostPorts,
  listener: Item,
  texts: readonly string[],
): Promise<DeliveryStatus> {
  const nowEpochMs = clock.nowEpochMs();
  const { credentialEnd, expiresAt } = listener;
  // Time to live is late by up to two days.
  if (typeof expiresAt === 'number' && expiresAt < nowEpochMs / 1000) return 'gone';
  if (typeof credentialEnd === 'number' && isOver(credentialEnd, nowEpochMs)) return 'expired';
  const connection = connectionOf(listener);
  for (const text of texts) {
    let outcome = await sockets.post(connection, text);
    if (outcome === 'throttled' && random !== undefined && timer !== undefined) {
      await timer.pause(RETRY_MS.least + random.fraction() * RETRY_MS.spread);
      outcome = await sockets.post(connection, text);
    }
    if (outcome !== 'sent') return outcome;
  }
  return 'sent';
}

/** Each once, `atOnce` at a time: a slow one does not hold up the others. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
