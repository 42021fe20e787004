/**
 * REQUEST authorizer of REST APIs, HTTP APIs (payload 1.0 and 2.0) and `$connect`: turns a credential into a policy or
 * a simple response.
 */
import { answer } from '#shared/access/answer.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readCredential } from '#shared/access/credential.ts';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { createQuotaLoader } from '#shared/middleware/lambda-quotas.ts';
import { remainingTimeOf } from '#shared/aws/remaining-time.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { guardAuthorizer } from '#shared/observability/guard-authorizer.ts';
import { observeAuthorizer } from '#shared/observability/observe-authorizer.ts';
import type { FunctionObserver } from '#shared/observability/observation.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

async function authorize(event: unknown, observer: FunctionObserver, context: unknown) {
  authorizer ??= createLambdaAuthorizer(compiled, observer, createQuotaLoader(observer.metrics));
  const request = parseRequestEvent(event);
  const { kind, arn, headers, sourceIp, receivedAtEpochMs } = request;
  return answer(
    authorizer,
    {
      kind,
      arn,
      headers,
      sourceIp,
      receivedAtEpochMs,
      remainingMs: remainingTimeOf(context),
      readCredential: (sources) => readCredential(request, sources),
    },
    observer,
  );
}

/**
 * To add your own middlewares, let the function below return
 * `middy().use(yours()).handler(observeAuthorizer('request-authorizer', guarded))`. `guardAuthorizer` must stay
 * outermost, so that no middleware can turn a refusal into an allow.
 */
export const handler = guardAuthorizer(authorize, (guarded) =>
  observeAuthorizer('request-authorizer', guarded),
);
