/** Interprets errors of DynamoDB's client: whether a write was applied, was not applied, or may have been applied. */
import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import { parseItem } from './dynamodb-expression.ts';
import type { DynamoDbItem } from './dynamodb-expression.ts';
import type { Item, RefusedMember, Unanswered } from './item-write.ts';

/** Errors that are temporary and mean that the write was not applied. */
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottlingError',
  'TransactionConflictException',
  'TransactionConflict',
]);
/** Errors after which the request never left this machine. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CredentialsProviderError']);

/**
 * Returns the item for which the write's condition failed. Returns undefined if the error has another cause. Quotas
 * need this item; without it, a caller over quota would look like an outage.
 * @throws DomainError CONFIG_INVALID if the SDK is too old to return the item
 */
export function parseRefusal(error: unknown): { readonly item: Item | undefined } | undefined {
  const fields = membersOf(error);
  if (fields['name'] !== 'ConditionalCheckFailedException') return undefined;
  // Newer SDK versions set the field even when there is no item.
  if (!('Item' in fields))
    throw new DomainError('CONFIG_INVALID', '@aws-sdk/client-dynamodb must be 3.363.0 or newer');
  const item = fields['Item'];
  return { item: isJsonObject(item) ? parseItem(item as object as DynamoDbItem) : undefined };
}

/**
 * For each write of a transaction, returns whether its condition was true. Returns undefined if the transaction failed
 * for another reason.
 */
export function parseCancellation(error: unknown): readonly RefusedMember[] | undefined {
  const fields = membersOf(error);
  const reasons = fields['CancellationReasons'];
  if (fields['name'] !== 'TransactionCanceledException' || !Array.isArray(reasons)) return undefined;
  const members = reasons as readonly CancellationReason[];
  if (!members.every(({ Code: code }) => code === 'None' || code === 'ConditionalCheckFailed'))
    return undefined;
  return members.map(({ Code: code, Item: item }) =>
    code === 'None'
      ? { holds: true }
      : { holds: false, item: item === undefined ? undefined : parseItem(item) },
  );
}

/**
 * Returns the outcome for any other error. The write was certainly not applied if the request was never sent, or if
 * DynamoDB itself responded with a 4xx status. Otherwise the outcome is unknown.
 * @throws DomainError unchanged, because it means that the client could not be created, which is not the outcome of a
 * call
 */
export function parseFailure(error: unknown): Unanswered {
  if (error instanceof DomainError) throw error;
  const fields = membersOf(error);
  const name = typeof fields['name'] === 'string' ? fields['name'] : 'Error';
  const reasons = Array.isArray(fields['CancellationReasons'])
    ? (fields['CancellationReasons'] as readonly CancellationReason[])
    : [];
  const codes = [name, fields['code'], ...reasons.map(({ Code: code }) => code)].filter(
    (code) => typeof code === 'string',
  );
  const reason = codes.filter((code) => code !== 'None').join(' ');
  if (codes.some((code) => THROTTLED.has(code))) return { kind: 'rejected', retryable: true, reason };
  if (codes.some((code) => NEVER_SENT.has(code))) return { kind: 'rejected', retryable: false, reason };
  const status = membersOf(fields['$metadata'])['httpStatusCode'];
  const wasAnswered = typeof status === 'number' && status >= 400 && status < 500;
  return wasAnswered ? { kind: 'rejected', retryable: false, reason } : { kind: 'unknown', reason };
}

export function dateOfError(error: unknown): string | undefined {
  const headers = membersOf(membersOf(membersOf(error)['$response'])['headers']);
  const date = headers['date'];
  return typeof date === 'string' ? date : undefined;
}
