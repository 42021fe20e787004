/** REQUEST authorizer of REST APIs, HTTP APIs (payload 1.0 and 2.0) and `$connect`: token → policy or simple answer. */
import { answer, createAccessRules } from '#shared/access/answer.ts';
import { authorize } from '#shared/access/authorize.ts';
import type { AccessRules } from '#shared/access/authorize.ts';
import { readCredential } from '#shared/access/credential.ts';
import { createKeySetFetcher } from '#shared/access/key-set-fetcher.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { readAuthorizerConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';

let rules: AccessRules | undefined;

export const handler = observeHandler('request-authorizer', async (event, { count }) => {
  rules ??= createAccessRules(readAuthorizerConfig(), createKeySetFetcher(), {
    nowEpochMs: () => Date.now(),
  });
  const request = parseRequestEvent(event);
  const { kind, arn } = request;
  return answer(await authorize({ kind, arn, readToken: () => readCredential(request) }, rules), count);
});
