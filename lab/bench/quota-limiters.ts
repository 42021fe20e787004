/** The compared limiters behind one interface, and the number of their requests to DynamoDB. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { createDynamoDbQuotas } from '#shared/quota/dynamodb-quotas.ts';
import { toolFolder } from '../tools/install-tool.ts';

export type LimiterName = 'gatewright' | 'conditional-write' | 'rate-limiter-flexible';

/** Describes one run. All processes of the run share the id. */
export type QuotaRun = { readonly limiter: LimiterName; readonly id: string; readonly quota: number };

/**
 * Requests that were sent over the network, including the SDK's retries. A write whose condition fails is billed like
 * any write.
 */
export type Calls = { writes: number; refusedWrites: number; reads: number };

export type Answer = 'admitted' | 'refused' | 'failed';

type Limiter = {
  readonly calls: Calls;
  ask(): Promise<Answer>;
  /** Does what a function would do at shutdown. */
  finish(): Promise<void>;
};

export const USAGE_TABLE = 'usage';
/** Folder in which rate-limiter-flexible is installed if it takes part. */
const RIVAL_FOLDER = toolFolder('bench-quota');

const COUNTER_TABLE = 'counters';
const SECONDS_PER_DAY = 86_400;
/**
 * Time limit of a call to the store. It is long because the emulator shares the machine with all processes. The bench
 * compares calls, not timeouts.
 */
const TIMEOUT_MS = 5000;

export function openLimiter(run: QuotaRun): Limiter {
  switch (run.limiter) {
    case 'gatewright':
      return openQuotas(run);
    case 'conditional-write':
      return openConditionalWrite(run);
    case 'rate-limiter-flexible':
      return openRateLimiterFlexible(run);
  }
}

function openQuotas({ id, quota }: QuotaRun): Limiter {
  const client = new dynamoDb.DynamoDBClient({ maxAttempts: 1 });
  const calls = countCalls(client);
  const limits = [{ id: 'monthly', level: 'key', quota, period: 'MONTH' }];
  const quotas = createDynamoDbQuotas({
    tableName: USAGE_TABLE,
    plans: [{ id, version: 1, limits }],
    timeoutMs: TIMEOUT_MS,
    load: () => Promise.resolve({ client, commands: dynamoDb }),
  });
  return {
    calls,
    async ask() {
      const decision = await quotas.consume({ plan: id, tenant: id, key: 'key', atEpochMs: Date.now() });
      if (decision.allowed) return 'admitted';
      return decision.reason === 'quota-exceeded' ? 'refused' : 'failed';
    },
    finish: () => quotas.flush(),
  };
}

/** Creates the baseline of the comparison. It shows the cost of a well-made limiter without leases. */
function openConditionalWrite({ id, quota }: QuotaRun): Limiter {
  const client = new dynamoDb.DynamoDBClient();
  const calls = countCalls(client);
  const command = new dynamoDb.UpdateItemCommand({
    TableName: COUNTER_TABLE,
    Key: { key: { S: id } },
    UpdateExpression: 'ADD used :one',
    ConditionExpression: 'attribute_not_exists(used) OR used < :quota',
    ExpressionAttributeValues: { ':one': { N: '1' }, ':quota': { N: String(quota) } },
  });
  return {
    calls,
    async ask() {
      try {
        await client.send(command);
        return 'admitted';
      } catch (error) {
        return isConditionFailure(error) ? 'refused' : 'failed';
      }
    },
    finish: () => Promise.resolve(),
  };
}

type Rival = {
  readonly RateLimiterDynamo: new (
    options: object,
    onReady: () => void,
  ) => { consume(key: string): Promise<unknown> };
};

/** Sets up rate-limiter-flexible as its documentation shows, without the options that decide from memory. */
function openRateLimiterFlexible({ id, quota }: QuotaRun): Limiter {
  const load = createRequire(join(RIVAL_FOLDER, 'package.json'));
  const { RateLimiterDynamo } = load('rate-limiter-flexible') as Rival;
  const storeClient = new dynamoDb.DynamoDB();
  const options = {
    storeClient,
    tableName: COUNTER_TABLE,
    tableCreated: true,
    ttlSet: true,
    points: quota,
    duration: SECONDS_PER_DAY,
  };
  const limiter = new RateLimiterDynamo(options, () => undefined);
  return {
    calls: countCalls(storeClient),
    async ask() {
      try {
        await limiter.consume(id);
        return 'admitted';
      } catch (rejection) {
        // rate-limiter-flexible rejects with an Error if the store fails, and with a result if the points are used up.
        return rejection instanceof Error ? 'failed' : 'refused';
      }
    },
    finish: () => Promise.resolve(),
  };
}

/** Counts the requests in the middleware step that runs for every attempt. */
function countCalls(client: Pick<dynamoDb.DynamoDBClient, 'middlewareStack'>): Calls {
  const calls: Calls = { writes: 0, refusedWrites: 0, reads: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetItemCommand') {
          calls.reads += 1;
          return next(args);
        }
        calls.writes += 1;
        try {
          return await next(args);
        } catch (error) {
          if (isConditionFailure(error)) calls.refusedWrites += 1;
          throw error;
        }
      },
    { step: 'deserialize', name: 'benchCalls', priority: 'high' },
  );
  return calls;
}

function isConditionFailure(error: unknown): boolean {
  return (
    error instanceof dynamoDb.ConditionalCheckFailedException ||
    error instanceof dynamoDb.TransactionCanceledException
  );
}
