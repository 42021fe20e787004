/** REQUEST authorizer of REST APIs, HTTP APIs (payload 1.0 and 2.0) and `$connect`: credential → policy or simple answer. */
import { answer } from '#shared/access/answer.ts';
import type { Authorizer } from '#shared/access/authorize.ts';
import { readCredential } from '#shared/access/credential.ts';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let authorizer: Authorizer | undefined;

export const handler = observeHandler('request-authorizer', async (event, { count }) => {
  authorizer ??= createLambdaAuthorizer(compiled);
  const request = parseRequestEvent(event);
  const { kind, arn, sourceIp } = request;
  return answer(
    authorizer,
    { kind, arn, sourceIp, readCredential: (sources) => readCredential(request, sources) },
    count,
  );
});
