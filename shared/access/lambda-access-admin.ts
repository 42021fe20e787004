import { readAccessAdminConfig, readAuthorizerConfig, readDocumentsConfig } from '../config/access-config.ts';
import type { PlanCatalogue } from '../ports.ts';
import { createRouter } from '../http/router.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { accessAdminRoutes } from './access-admin-routes.ts';
import type { CompiledAccess } from './compiled-document.ts';
import { assertUsable } from './documents/assert-usable.ts';
import { DocumentAdmin } from './documents/document-admin.ts';
import { followDocuments } from './documents/lambda-documents.ts';
import { createLambdaKeyAdmin } from './keys/lambda-key-admin.ts';
import { createLambdaRevocationAdmin } from './revocation/lambda-revocation-admin.ts';

type Answer = ReturnType<typeof createRouter>;

/** Timeout of a table call. It is longer than in an authorizer, because administrators can wait. */
const STORE_TIMEOUT_MS = 2000;

/**
 * Creates the handler of `access-admin`.
 * @param compiled content of `access/compiled.json`
 */
export function createLambdaAccessAdmin(compiled: unknown, plans: () => PlanCatalogue): Answer {
  let current: (() => Promise<Answer>) | undefined;
  // Publishing must work even if the current documents cannot be used.
  const documents = once(createLambdaDocumentAdmin);
  const make = (access: CompiledAccess): Answer =>
    createRouter(
      accessAdminRoutes({
        keys: once(() => createLambdaKeyAdmin(access, plans())),
        revocations: once(() => createLambdaRevocationAdmin(access)),
        documents,
      }),
    );
  const publishing = createRouter(accessAdminRoutes({ keys: never, revocations: never, documents }));
  return async (event, note) => {
    const { rawPath } = Object(event) as { readonly rawPath?: unknown };
    if (typeof rawPath === 'string' && /\/access\/versions(?:\/|$)/.test(rawPath))
      return publishing(event, note);
    current ??= followDocuments(compiled, make);
    return (await current())(event, note);
  };
}

function createLambdaDocumentAdmin(): DocumentAdmin {
  const { tableName } = readAccessAdminConfig();
  const config = readAuthorizerConfig();
  return new DocumentAdmin(
    {
      store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
      listing: createDynamoDbListing({ tableName }),
      clock: { nowEpochMs: () => Date.now() },
    },
    { follows: readDocumentsConfig().follows, check: (access) => assertUsable(access, config) },
  );
}

function never(): never {
  throw new Error('this router serves only the routes of documents');
}

function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}
