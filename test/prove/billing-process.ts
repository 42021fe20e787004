/**
 * A process that makes a few requests, prints the outcome to stdout, and then ends or waits to be killed. It writes
 * nothing more to the table.
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { createQuotas } from '#shared/quota/quotas.ts';

export type BillingOrder = {
  readonly tableName: string;
  readonly plan: { readonly id: string; readonly version: number; readonly limits: readonly object[] };
  readonly requests: number;
  /** Whether the process waits to be killed after its requests. */
  readonly waits: boolean;
};
/** `units` is the number of write units of the answered calls. DynamoDB bills a refused condition as one unit. */
export type BillingAnswer = { readonly admitted: number; readonly writes: number; readonly units: number };

const TRIES = 5;
let writes = 0;
let units = 0;

function countingClient(): dynamoDb.DynamoDBClient {
  const client = new dynamoDb.DynamoDBClient({ maxAttempts: 1 });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (!/Update|Put|Transact/.test(commandName)) return next(args);
        writes += 1;
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          const { ConsumedCapacity: consumed } = result.output as {
            ConsumedCapacity?: dynamoDb.ConsumedCapacity | dynamoDb.ConsumedCapacity[];
          };
          for (const { CapacityUnits = 0 } of Array.isArray(consumed)
            ? consumed
            : consumed === undefined
              ? []
              : [consumed])
            units += CapacityUnits;
          return result;
        } catch (error) {
          units += 1;
          throw error;
        }
      },
    { step: 'initialize', name: 'countWrites' },
  );
  return client;
}

async function ask({ tableName, plan, requests, waits }: BillingOrder): Promise<void> {
  const client = countingClient();
  const load = (): Promise<{ client: dynamoDb.DynamoDBClient; commands: typeof dynamoDb }> =>
    Promise.resolve({ client, commands: dynamoDb });
  const quotas = createQuotas({
    store: createDynamoDbTable({ tableName, timeoutMs: 10_000, load }),
    clock: { nowEpochMs: () => Date.now(), monotonicMs: () => performance.now() },
    random: { hex: (digits) => randomBytes(digits).toString('hex').slice(0, digits), fraction: Math.random },
    timer: { pause: (ms) => wait(ms) },
    plans: [plan],
    denyCacheMs: 0,
  });
  let admitted = 0;
  for (let request = 0; request < requests; request += 1)
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const { allowed } = await quotas.consume({
        plan: plan.id,
        tenant: plan.id,
        key: 'k',
        atEpochMs: Date.now(),
      });
      if (!allowed) continue;
      admitted += 1;
      break;
    }
  writeSync(1, `${JSON.stringify({ admitted, writes, units } satisfies BillingAnswer)}\n`);
  if (waits) await wait(60_000);
  process.exit(0);
}

await ask(JSON.parse(process.argv[2] ?? '') as BillingOrder);
