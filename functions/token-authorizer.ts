/** REST TOKEN authorizer: `Authorization: Bearer <JWT>` → IAM policy for the whole API and stage. */
import { answer } from '#shared/access/answer.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

export const handler = observeHandler('token-authorizer', async (event, { count }) => {
  authorizer ??= createLambdaAuthorizer(compiled);
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
