/**
 * Checks API key, throttle and quota in AWS's order. A refused request takes no token from any bucket and no unit of
 * the quota.
 * reads: route, caller, x-api-key · adds: API key · may answer: no · fails with: INVALID_API_KEY, THROTTLED,
 * QUOTA_EXCEEDED
 * @see docs/aws §1.1 steps 8–9, §5
 */
import { gatewayError } from '../errors.ts';
import type { Defect } from '../defect.ts';
import { describeRefusal } from '../events/quota-refusal.ts';
import type { TokenBucket } from '../metering/token-bucket.ts';
import type { Admitted, Authenticated, KeyHolder, MeterNotes, ServedStage } from '../exchange.ts';
import type { Clock } from '../ports.ts';

export function meter(authenticated: Authenticated, at: { readonly clock: Clock }): Admitted {
  const { route, stage } = authenticated;
  // If the route requires no key, a key that the client sends anyway is neither checked nor counted.
  if (!route.apiKeyRequired && stage.throttle === undefined) return authenticated.admitted(undefined);
  const nowEpochMs = at.clock.nowEpochMs();
  if (authenticated.notes !== undefined) authenticated.notes.metered = nothingMetered();
  const holder = route.apiKeyRequired ? identify(authenticated) : undefined;
  if (authenticated.notes?.metered !== undefined)
    noteLevels(authenticated.notes.metered, authenticated, holder, nowEpochMs);
  // The API key is known from here on, so that it appears in the log line even if the request is refused.
  const admitted = authenticated.admitted(holder?.apiKey);
  const ofPlan = holder?.bucketOf(route.routeKey, nowEpochMs);
  if (holder !== undefined && ofPlan?.isEmpty(nowEpochMs) === true)
    throw throttled(describeKey(holder, authenticated, 'Key throttle limit exceeded', ofPlan));
  if (holder?.isQuotaUsedUp(nowEpochMs) === true) throw quotaExceeded(holder);
  admitByStage(stage, route.routeKey, nowEpochMs);
  ofPlan?.take();
  holder?.count(nowEpochMs);
  return admitted;
}

function nothingMetered(): MeterNotes {
  // The members are listed one by one, because this code runs for every request and an object spread is slower.
  return {
    holder: undefined,
    keyFault: undefined,
    quotaLeft: undefined,
    planTokens: undefined,
    planLimit: undefined,
    routeTokens: undefined,
    routeLimit: undefined,
  };
}

/** Notes the remaining quota and tokens before this request reduces them. */
function noteLevels(
  notes: MeterNotes,
  { stage, route: { routeKey } }: Authenticated,
  holder: KeyHolder | undefined,
  nowEpochMs: number,
): void {
  const ofPlan = holder?.bucketOf(routeKey, nowEpochMs);
  const ofRoute = stage.throttle?.bucketOf(routeKey, nowEpochMs);
  notes.holder = holder;
  notes.quotaLeft = holder?.quotaLeft?.(nowEpochMs);
  notes.planTokens = ofPlan?.level(nowEpochMs);
  notes.planLimit = ofPlan?.limit;
  notes.routeTokens = ofRoute?.level(nowEpochMs);
  notes.routeLimit = ofRoute?.limit;
}

/**
 * Applies the limits for all callers: first the route's limit on this stage, then the account's limit.
 * @throws GatewayError THROTTLED if a limit is exceeded
 */
export function admitByStage(stage: ServedStage, routeKey: string, nowEpochMs: number): void {
  if (stage.throttle === undefined) return;
  const ofRoute = stage.throttle.bucketOf(routeKey, nowEpochMs);
  if (ofRoute?.isEmpty(nowEpochMs) === true)
    throw throttled(
      `route ${routeKey} exceeded the throttle limit of stage ${stage.name}. ${describe(ofRoute)}`,
      { kind: 'throttle', of: 'route' },
    );
  const { account } = stage.throttle;
  if (account?.isEmpty(nowEpochMs) === true)
    throw throttled(`the throttle limit of the account is exceeded. ${describe(account)}`, {
      kind: 'throttle',
      of: 'account',
    });
  ofRoute?.take();
  account?.take();
}

function identify(authenticated: Authenticated): KeyHolder {
  const { api, stage, caller, headers } = authenticated;
  const isFromAuthorizer = stage.deployment.apiKeySource === 'AUTHORIZER';
  const value = isFromAuthorizer
    ? caller.kind === 'lambda'
      ? caller.grant.usageIdentifierKey
      : undefined
    : headers.last('x-api-key');
  if (value === undefined || value === '')
    throw invalidKey(
      isFromAuthorizer
        ? `the authorizer returned no usageIdentifierKey${caller.kind === 'lambda' ? describeRefusal(caller.grant) : ''}`
        : 'the x-api-key header is missing',
    );
  const holder = stage.keys.holderOf(api.apiId, stage.name, value);
  if (holder === undefined) {
    if (authenticated.notes?.metered !== undefined)
      authenticated.notes.metered.keyFault = stage.keys.findKeyFault?.(api.apiId, stage.name, value);
    throw invalidKey(
      `API Key ${mask(value)} is unknown, disabled, or in no usage plan for ${api.apiId}/${stage.name}`,
    );
  }
  return holder;
}

/** Describes the API key in the words of AWS's execution log [kc]. */
function describeKey(
  { apiKey, plan }: KeyHolder,
  { api, stage, route }: Authenticated,
  what: string,
  bucket: TokenBucket,
): string {
  const method = route.routeKey.split(' ')[0] ?? '';
  return (
    `API Key ${mask(apiKey.value)} exceeded throttle limit for API Stage ${api.apiId}/${stage.name}: ${what} for ` +
    `Usage Plan ID ${plan.id}, RestApi ${api.apiId}, Stage ${stage.name}, Resource ${route.resourcePath}, ` +
    `HttpMethod ${method}. ${describe(bucket)}`
  );
}

function describe({ limit }: TokenBucket): string {
  return `Limit: ${limit.rateLimit.toFixed(2)} Burst: ${limit.burstLimit}`;
}

/** Hides a key except for its last characters, as logs do. */
function mask(value: string): string {
  return `****${value.slice(-3)}`;
}

function throttled(reason: string, defect?: Defect): Error {
  return gatewayError('THROTTLED', { source: 'client', reason, ...(defect !== undefined && { defect }) });
}

function quotaExceeded({ apiKey, plan }: KeyHolder): Error {
  const limits = plan.quota === undefined ? '' : ` Limit: ${plan.quota.limit} Period: ${plan.quota.period}`;
  return gatewayError('QUOTA_EXCEEDED', {
    source: 'client',
    reason: `API Key ${mask(apiKey.value)}: Key quota exhausted for Usage Plan ID ${plan.id}.${limits}`,
  });
}

function invalidKey(reason: string): Error {
  return gatewayError('INVALID_API_KEY', { source: 'client', reason });
}
