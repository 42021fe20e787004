/** REQUEST authorizer of REST APIs, HTTP APIs (payload 1.0 and 2.0) and `$connect`: credential → policy or simple answer. */
import { answer } from '#shared/access/answer.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readCredential } from '#shared/access/credential.ts';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { createQuotaLoader } from '#shared/middleware/lambda-quotas.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { guardAuthorizer } from '#shared/observability/guard-authorizer.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import type { FunctionObserver } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

async function authorize(event: unknown, observer: FunctionObserver) {
  authorizer ??= createLambdaAuthorizer(compiled, observer, createQuotaLoader(observer.metrics));
  const request = parseRequestEvent(event);
  const { kind, arn, sourceIp, receivedAtEpochMs } = request;
  return answer(
    authorizer,
    { kind, arn, sourceIp, receivedAtEpochMs, readCredential: (sources) => readCredential(request, sources) },
    observer,
  );
}

/** Middlewares of your own: `middy().use(yours()).handler(observeHandler(…))`. */
export const handler = guardAuthorizer(authorize, (guarded) => observeHandler('request-authorizer', guarded));
