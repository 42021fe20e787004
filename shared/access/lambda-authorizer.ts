/** The authorizer as it runs in a Lambda function: configuration from the environment, real clock and network. */
import { loadOnce } from '../aws/load-package.ts';
import { readAccessTableConfig, readAuthorizerConfig } from '../config.ts';
import type { ItemStore, Observer } from '../ports.ts';
import { createApiKeyReader } from './api-key-store.ts';
import { createAuthorizer } from './authorize.ts';
import type { Authorizer } from './authorize.ts';
import type { LoadQuotas } from './charge-quota.ts';
import { parseCompiledAccess } from './find-document.ts';
import { createKeySetFetcher } from './key-set-fetcher.ts';
import { createRevocationReader } from './revocation-store.ts';
import { createTicketStore } from './ticket-store.ts';

/**
 * One per instance, made at its first event so that a bad configuration fails calls and not the start.
 * @param compiled `access/compiled.json`
 * @param quotas only of authorizers that may charge
 * @throws DomainError CONFIG_INVALID
 */
export function createLambdaAuthorizer(
  compiled: unknown,
  observer: Observer,
  quotas?: LoadQuotas,
): Authorizer {
  const { tableName } = readAccessTableConfig();
  const table = tableName === undefined ? undefined : createLateLedger(tableName);
  return createAuthorizer(parseCompiledAccess(compiled), readAuthorizerConfig(), {
    clock: { nowEpochMs: () => Date.now() },
    keySets: createKeySetFetcher(),
    observer,
    ...(table !== undefined && {
      apiKeys: createApiKeyReader(table),
      tickets: createTicketStore(table),
      revocations: createRevocationReader(table),
    }),
    ...(quotas !== undefined && { quotas }),
  });
}

/** Read with the first key or ticket, or the first token that may be revoked; whoever never meets one starts without it. */
function createLateLedger(tableName: string): ItemStore {
  const load = loadOnce(async (): Promise<ItemStore> => {
    const { createDynamoDbTable } = await import('../table/dynamodb-table.ts');
    return createDynamoDbTable({ tableName });
  });
  return {
    update: async (write) => (await load()).update(write),
    transact: async (writes) => (await load()).transact(writes),
    read: async (key, options) => (await load()).read(key, options),
  };
}
