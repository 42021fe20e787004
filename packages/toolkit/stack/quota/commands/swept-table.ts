/** A DynamoDB table item by item, with the user's permissions: no function of the stack has these. */
import { COMMAND_LIMITS } from '@gatewright/aws/bounded-reply';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { callSigned } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { parseItem, printItem, printKey, printWrite } from '#shared/table/dynamodb-expression.ts';
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
      // A repeated write after a lost answer finds its own value.
      const isKnown = (value: string) => ({ attribute: 'doc', is: 'equal', value }) as const;
      const when = [{ is: 'any-of', of: [before, after].map(isKnown) }] as const;
      const change = { kind: 'update', set: { doc: after } } as const;
      await ask(at, 'UpdateItem', printWrite(tableName, { key, when, change }));
    },
  };
}

/** Audit entry that a customer was forgotten: by whom and why, without the customer's name. */
export async function logForgotten(
  at: DynamoDbAccess,
  tableName: string,
  { key, doc }: { readonly key: ItemKey; readonly doc: string },
): Promise<void> {
  await ask(at, 'PutItem', { TableName: tableName, Item: printItem(key, { doc }) });
}

function toKept(item: DynamoDbItem): ListedItem {
  return { key: { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' }, item: parseItem(item) };
}

/** @throws UsageError when the table refuses, or does not answer */
async function ask(at: DynamoDbAccess, operation: string, input: object): Promise<UnknownMembers> {
  const { endpoint, region, ...credentials } = at;
  const url = new URL(endpoint);
  const headers = {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': `DynamoDB_20120810.${operation}`,
  };
  const call = { method: 'POST', url, service: 'dynamodb', region, credentials, headers } as const;
  const { status, text } = await callSigned(
    { ...call, ...COMMAND_LIMITS, timeoutMs: TIMEOUT_MS, body: JSON.stringify(input) },
    { rule: RETRIES.table },
  );
  if (status === 0) throw new UsageError(`${url.origin} cannot be reached`);
  const answer = parseJsonObject(text);
  if (status === 200 && answer !== undefined) return answer;
  const said = ['__type', 'message', 'Message'].map((name) => asText(answer?.[name]) ?? '').join(' ');
  throw new UsageError(
    `DynamoDB refused ${operation}: ${said.trim()} (${status}). Completed changes stay; the command may be run again`,
  );
}
