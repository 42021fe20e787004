/**
 * Describes the API keys, usage plans and throttles that apply to a request, from its log line and the control plane.
 * All functions are pure.
 */
import { QUOTA_REFUSAL } from '@gatewright/aws/access-decision';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { MeterCircumstances } from '../../../gateway/engine/index.ts';
import { memberAt } from '../../terminal/aws-call.ts';
import { methodSettingOf } from '../attach/live-api.ts';
import type { LiveApi, LiveRoute } from '../attach/live-api.ts';
import type { LogFields } from './log-line.ts';

export type KeyFacts = {
  readonly id: string;
  readonly name?: string | undefined;
  readonly isEnabled: boolean;
  readonly plan:
    | {
        readonly id: string;
        readonly name?: string | undefined;
        readonly quota?: { readonly limit: number; readonly period: string };
        readonly throttle?: { readonly rate: number; readonly burst: number };
      }
    | undefined;
  readonly opens: readonly string[];
};

/** Describes the API key, the usage plans and the throttles that apply to a request; undefined if none are known. */
export function describeMeter(
  { fields, live }: { readonly fields: LogFields; readonly live: LiveApi },
  route: LiveRoute | undefined,
  key: KeyFacts | undefined,
): MeterCircumstances | undefined {
  if (route === undefined) return undefined;
  if (live.kind !== 'rest') return describeV2Meter(fields, live, route);
  const setting = methodSettingOf(live, route);
  const rate = Number(setting['throttlingRateLimit']);
  const burst = Number(setting['throttlingBurstLimit']);
  const isThrottled = fields.get('error.responseType') === 'THROTTLED';
  const { plan } = key ?? {};
  const here = `${live.apiId}/${live.stage}`;
  return {
    keyRequired: route.apiKeyRequired,
    keySource: live.api['apiKeySource'] === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    hasApiKey: key !== undefined || fields.has('identity.apiKey') || fields.has('identity.apiKeyId'),
    ...refusalOf(fields),
    keyId: key?.id,
    keyName: key?.name,
    planName: plan?.name,
    keyFault:
      key === undefined
        ? 'unknown'
        : !key.isEnabled
          ? 'disabled'
          : key.opens.length === 0
            ? 'no-plan'
            : key.opens.includes(here)
              ? undefined
              : 'other-stages',
    opens: key?.opens ?? [],
    planId: plan?.id,
    quota: plan?.quota && { ...plan.quota, left: 0 },
    planLimit:
      plan?.throttle && isThrottled && Number.isNaN(rate)
        ? { ratePerSecond: plan.throttle.rate, burst: plan.throttle.burst, level: 0 }
        : undefined,
    routeLimit: isThrottled && !Number.isNaN(rate) ? { ratePerSecond: rate, burst, level: 0 } : undefined,
  };
}

/** Returns the reason from the toolkit's authorizers. For a request that the quota refuses, they return no API key. */
function refusalOf(fields: LogFields): Pick<MeterCircumstances, 'refusal'> {
  const said = fields.get(`authorizer.${QUOTA_REFUSAL}`);
  return said === undefined ? {} : { refusal: `: ${said}` };
}

/**
 * Describes the throttle of a request to an HTTP or WebSocket API, which have no usage plans. If the route does not
 * have a throttle of its own, the throttle of the stage applies.
 */
function describeV2Meter(
  fields: LogFields,
  { stageShown }: LiveApi,
  route: LiveRoute,
): MeterCircumstances | undefined {
  if (fields.get('status') !== '429') return undefined;
  const own = memberAt(stageShown, 'routeSettings', route.key);
  const settings = isJsonObject(own) ? own : stageShown['defaultRouteSettings'];
  const rate = Number(memberAt(settings, 'throttlingRateLimit'));
  const burst = Number(memberAt(settings, 'throttlingBurstLimit'));
  return {
    keyRequired: route.apiKeyRequired,
    keySource: 'HEADER',
    hasApiKey: false,
    keyId: undefined,
    keyFault: undefined,
    opens: [],
    planId: undefined,
    quota: undefined,
    planLimit: undefined,
    routeLimit: Number.isNaN(rate) ? undefined : { ratePerSecond: rate, burst, level: 0 },
  };
}
