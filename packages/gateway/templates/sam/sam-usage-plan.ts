/**
 * Expands `Auth.UsagePlan` of an `AWS::Serverless::Api` to a usage plan with one key. The plan is only for this API, or
 * is shared with other APIs.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
 */
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { onlyIf } from './sam-document.ts';
import { pick, present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

const SHARED = 'Serverless';
const SHARED_CONDITION = 'SharedUsagePlanCondition';
const OF_PLAN = ['UsagePlanName', 'Description', 'Quota', 'Tags', 'Throttle'];

/**
 * Creates the usage plan of an API.
 * @throws DefinitionError for settings that SAM refuses
 */
export function expandUsagePlan(
  expansion: SamExpansion,
  owner: { readonly origin: string; readonly apiId: string; readonly stageId: string },
  plan: Json | undefined,
): void {
  if (plan === undefined) return;
  const { origin, apiId, stageId } = owner;
  const mode = membersOf(plan)['CreateUsagePlan'];
  if (!isJsonObject(plan) || (mode !== 'SHARED' && mode !== 'PER_API' && mode !== 'NONE'))
    return expansion.fail(
      apiId,
      `Auth.UsagePlan.CreateUsagePlan must be SHARED, PER_API or NONE, not ${JSON.stringify(mode ?? null)}`,
    );
  const unknown = Object.keys(plan).find((name) => name !== 'CreateUsagePlan' && !OF_PLAN.includes(name));
  if (unknown !== undefined) expansion.fail(apiId, `unknown property ${unknown} in Auth.UsagePlan`);
  if (mode === 'NONE') return;
  const prefix = mode === 'SHARED' ? SHARED : apiId;
  const [planId, keyId] = [`${prefix}UsagePlan`, `${prefix}ApiKey`];
  const condition = expansion.conditionOf(origin);
  const itself = { ApiId: { Ref: apiId }, Stage: { Ref: stageId } };
  // A shared plan exists if at least one of its APIs exists. It does not contain the stages of APIs that do not exist.
  const stage = mode === 'SHARED' && condition !== undefined ? onlyIf(condition, itself) : itself;
  const shared = mode === 'SHARED' ? expansion.resources.get(planId) : undefined;
  if (isJsonObject(shared)) {
    conditionShared(expansion, [planId, keyId, `${prefix}UsagePlanKey`], condition);
    const known = mapOf(shared, 'Properties');
    const stages = isJsonList(known['ApiStages']) ? known['ApiStages'] : [];
    const Properties = { ...known, ...pick(plan, OF_PLAN), ApiStages: [...stages, stage] };
    expansion.copy(planId, { ...membersOf(expansion.resources.get(planId)), Properties });
    return;
  }
  const make = (logicalId: string, type: string, properties: JsonObject): void => {
    expansion.make(origin, logicalId, type, properties);
  };
  make(planId, 'AWS::ApiGateway::UsagePlan', { ...pick(plan, OF_PLAN), ApiStages: [stage] });
  make(keyId, 'AWS::ApiGateway::ApiKey', { Enabled: true });
  make(`${prefix}UsagePlanKey`, 'AWS::ApiGateway::UsagePlanKey', {
    KeyId: { Ref: keyId },
    KeyType: 'API_KEY',
    UsagePlanId: { Ref: planId },
  });
}

/** Gives the resources of a shared plan the conditions of all its APIs; none if an API has no condition. */
function conditionShared(
  expansion: SamExpansion,
  logicalIds: readonly string[],
  condition: string | undefined,
): void {
  for (const logicalId of logicalIds) {
    const { Condition: known, ...resource } = membersOf(expansion.resources.get(logicalId));
    const isAlways = typeof known !== 'string' || condition === undefined;
    const all = isAlways
      ? undefined
      : known === condition
        ? known
        : expansion.eitherOf(SHARED_CONDITION, known, condition);
    expansion.copy(logicalId, { ...resource, ...present({ Condition: all }) });
  }
}
