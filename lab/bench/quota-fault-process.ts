/**
 * A process that requests units until it is stopped, while faults occur. Every admission is one byte in a file, so that
 * a kill cannot lose it.
 */
import { randomBytes } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { USAGE_TABLE } from './quota-limiters.ts';

export type FaultOrder = {
  readonly id: string;
  readonly quota: number;
  readonly everySeconds: number;
  /** Share of the store's responses that get lost after the store has executed the request. */
  readonly lostShare: number;
  /**
   * Offset of this process's clock from the correct time. A process with a wrong clock gets requests without a
   * timestamp, so that it must use its own clock.
   */
  readonly clockAheadMs: number;
  /** Admissions of the period that begins at `n * everySeconds` are written to `<tally>.<n>`. */
  readonly tally: string;
};

const PACE_MS = 1;

function clientThatLoses(share: number): dynamoDb.DynamoDBClient {
  const client = new dynamoDb.DynamoDBClient({ maxAttempts: 1 });
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- the answer, whatever it is, does not arrive
        if (Math.random() < share) throw new Error('the response was lost');
      }
    },
    { step: 'deserialize', name: 'benchLoss', priority: 'high' },
  );
  return client;
}

async function ask(order: FaultOrder, isStopped: () => boolean): Promise<void> {
  const { id, quota, everySeconds, clockAheadMs } = order;
  const client = clientThatLoses(order.lostShare);
  const quotas = createQuotas({
    store: createDynamoDbTable({
      tableName: USAGE_TABLE,
      load: () => Promise.resolve({ client, commands: dynamoDb }),
    }),
    clock: { nowEpochMs: () => Date.now() + clockAheadMs, monotonicMs: () => performance.now() },
    random: {
      hex: (digits) => randomBytes(digits).toString('hex').slice(0, digits),
      fraction: () => Math.random(),
    },
    timer: { pause: (ms) => wait(ms) },
    plans: [{ id, version: 1, limits: [{ id: 'window', level: 'key', quota, period: { everySeconds } }] }],
  });
  const tallies = new Map<number, number>();
  while (!isStopped()) {
    const atEpochMs = Date.now();
    const stamp = clockAheadMs === 0 ? { atEpochMs } : {};
    const { allowed } = await quotas.consume({ plan: id, tenant: id, key: 'key', ...stamp });
    if (allowed) {
      const period = Math.floor(atEpochMs / 1000 / everySeconds);
      const file = tallies.get(period) ?? openSync(`${order.tally}.${period}`, 'a');
      tallies.set(period, file);
      writeSync(file, '.');
    }
    await wait(PACE_MS);
  }
  await quotas.flush();
}

let isStopped = false;
process.on('message', (message: FaultOrder | 'stop') => {
  if (message === 'stop') isStopped = true;
  else
    ask(message, () => isStopped).then(
      () => process.disconnect(),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
});
