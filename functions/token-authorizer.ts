/** REST TOKEN authorizer: `Authorization: Bearer <JWT>` → IAM policy for the whole API and stage. */
import { answer } from '#shared/access/answer.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import { createKeySetFetcher } from '#shared/access/key-set-fetcher.ts';
import { parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { readAuthorizerConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

export const handler = observeHandler('token-authorizer', async (event, { count }) => {
  authorizer ??= createAuthorizer(
    parseCompiledAccess(compiled),
    readAuthorizerConfig(),
    createKeySetFetcher(),
    { nowEpochMs: () => Date.now() },
  );
  const { arn, authorizationToken } = parseTokenEvent(event);
  return answer(
    authorizer,
    {
      kind: 'rest',
      arn,
      sourceIp: undefined,
      readCredential: (sources) => readTokenHeader(authorizationToken, sources),
    },
    count,
  );
});
