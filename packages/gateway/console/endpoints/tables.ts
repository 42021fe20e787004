/** Serves the tables of this run's DynamoDB: lists tables, reads them page by page, and puts or deletes an item. */
import { InvalidRequest } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { UNCOUNTED } from '@gatewright/dynamodb';
import type { ServiceClient } from '../../core/ports.ts';
import { noteBreakers } from '#shared/resilience/breaker-notes.ts';

const OPERATIONS = new Set([
  'ListTables',
  'DescribeTable',
  'Scan',
  'Query',
  'GetItem',
  'PutItem',
  'DeleteItem',
]);
const TIMEOUT_MS = 10_000;

/**
 * Runs one of the console's operations. `Notes` in the result explains some of the items.
 * @throws InvalidRequest if the operation is unknown or DynamoDB refuses it
 */
export async function callTable(
  services: ServiceClient,
  region: string,
  operation: string,
  input: UnknownMembers,
): Promise<UnknownMembers> {
  if (!OPERATIONS.has(operation))
    throw new InvalidRequest(
      `Unknown operation ${operation}; expected one of ${[...OPERATIONS].join(', ')}.`,
    );
  const outcome = await services.call({
    service: 'dynamodb',
    subdomain: undefined,
    region,
    method: 'POST',
    path: '/',
    query: '',
    headers: [
      'Content-Type',
      'application/x-amz-json-1.0',
      'X-Amz-Target',
      `DynamoDB_20120810.${operation}`,
      // Calls by the console must not count as the stack's cost.
      UNCOUNTED,
      'console',
    ],
    body: JSON.stringify(input),
    timeoutMs: TIMEOUT_MS,
  });
  if (outcome.kind !== 'answered')
    throw new InvalidRequest(
      outcome.kind === 'timed-out'
        ? `DynamoDB did not respond within ${TIMEOUT_MS / 1000} s.`
        : outcome.message,
    );
  const answer = readObject(outcome.body.toString());
  if (outcome.status < 300) return { ...answer, Notes: noteBreakers(answer) };
  const message = answer['message'] ?? answer['Message'];
  throw new InvalidRequest(typeof message === 'string' ? message : `DynamoDB answered ${outcome.status}.`);
}

function readObject(text: string): UnknownMembers {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
