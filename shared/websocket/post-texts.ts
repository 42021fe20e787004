/** Posts texts to one subscriber and evaluates the result. Also recognizes a subscriber that must be skipped. */
import { repeatCall } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import type { Judged } from '@gatewright/aws/retry';
import type { Clock, ConnectionPoster, Random, Timer } from '../ports.ts';
import type { Item } from '../table/item-write.ts';
import { connectionOf, isOver } from './connection.ts';

export type DeliveryStatus = 'sent' | 'gone' | 'expired' | 'throttled' | 'failed';

type PostPorts = {
  readonly sockets: ConnectionPoster;
  readonly clock: Clock;
  /** If both `random` and `timer` are given, a throttled post is retried once. */
  readonly random?: Random;
  readonly timer?: Timer;
};

const judge = (outcome: DeliveryStatus): Judged => ({
  failure: outcome === 'throttled' ? 'busy' : undefined,
});

export async function postTexts(
  { sockets, clock, random, timer }: PostPorts,
  listener: Item,
  texts: readonly string[],
): Promise<DeliveryStatus> {
  const nowEpochMs = clock.nowEpochMs();
  const { credentialEnd, expiresAt } = listener;
  // An expired item counts as gone. DynamoDB deletes it up to two days late.
  if (typeof expiresAt === 'number' && expiresAt < nowEpochMs / 1000) return 'gone';
  if (typeof credentialEnd === 'number' && isOver(credentialEnd, nowEpochMs)) return 'expired';
  const connection = connectionOf(listener);
  for (const text of texts) {
    const post = () => sockets.post(connection, text);
    const outcome =
      random === undefined || timer === undefined
        ? await post()
        : await repeatCall(post, judge, RETRIES.message, { clock, random, timer });
    if (outcome !== 'sent') return outcome;
  }
  return 'sent';
}

/** Calls a function for each item, `atOnce` at a time. A slow item does not delay the others. */
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
