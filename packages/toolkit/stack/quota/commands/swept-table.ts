/** A DynamoDB table item by item, with the user's permissions: no function of the stack has these. */
import { setTimeout as wait } from 'node:timers/promises';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { parseItem, printKey } from '#shared/table/dynamodb-expression.ts';
import type { DynamoDbItem } from '#shared/table/dynamodb-expression.ts';
import type { ItemKey } from '#shared/table/item-write.ts';
import type { ListedItem } from '#shared/table/listing.ts';
import type { SweptTable } from './forget-customer.ts';
import { UsageError } from '../../../../base/terminal/output.ts';

export type DynamoDbAccess = AwsCredentials & {
  readonly endpoint: string;
  readonly region: string;
};

const TIMEOUT_MS = 20_000;
const TRIES = 6;
const BACK_OFF_MS = 100;

export function openSweptTable(at: DynamoDbAccess, tableName: string): SweptTable {
  const named = (input: object): object => ({ TableName: tableName, ...input });
  return {
    async *scan() {
      for (let after: unknown; ;) {
        const page = await ask(at, 'Scan', named({ ConsistentRead: true, ExclusiveStartKey: after }));
        const items = Array.isArray(page['Items']) ? (page['Items'] as readonly DynamoDbItem[]) : [];
        for (const item of items) yield toKept(item);
        after = page['LastEvaluatedKey'];
        if (after === undefined) return;
      }
    },
    async remove(key) {
      await ask(at, 'DeleteItem', named({ Key: printKey(key) }));
    },
    async rewrite(key, { before, after }) {
      await ask(
        at,
        'UpdateItem',
        named({
          Key: printKey(key),
          UpdateExpression: 'SET #doc = :after',
          // A repeated write after a lost answer finds its own value.
          ConditionExpression: '#doc = :before OR #doc = :after',
          ExpressionAttributeNames: { '#doc': 'doc' },
          ExpressionAttributeValues: { ':before': { S: before }, ':after': { S: after } },
        }),
      );
    },
  };
}

/** Audit entry that a customer was forgotten: by whom and why, without the customer's name. */
export async function logForgotten(
  at: DynamoDbAccess,
  tableName: string,
  { key, doc }: { readonly key: ItemKey; readonly doc: string },
): Promise<void> {
  await ask(at, 'PutItem', { TableName: tableName, Item: { ...printKey(key), doc: { S: doc } } });
}

function toKept(item: DynamoDbItem): ListedItem {
  return { key: { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' }, item: parseItem(item) };
}

/** @throws UsageError when the table refuses, or does not answer */
async function ask(at: DynamoDbAccess, operation: string, input: object): Promise<JsonObject> {
  const { endpoint, ...signer } = at;
  const url = new URL(endpoint);
  const body = JSON.stringify(input);
  for (let attempt = 1; ; attempt += 1) {
    const headers = signRequest({
      method: 'POST',
      url,
      service: 'dynamodb',
      nowEpochMs: Date.now(),
      body,
      ...signer,
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      },
    });
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const reply = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }).catch(
      () => undefined,
    );
    const answer = parseJsonObject((await reply?.text().catch(() => '')) ?? '');
    if (reply?.ok === true && answer !== undefined) return answer;
    const said = ['__type', 'message', 'Message'].map((name) => asText(answer?.[name]) ?? '').join(' ');
    const isPassing =
      reply === undefined || reply.status >= 500 || /Throttl|ProvisionedThroughput/.test(said);
    if (!isPassing || attempt === TRIES)
      throw new UsageError(
        reply === undefined
          ? `${url.origin} cannot be reached`
          : `DynamoDB refused ${operation}: ${said.trim()} (${reply.status}). Completed changes stay; the command may be run again`,
      );
    await wait(BACK_OFF_MS * 2 ** attempt);
  }
}
