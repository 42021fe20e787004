/** Explains authorizer results that were cached for another request, so the function did not see this request. */
import { lowerFirst } from '@gatewright/aws/violations';
import { formatDuration, list, listed } from './reason.ts';
import { flushCommand } from './explain-access.ts';
import { splitArn } from './policy-advice.ts';
import type { Circumstances, GuardCircumstances, GuardPolicy } from './circumstances.ts';
import type { Reason } from './reason.ts';

/**
 * Names the route or the request for which the cached result was made. Returns undefined if the function was called for
 * this request or an equal one.
 */
export function nameOtherRequest({ guard, routeKey }: Circumstances): string | undefined {
  if (guard?.from !== 'cache') return undefined;
  return isOfOtherRoute(guard, routeKey) ? guard.givenFor : guard.madeFor?.request;
}

function isOfOtherRoute({ givenFor }: GuardCircumstances, routeKey: string | undefined): boolean {
  return givenFor !== undefined && givenFor !== routeKey;
}

/** Advises on a refusal that the function decided for another request. */
export function adviseIfByRequest(about: Circumstances): string[] {
  const { guard, routeKey } = about;
  const other = nameOtherRequest(about);
  if (guard === undefined || other === undefined) return [];
  const by = isOfOtherRoute(guard, routeKey) ? 'route' : 'path';
  const why =
    guard.routeReadAt === undefined
      ? `If the function decides by ${by}, its decision`
      : `The function reads the route or path at ${guard.routeReadAt}, so its decision`;
  return [`${why} about ${other} says nothing about this request. ${adviseOwnResults(guard, about, by)}`];
}

/**
 * Advises how the authorizer's result can be cached separately for each route, or for each path.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
 */
export function adviseOwnResults(
  { name, isTokenType }: Pick<GuardCircumstances, 'name' | 'isTokenType'>,
  { protocol, definition }: Pick<Circumstances, 'protocol' | 'definition'>,
  by: keyof typeof OWN = 'route',
): string {
  const { gain, ...own } = OWN[by];
  const isSam = definition?.form === 'sam' || definition?.form === 'sam-globals';
  if (isSam && isTokenType !== true) {
    const names = (protocol === 'rest' ? own.rest : own.http).join(', ');
    return `Add Context: [${names}] to the Identity of the authorizer, in Auth.Authorizers.${name}. ${gain}`;
  }
  if (protocol !== 'rest')
    return `Add ${listed(own.http.map((name) => `$context.${name}`))} to the identity sources of the authorizer. ${gain}`;
  const sources = listed(own.rest.map((name) => `context.${name}`));
  return isTokenType === true
    ? `Replace the authorizer with a REQUEST authorizer that uses the token’s header${own.rest.length > 1 ? ', ' : ' and '}${sources} as identity sources. ${gain}`
    : `Add ${sources} to the identity sources of the authorizer. ${gain}`;
}

/** The variables of the context that separate the results, in a REST API and in an HTTP API. */
const OWN = {
  route: {
    rest: ['httpMethod', 'resourcePath'],
    http: ['routeKey'],
    gain: 'Each route then has its own result.',
  },
  path: { rest: ['path'], http: ['path'], gain: 'Each path then has its own result.' },
  // The ARN of a request has its path, and not the path of its route.
  request: {
    rest: ['httpMethod', 'path'],
    http: ['httpMethod', 'path'],
    gain: 'Each method and path then has its own result.',
  },
} as const;

/**
 * Explains a common mistake on AWS: the policy names only the request that was made first, but is cached for all
 * requests with the same credential. Returns undefined if the policy has another fault.
 */
export function explainNarrow(about: Circumstances, policy: GuardPolicy): Reason | undefined {
  const { guard, routeKey } = about;
  const other = nameOtherRequest(about);
  if (guard === undefined || routeKey === undefined || other === undefined) return undefined;
  const allowed = policy.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ resources }) => resources);
  if (!isNarrow(about, guard, policy, allowed)) return undefined;
  const isOfRoute = isOfOtherRoute(guard, routeKey);
  const missing = isOfRoute ? policy.resource : coverPaths(policy.resource, routeKey);
  const covered = isOfRoute
    ? `lists every route that this caller may call: ${missing} must be among its resources`
    : `covers every path that this caller may call, for example with the Resource ${missing}`;
  return {
    because: [
      `Authorizer ${guard.name} was not called, because its result from ${formatDuration(guard.ageMs ?? 0)} before this request, for ${other}, is cached for ${guard.ttlSeconds} s and applies to ${describeScope(guard)}.`,
      `The cached policy allows only ${list(allowed)}; the ARN of ${isOfRoute ? routeKey : 'this request'} is ${policy.resource}.${guard.madeFor !== undefined && isOnly(allowed, guard.madeFor.arn) ? ' The policy names only the request for which the function was called, so it does not say whether the function would allow this request.' : ''}`,
    ],
    changes: [
      `If the caller should have access, make the authorizer return a policy that ${covered}${describeInCode(guard, missing)}.`,
      `Or keep such policies: ${lowerFirst(adviseOwnResults(guard, about, isOfRoute ? 'request' : 'path'))}`,
      `The current result is used for at most ${guard.ttlSeconds} s, even if the function has been changed in the meantime. To end it earlier, flush the authorizer’s cache: ${flushCommand(about)}.`,
    ],
  };
}

/** Says to which requests a cached result applies: those with the same values of the identity sources. */
function describeScope({ places }: GuardCircumstances): string {
  const ofContext = places.filter(({ kind }) => kind === 'context').map(({ name }) => name);
  return ofContext.length === 0
    ? 'all its routes and paths'
    : `all requests with the same ${listed(places.map(({ kind, name }) => (kind === 'context' ? `context.${name}` : `${kind} ${name}`)))}`;
}

function isNarrow(
  { routeKey = '' }: Circumstances,
  guard: GuardCircumstances,
  policy: GuardPolicy,
  allowed: readonly string[],
): boolean {
  if (policy.of !== 'authorizer') return false;
  if (guard.madeFor !== undefined && isOnly(allowed, guard.madeFor.arn)) return true;
  // Rules may intentionally restrict a caller to its own resources.
  if (!isOfOtherRoute(guard, routeKey) || allowed.some((arn) => isOfRoute(arn, routeKey))) return false;
  return policy.statements.some(
    ({ effect, fails, resources }) =>
      effect === 'Allow' &&
      fails.length === 1 &&
      fails[0] === 'resource' &&
      resources.every((arn) => !arn.endsWith('/*')),
  );
}

function isOnly(resources: readonly string[], arn: string): boolean {
  return resources.length > 0 && resources.every((one) => one === arn);
}

/** Returns whether the ARN `…/dev/GET/users/carl` matches `GET /users/{id}`. */
function isOfRoute(arn: string, routeKey: string): boolean {
  const [method = '', path = ''] = routeKey.split(' ');
  const [, , verb, ...given] = arn.split('/');
  const wanted = path.split('/').slice(1);
  if (verb !== method || given.length !== wanted.length) return false;
  return wanted.every((segment, index) => /^\{.*\}$/.test(segment) || segment === given[index]);
}

/** Returns the ARN with a `*` for each parameter in the path of the route. */
function coverPaths(arn: string, routeKey: string): string {
  const { rest = '' } = splitArn(arn) ?? {};
  const [, path = '/*'] = routeKey.split(' ');
  const pattern = `${rest.split('/', 1)[0] ?? ''}${path.replaceAll(/\{[^}]*\}/g, '*')}`;
  return arn.slice(0, arn.length - rest.length) + pattern;
}

/** A function knows the API only by the ARN in its event. */
function describeInCode({ isPayload2 }: GuardCircumstances, arn: string): string {
  const { rest } = splitArn(arn) ?? {};
  return rest === undefined
    ? ''
    : ` (in code: ${isPayload2 === true ? 'routeArn' : 'methodArn'} of the event up to the stage, and then /${rest})`;
}
