/** A process that makes a few requests of a quota and prints a line for each outcome, as process.py does. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { createQuotas } from '#shared/quota/quotas.ts';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';

export type LanguageOrder = {
  readonly tableName: string;
  /** The name of a saved plan. */
  readonly plan: string;
  readonly requests: number;
  /** The error of the process's clock, and therefore of the timestamps of its requests. */
  readonly skewMs: number;
};
export type LanguageAnswer = { readonly outcome: string; readonly stamp: number; readonly by: string };

async function ask({ tableName, plan, requests, skewMs }: LanguageOrder): Promise<void> {
  const client = new dynamoDb.DynamoDBClient({ maxAttempts: 1 });
  const load = (): Promise<{ client: dynamoDb.DynamoDBClient; commands: typeof dynamoDb }> =>
    Promise.resolve({ client, commands: dynamoDb });
  const clock = { nowEpochMs: () => Date.now() + skewMs, monotonicMs: () => performance.now() };
  const quotas = createQuotas({
    store: createDynamoDbTable({ tableName, timeoutMs: 10_000, load }),
    clock,
    random: { hex: (digits) => randomBytes(digits).toString('hex').slice(0, digits), fraction: Math.random },
    timer: { pause: (ms) => wait(ms) },
  });
  for (let request = 0; request < requests; request += 1) {
    const stamp = clock.nowEpochMs();
    const decision = await quotas.consume({ plan, tenant: plan, key: 'k', atEpochMs: stamp });
    const outcome = decision.allowed ? 'admitted' : decision.reason;
    const answer: LanguageAnswer = { outcome, stamp, by: 'node' };
    writeSync(1, `${JSON.stringify(answer)}\n`);
  }
  await quotas.flush();
  process.exit(0);
}

await ask(JSON.parse(process.argv[2] ?? '') as LanguageOrder);
