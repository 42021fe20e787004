/**
 * A process that asks until it gets a stop, while things go wrong for it. Every admission is a byte in a
 * file, which a kill does not take back.
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
  /** Share of answers of the store that get lost after it has carried out what was asked. */
  readonly lostShare: number;
  /** How wrong this process's clock is. A wrong one gets requests without a stamp, so that it has to use it. */
  readonly clockAheadMs: number;
  /** Admissions of the period that begins at `n * everySeconds` go to `<tally>.<n>`. */
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
