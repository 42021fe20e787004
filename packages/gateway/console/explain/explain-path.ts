/** Tells what had happened to a request before the phase that decided: its release, its caller, and what it was charged. */
import { nameOfKey, nameOfPlan } from './explain-meter.ts';
import { formatDuration } from './reason.ts';
import type { Circumstances, LeftUnits } from './circumstances.ts';

/** Describes the phases that succeeded before the deciding phase. */
export function describePath(about: Circumstances): string[] {
  const { routeKey, screened, guard, meter, cache, phase, code } = about;
  const way = describeRelease(about);
  if (routeKey !== undefined && code !== undefined) way.push(`It matched the route ${routeKey}.`);
  way.push(...screened);
  const isPast = !['screen', 'match', 'preflight', 'authenticate', 'authorize'].includes(phase);
  if (guard !== undefined && isPast && guard.kind !== 'none') way.push(describeCaller(guard));
  if (guard?.decided?.outcome === 'allow' && isPast) way.push(...describeLeft(guard.decided));
  if (meter?.planId !== undefined && phase !== 'meter')
    way.push(`${nameOfKey(meter)} of ${nameOfPlan(meter)} was within its limits.`);
  if (cache?.isHit === true)
    way.push(
      `The response came from the stage’s cache and was ${formatDuration(cache.ageMs ?? 0)} old; the integration was not called.`,
    );
  return way;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html */
function describeRelease({ release, stageName = '' }: Circumstances): string[] {
  if (release === undefined) return [];
  const { isCanary, deploymentId } = release;
  const which = deploymentId === undefined ? '' : ` (deployment ${deploymentId})`;
  return [
    isCanary
      ? `The request went to the canary of the stage ${stageName}${which}.`
      : `The request went to the stage ${stageName} itself${which}, not to its canary.`,
  ];
}

/** Names the customer plan that the authorizer charged, and the units that were left. */
function describeLeft({
  plan,
  customer,
  left = [],
}: NonNullable<NonNullable<Circumstances['guard']>['decided']>): string[] {
  if (plan === undefined || left.length === 0) return [];
  const whose = customer === undefined ? '' : ` of the customer ${customer}`;
  return [`The plan ${plan}${whose} was charged; units left: ${printLeft(left)}.`];
}

/** A reply does not name the plan. */
export function describeLeftOfReply({ integration }: Circumstances): string[] {
  const { left = [] } = integration ?? {};
  return left.length === 0
    ? []
    : [`The RateLimit header of the reply says how many units are left: ${printLeft(left)}.`];
}

function printLeft(left: readonly LeftUnits[]): string {
  return left
    .map(({ limit, left: count, of }) => `${limit} ${count}${of === undefined ? '' : ` of ${of}`}`)
    .join(', ');
}

/** @see docs/aws §4.3, and api-gateway-lambda-authorizer-output, which asks for both members */
const WITHOUT_PRINCIPAL =
  ' Its result has a policy, but no principalId, which AWS’s documentation requires; some reports say that API Gateway accepts such a result, as the gateway does, others that it answers 500. Return a principalId that is not empty.';

function describeCaller({
  kind,
  name,
  principal,
  from,
  ageMs,
  decided,
  simpleAnswer,
}: NonNullable<Circumstances['guard']>): string {
  const key = decided?.key === undefined ? '' : ` (key ${decided.key})`;
  // A simple response of an HTTP API names nobody.
  const who = decided?.customer === undefined ? principal : `the customer ${decided.customer}${key}`;
  if (kind === 'iam') return `The signature is valid: the caller is ${who ?? 'the signer'}.`;
  if (kind === 'token')
    return `Authorizer ${name} accepted the token${who === undefined ? '' : ` of ${who}`}.`;
  if (from === 'cache')
    return `Authorizer ${name} was not called, because its result${who === undefined ? '' : ` for ${who}`}, ${formatDuration(ageMs ?? 0)} old, was cached.`;
  return who === undefined
    ? `Authorizer ${name} admitted the request, without naming a caller.${simpleAnswer === undefined ? WITHOUT_PRINCIPAL : ''}`
    : `Authorizer ${name} identified the caller: ${who}.`;
}
