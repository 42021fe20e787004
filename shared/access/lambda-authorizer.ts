/** The authorizer in a Lambda function: configuration from the environment, real clock and network. */
import { loadOnce } from '@gatewright/aws/load-once';
import { readAccessTableConfig, readAuthorizerConfig } from '../config/access-config.ts';
import type { Observer } from '../ports.ts';
import { createAuthorizer } from './authorize.ts';
import type { Authorizer } from './authorize.ts';
import type { LoadQuotas } from './charge-quota.ts';
import { followDocuments } from './documents/lambda-documents.ts';
import type { AuthorizerPorts } from './identify.ts';
import type { AccessTable } from './identify-by-table.ts';
import { createKeySetFetcher } from './tokens/key-set-fetcher.ts';

/**
 * Creates the authorizer of a Lambda function. Each instance creates it at its first event instead of during the cold
 * start, so that a bad configuration only makes requests fail.
 * @param compiled content of `access/compiled.json`
 * @param quotas loads the quotas; set only for authorizers that may charge
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaAuthorizer(
  compiled: unknown,
  observer: Observer,
  quotas?: LoadQuotas,
): Authorizer {
  const config = readAuthorizerConfig();
  const ports = { ...createAuthorizerPorts(observer), ...(quotas !== undefined && { quotas }) };
  const current = followDocuments(compiled, (access) => createAuthorizer(access, config, ports), observer);
  return async (request) => (await current())(request);
}

/** @throws DomainError CONFIG_INVALID if the name of the access table is invalid */
export function createAuthorizerPorts(observer?: Observer): AuthorizerPorts {
  const { tableName } = readAccessTableConfig();
  return {
    clock: { nowEpochMs: () => Date.now() },
    keySets: createKeySetFetcher(),
    observer,
    ...(tableName !== undefined && openLate(tableName)),
  };
}

/**
 * Opens the access table on demand. The table module is loaded with the first key or ticket, or the first token that
 * may be revoked. Without these it is never loaded.
 */
function openLate(tableName: string): AccessTable {
  const open = loadOnce(async () => {
    const { openAccessTable } = await import('./identify-by-table.ts');
    return openAccessTable(tableName);
  });
  return {
    apiKeys: {
      find: async (keyId) => (await open()).apiKeys.find(keyId),
      noteUse: async (keyId, atEpochSeconds) => (await open()).apiKeys.noteUse(keyId, atEpochSeconds),
    },
    tickets: { take: async (hash, at) => (await open()).tickets.take(hash, at) },
    revocations: { revokedUntil: async (targets) => (await open()).revocations.revokedUntil(targets) },
  };
}
