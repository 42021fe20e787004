/** Follows published documents in a Lambda function; loaded only if a stack uses them. */
import type { Observer } from '../../ports.ts';
import { createDynamoDbTable } from '../../table/dynamodb-table.ts';
import type { CompiledAccess } from '../compiled-document.ts';
import { followPublished } from './follow.ts';

/** Timeout of a read. It is long enough for a part, which has up to 80 KB. */
const STORE_TIMEOUT_MS = 1_000;

type Followed<Made> = {
  readonly tableName: string;
  readonly bundled: CompiledAccess;
  readonly make: (access: CompiledAccess) => Made;
  readonly observer: Pick<Observer, 'count'>;
};

export function openPublished<Made>({
  tableName,
  bundled,
  make,
  observer,
}: Followed<Made>): () => Promise<Made> {
  const ports = {
    store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
    clock: { nowEpochMs: () => Date.now() },
    observer,
    timeout: rejectAfter,
  };
  return followPublished(ports, bundled, make);
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`the access table did not respond within ${ms} ms`)), ms).unref();
  });
}
