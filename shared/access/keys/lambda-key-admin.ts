/** Administration of API keys in a Lambda function, with its environment, real clock and network. */
import { createAuthorizerCaches, createNativeKeys } from '../../aws/control-plane-poster.ts';
import { readAccessAdminConfig } from '../../config/access-config.ts';
import type { PlanCatalogue } from '../../ports.ts';
import { randomHex } from '../../random-hex.ts';
import { createDynamoDbTable } from '../../table/dynamodb-table.ts';
import { createDynamoDbListing } from '../../table/dynamodb-listing.ts';
import { documentPlansOf, parseCompiledAccess } from '../find-document.ts';
import type { CompiledAccess } from '../compiled-document.ts';
import { KeyAdmin } from './key-admin.ts';
import type { KeyAdminSetting } from './key-admin.ts';
import { chargedCachesOf, keyPrefixesOf } from './key-prefixes.ts';

/** Timeout of a table call. It is longer than in an authorizer, because administrators can wait. */
const STORE_TIMEOUT_MS = 2000;

/**
 * Creates the administration of API keys.
 * @param compiled content of `access/compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaKeyAdmin(compiled: unknown, plans: PlanCatalogue): KeyAdmin {
  const access = parseCompiledAccess(compiled);
  const { tableName, controlPlane } = readAccessAdminConfig();
  return new KeyAdmin(
    {
      store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
      listing: createDynamoDbListing({ tableName }),
      clock: { nowEpochMs: () => Date.now() },
      random: { hex: randomHex },
      caches: createAuthorizerCaches(controlPlane),
      nativeKeys: createNativeKeys(controlPlane),
      plans,
    },
    readKeyAdminSetting(access),
  );
}

/**
 * Returns the settings for keys in the stage's access documents.
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function readKeyAdminSetting(access: CompiledAccess): KeyAdminSetting {
  const { stage, usageKeySecret } = readAccessAdminConfig();
  return {
    stage,
    prefixes: keyPrefixesOf(access, stage),
    documentPlans: documentPlansOf(access).map(({ id }) => id),
    chargedCaches: chargedCachesOf(access, stage),
    usageKeySecret,
  };
}
