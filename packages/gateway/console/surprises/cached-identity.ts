/**
 * Reports a cached result of an authorizer whose function reads more of a request than the identity sources. The cache
 * compares only the identity sources, so a request with another value gets the same policy and context.
 */
import { spell } from '../explain/explain-missing-source.ts';
import { listed } from '../explain/reason.ts';
import { has, nameRead, readsOfRequest } from './request-reads.ts';
import type { Definition } from './template-text.ts';
import type { SurpriseKind } from './surprise.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html */
export const inputNotKeyed: SurpriseKind = {
  code: 'AUTHORIZER_INPUT_NOT_KEYED',
  mark: undefined,
  source: 'docs/aws §4.1',
  find({ recorded: { caller, authorizerCall, received, cache }, definition, isToolkit, readHandler }) {
    const authorization = received.route?.authorization;
    if (caller?.kind !== 'lambda' || authorizerCall !== undefined || authorization?.kind !== 'lambda')
      return undefined;
    const { name, ttlSeconds, payload, identitySources, functionName } = authorization.authorizer;
    if (isToolkit || ttlSeconds === 0 || payload === 'rest-token' || cache?.isHit === true) return undefined;
    const code = readHandler?.(functionName.render(received.stage?.variables ?? null));
    const isSource = (part: string, read: string): boolean =>
      identitySources.some(
        ({ kind, name: own }) => kind === part && own.toLowerCase() === read.toLowerCase(),
      );
    const [read] = (code === undefined ? [] : readsOfRequest(code)).filter(
      (one) => one.part !== 'cookie' && has(received, one) && !isSource(one.part, one.name),
    );
    if (read === undefined) return undefined;
    const keys = identitySources.map(
      ({ kind, name: own }) => `${KINDS[kind]} ${kind === 'header' ? spell(own) : own}`,
    );
    const what = nameRead(read);
    return {
      values: { authorizer: name, name: read.name },
      because: [
        `API Gateway caches results of authorizer ${name} for ${ttlSeconds} s, and compares ${keys.length === 0 ? 'nothing of the request' : `only ${listed(keys)}`}. The function of the authorizer reads ${what} at ${read.place}, but ${what} is not an identity source. This request therefore got the result of an earlier request, which may have had another value.`,
      ],
      changes: [
        `Add ${what} to the identity sources of authorizer ${name}, so that each value has its own result; a request without it is then refused with 401. Or have the function called for every request: ${nameUncached(definition, name)}.`,
      ],
    };
  },
};

/** Names the setting that turns the cache of an authorizer off. */
export function nameUncached(definition: Definition | undefined, name: string): string {
  const { form } = definition ?? {};
  if (form === 'sam' || form === 'sam-globals')
    return `Identity: { ReauthorizeEvery: 0 } in Auth.Authorizers.${name}`;
  return `${form === 'serverless' ? 'resultTtlInSeconds' : 'AuthorizerResultTtlInSeconds'}: 0 of the authorizer ${name}`;
}

const KINDS = {
  header: 'the header',
  querystring: 'the query parameter',
  stageVariable: 'the stage variable',
  context: 'the context variable',
} as const;
