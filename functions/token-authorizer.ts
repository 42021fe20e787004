/** REST TOKEN authorizer: `Authorization: Bearer <JWT>` → IAM policy for the whole API and stage. */
import { answer, createAccessRules } from '#shared/access/answer.ts';
import { authorize } from '#shared/access/authorize.ts';
import type { AccessRules } from '#shared/access/authorize.ts';
import { readBearer } from '#shared/access/credential.ts';
import { createKeySetFetcher } from '#shared/access/key-set-fetcher.ts';
import { parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { readAuthorizerConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';

let rules: AccessRules | undefined;

export const handler = observeHandler('token-authorizer', async (event, { count }) => {
  rules ??= createAccessRules(readAuthorizerConfig(), createKeySetFetcher(), {
    nowEpochMs: () => Date.now(),
  });
  const { arn, authorizationToken } = parseTokenEvent(event);
  const readToken = () => readBearer(authorizationToken);
  return answer(await authorize({ kind: 'rest', arn, readToken }, rules), count);
});
