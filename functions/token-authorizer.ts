/**
 * TOKEN authorizer of REST APIs: turns `Authorization: Bearer <JWT>` into an IAM policy for the whole API and stage.
 */
import { answer } from '#shared/access/answer.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { remainingTimeOf } from '#shared/aws/remaining-time.ts';
import { parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { guardAuthorizer } from '#shared/observability/guard-authorizer.ts';
import { observeAuthorizer } from '#shared/observability/observe-authorizer.ts';
import type { Observer } from '#shared/ports.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

async function authorize(event: unknown, observer: Observer, context: unknown) {
  authorizer ??= createLambdaAuthorizer(compiled, observer);
  const { arn, authorizationToken } = parseTokenEvent(event);
  return answer(
    authorizer,
    {
      kind: 'rest',
      arn,
      sourceIp: undefined,
      remainingMs: remainingTimeOf(context),
      readCredential: (sources) => readTokenHeader(authorizationToken, sources),
    },
    observer,
  );
}

/**
 * To add your own middlewares, let the function below return
 * `middy().use(yours()).handler(observeAuthorizer('token-authorizer', guarded))`. `guardAuthorizer` must stay
 * outermost, so that no middleware can turn a refusal into an allow.
 */
export const handler = guardAuthorizer(authorize, (guarded) =>
  observeAuthorizer('token-authorizer', guarded),
);
