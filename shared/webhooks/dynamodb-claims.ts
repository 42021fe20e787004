/** DeliveryClaims on the `access` table: `pk` `WEBHOOK#{source}`, `sk` the delivery's key. */
import { randomUUID } from 'node:crypto';
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { loadOnce } from '@gatewright/aws/load-once';
import { loadPackage } from '../aws/load-package.ts';
import { DomainError } from '../errors.ts';
import { printPut, printWrite } from '../table/dynamodb-expression.ts';
import type { Condition } from '../table/dynamodb-expression.ts';
import type { ClaimedDelivery, ClaimOutcome, DeliveryClaims } from '../ports.ts';

/** The client and its package. They are loaded on the first call, because loading adds 45 ms to a cold start. */
export type LoadClaimsClient = () => Promise<{
  readonly client: Pick<DynamoDb.DynamoDBClient, 'send'>;
  readonly commands: Pick<typeof DynamoDb, 'DeleteItemCommand' | 'PutItemCommand' | 'UpdateItemCommand'>;
}>;

export type DynamoDbClaimsOptions = {
  readonly tableName: string;
  /**
   * The maximum time of one attempt, and so the wait before another attempt after a crash. It must be longer than the
   * function's timeout. Default: 60, which is longer than API Gateway waits.
   */
  readonly leaseSeconds?: number;
  readonly load?: LoadClaimsClient;
};

/**
 * Time for which the claim of a delivered event is stored. Senders retry for three days at most (Stripe). GitHub does
 * not sign a time, so its deliveries can be repeated after this time.
 */
const REMEMBERED_SECONDS = 30 * 86_400;
const LEASE_SECONDS = 60;
const TIMEOUT_MS = 2_000;

/** Region, credentials and endpoint come from the SDK's environment (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`). */
const loadClaimsClient: LoadClaimsClient = async () => {
  const commands = await loadPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'));
  return { client: new commands.DynamoDBClient({ maxAttempts: 3 }), commands };
};

/**
 * Creates a store of claims. A claim has two states, so that each delivery arrives at least once and, except after
 * crashes, at most once. *Claimed* has a lease. While the lease runs, an equal delivery is not accepted and must be
 * sent again later. If delivering fails, the claim is deleted. If the function dies, or the delete fails, the lease
 * expires. In both cases the sender got a failure. If it tries again, the new attempt can claim the delivery.
 * *Delivered* has no lease and is written only after the target has accepted the event. If that write fails, the event
 * may arrive twice. If the mark were written before the delivery, an event could be lost.
 *
 * @example
 * ```ts
 * import { createDynamoDbClaims, withWebhook } from 'gatewright/webhooks';
 *
 * // Each delivery reaches the handler once, even if the sender repeats it.
 * const claims = createDynamoDbClaims({ tableName: 'gatewright-dev-access' });
 * export const handler = withWebhook(async () => ({ statusCode: 200 }), {
 *   ...{ scheme: 'stripe', secrets: ['whsec_…'], claims },
 * });
 * ```
 */
export function createDynamoDbClaims(options: DynamoDbClaimsOptions): DeliveryClaims {
  const loaded = loadOnce(options.load ?? loadClaimsClient);
  return { take: (delivery) => take(delivery, options, loaded) };
}

async function take(
  delivery: ClaimedDelivery,
  { tableName, leaseSeconds = LEASE_SECONDS }: DynamoDbClaimsOptions,
  load: LoadClaimsClient,
): Promise<ClaimOutcome> {
  const { source, key, atEpochMs } = delivery;
  const owner = randomUUID();
  const at = Math.floor(atEpochMs / 1000);
  const place = { pk: `WEBHOOK#${source}`, sk: key };
  const expiresAt = at + REMEMBERED_SECONDS;
  const claim = { owner, expiresAt, leasedUntil: at + leaseSeconds };
  const isFree: Condition = {
    is: 'any-of',
    of: [
      { attribute: 'pk', is: 'absent' },
      // An expired item counts as deleted, because DynamoDB deletes it only days later.
      { attribute: 'expiresAt', is: 'below', value: at },
      { attribute: 'leasedUntil', is: 'below', value: at },
    ],
  };
  const put = printPut(
    tableName,
    { key: place, when: [isFree], change: { kind: 'put', item: claim } },
    claim,
  );
  const refusal = await orRefused(load, ({ PutItemCommand }) => new PutItemCommand(put));
  // If the SDK has repeated a request without a response, the existing claim is our own.
  if (refusal !== undefined && refusal.item?.['owner']?.S !== owner)
    return { kind: refusal.item === undefined || 'leasedUntil' in refusal.item ? 'held' : 'delivered' };
  return {
    kind: 'taken',
    claim: {
      async keep() {
        // The event has arrived, so the item is marked as delivered even if another function has the claim now.
        const set = { deliveredAt: at, expiresAt };
        const change = { kind: 'update', set, remove: ['leasedUntil', 'owner'] } as const;
        const update = printWrite(tableName, { key: place, when: [], change });
        await orRefused(load, ({ UpdateItemCommand }) => new UpdateItemCommand(update));
      },
      async release() {
        // The condition fails if another function has taken over the claim. In that case this function must not release
        // the claim.
        const isOwn: Condition = { attribute: 'owner', is: 'equal', value: owner };
        const removal = printWrite(tableName, { key: place, when: [isOwn], change: { kind: 'check' } });
        await orRefused(load, ({ DeleteItemCommand }) => new DeleteItemCommand(removal));
      },
    },
  };
}

type Commands = Awaited<ReturnType<LoadClaimsClient>>['commands'];
type Command = DynamoDb.DeleteItemCommand | DynamoDb.PutItemCommand | DynamoDb.UpdateItemCommand;
type Refusal = { readonly item: Readonly<Record<string, DynamoDb.AttributeValue>> | undefined };

/** Returns undefined if the write was done, or else the item for which the condition failed. */
async function orRefused(
  load: LoadClaimsClient,
  commandOf: (commands: Commands) => Command,
): Promise<Refusal | undefined> {
  try {
    const { client, commands } = await load();
    // The cast is needed because each overload of `send` accepts only one command type.
    await client.send(commandOf(commands) as DynamoDb.PutItemCommand, {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
      return { item: (error as Error & Pick<DynamoDb.ConditionalCheckFailedException, 'Item'>).Item };
    if (error instanceof DomainError) throw error;
    const reason = error instanceof Error ? error.name : String(error);
    throw new DomainError('STORE_UNAVAILABLE', `the table of webhook claims is unavailable (${reason})`, {
      cause: error,
    });
  }
}
