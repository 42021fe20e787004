/** Describes the API key, the throttles and the quota of a recorded request. */
import { findKeyElsewhere } from './found-elsewhere.ts';
import { describeRefusal } from '../../core/events/quota-refusal.ts';
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { findByPhysicalId } from './find-places.ts';
import { isMatched } from './describe-guard.ts';
import type { MeterNotes } from '../../core/exchange.ts';
import type { LimitCircumstances, MeterCircumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Redactor } from './redact.ts';

export function describeMeter(
  { received, caller }: RecordedRequest,
  notes: MeterNotes,
  { redactor, stacks }: { readonly redactor: Redactor; readonly stacks: readonly ResolvedStack[] },
): MeterCircumstances | undefined {
  if (!isMatched(received)) return undefined;
  const { holder, keyFault, quotaLeft } = notes;
  const { apiKeySource } = received.stage.deployment;
  const quota = holder?.plan.quota;
  const grant = caller?.kind === 'lambda' ? caller.grant : undefined;
  const acceptedKeys =
    holder === undefined
      ? received.stage.keys.namesFor?.(received.api.apiId, received.stage.name)
      : undefined;
  const keyId =
    holder?.apiKey.id ?? (keyFault !== undefined && 'keyId' in keyFault ? keyFault.keyId : undefined);
  const given = apiKeySource === 'HEADER' ? received.headers.last('x-api-key') : grant?.usageIdentifierKey;
  return {
    keyRequired: received.route.apiKeyRequired,
    keySource: apiKeySource,
    hasApiKey: given !== undefined && given !== '',
    ...(apiKeySource === 'HEADER' && given === undefined && { keyAt: findKeyElsewhere(received) }),
    ...(grant && { refusal: redactor.text(describeRefusal(grant)) }),
    keyId,
    keyFault: keyFault?.kind,
    opens: keyFault?.kind === 'other-stages' ? keyFault.opens : [],
    ...(keyFault?.kind === 'other-stages' && { plans: keyFault.plans }),
    ...(holder === undefined && {
      acceptedKeys,
      stagePlan: findPlanOfStage(received, stacks),
      keyLogicalId: findByPhysicalId(stacks, 'AWS::ApiGateway::ApiKey', keyId ?? '')?.logicalId,
    }),
    ...(given !== undefined && acceptedKeys?.includes(given) === true && { isNameSent: true }),
    planId: holder?.plan.id,
    keyName:
      holder?.apiKey.name ?? (keyFault !== undefined && 'keyName' in keyFault ? keyFault.keyName : undefined),
    planName: holder?.plan.name,
    planStages: stagesOfPlan(holder?.plan.id, stacks),
    quota: quota && { limit: quota.limit, period: quota.period, left: quotaLeft ?? 0 },
    planLimit: limitOf(notes.planLimit, notes.planTokens, holder?.hasOwnLimit?.(received.route.routeKey)),
    routeLimit: limitOf(
      notes.routeLimit,
      notes.routeTokens,
      received.stage.throttle?.hasOwnLimit?.(received.route.routeKey),
    ),
  };
}

function findPlanOfStage(
  { api, stage }: RecordedRequest['received'],
  stacks: readonly ResolvedStack[],
): MeterCircumstances['stagePlan'] {
  const [plan] = stage?.keys.plansFor?.(api.apiId, stage.name) ?? [];
  if (plan === undefined) return undefined;
  const { id, name } = plan;
  return { id, name, logicalId: findByPhysicalId(stacks, 'AWS::ApiGateway::UsagePlan', id)?.logicalId };
}

/** Returns the stages of a plan as `test`, or as `API test` if they belong to several APIs; undefined for one stage. */
function stagesOfPlan(
  planId: string | undefined,
  stacks: readonly ResolvedStack[],
): readonly string[] | undefined {
  const plan = findByPhysicalId(stacks, 'AWS::ApiGateway::UsagePlan', planId ?? '');
  const stages = asList(plan?.properties['ApiStages']).map((one) => membersOf(one));
  if (stages.length < 2) return undefined;
  const isOfOne = new Set(stages.map(({ ApiId }) => asText(ApiId))).size === 1;
  return stages.map(
    ({ ApiId, Stage }) => `${isOfOne ? '' : `${asText(ApiId) ?? ''} `}${asText(Stage) ?? ''}`,
  );
}

function limitOf(
  limit: MeterNotes['planLimit'],
  tokens: number | undefined,
  isOwn: boolean | undefined,
): LimitCircumstances | undefined {
  if (limit === undefined || tokens === undefined) return undefined;
  const { rateLimit: ratePerSecond, burstLimit: burst } = limit;
  return { ratePerSecond, burst, level: Math.floor(tokens * 100) / 100, isOwn };
}
