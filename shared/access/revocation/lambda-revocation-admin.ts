/** Administration of revoked tokens in a Lambda function, with its environment, real clock and network. */
import { createAuthorizerCaches } from '../../aws/control-plane-poster.ts';
import { readAccessAdminConfig } from '../../config/access-config.ts';
import { createDynamoDbTable } from '../../table/dynamodb-table.ts';
import { createDynamoDbListing } from '../../table/dynamodb-listing.ts';
import { parseCompiledAccess } from '../find-document.ts';
import { RevocationAdmin } from './revocation-admin.ts';
import { cachedApisByDocument, revocableIssuersOf } from './revocation-issuers.ts';

/** Timeout of a table call. It is longer than in an authorizer, because administrators can wait. */
const STORE_TIMEOUT_MS = 2000;

/**
 * Creates the administration of revocations.
 * @param compiled content of `access/compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaRevocationAdmin(compiled: unknown): RevocationAdmin {
  const { stage, tableName, controlPlane } = readAccessAdminConfig();
  const access = parseCompiledAccess(compiled);
  return new RevocationAdmin(
    {
      store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
      listing: createDynamoDbListing({ tableName }),
      clock: { nowEpochMs: () => Date.now() },
      caches: createAuthorizerCaches(controlPlane),
    },
    { issuers: revocableIssuersOf(access, stage), cached: cachedApisByDocument(access, stage) },
  );
}
