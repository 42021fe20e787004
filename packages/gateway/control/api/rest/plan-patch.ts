/**
 * Patches a usage plan.
 * @see API Gateway developer guide, "Patch operations", "UsagePlan"
 */
import { badRequest, conflict, notFound } from '../../control-error.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { readQuota, readThrottle } from './plan-shape.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { PatchInput, PatchRule } from '../../edits/patch.ts';
import type { PlanStage, UsagePlan } from '../../metering/usage-plans.ts';
import type { Field } from '../../resource-types/fields.ts';

type Change = (plan: UsagePlan, input: PatchInput) => UsagePlan;

const { fields: FIELDS } = REST_TYPES['AWS::ApiGateway::UsagePlan'];

const without =
  ({ wire }: Field): Change =>
  (plan) => ({ ...plan, [wire]: undefined });

/** Creates a rule to replace a string, and to remove it. Only the name cannot be removed. */
function textRule(text: Field): PatchRule<UsagePlan> {
  const path = `/${text.wire}`;
  const set: Change = (plan, { value }) => ({ ...plan, [text.wire]: value });
  return { path, on: text.wire === 'name' ? { replace: set } : { replace: set, remove: without(text) } };
}

const setProductCode: Change = (plan, { value }) => ({ ...plan, productCode: value });

/** The product code for AWS Marketplace. Templates have no such property. */
const PRODUCT_CODE: PatchRule<UsagePlan> = {
  path: '/productCode',
  on: {
    add: setProductCode,
    replace: setProductCode,
    remove: (plan) => ({ ...plan, productCode: undefined }),
  },
};

/**
 * Creates the rules that patch each part of a limit, and the whole limit. A part that a plan does not have yet is 0,
 * and the period is DAY.
 */
function limitRules(limit: Field): readonly PatchRule<UsagePlan>[] {
  const read = limit.wire === 'quota' ? readStartedQuota : readThrottle;
  const rules = (limit.fields ?? []).map(({ wire }): PatchRule<UsagePlan> => {
    const set: Change = (plan, { value }) => ({
      ...plan,
      [limit.wire]: read({ ...plan[limit.wire === 'quota' ? 'quota' : 'throttle'], [wire]: value }),
    });
    return { path: `/${limit.wire}/${wire}`, on: { add: set, replace: set } };
  });
  return [...rules, { path: `/${limit.wire}`, on: { remove: without(limit) } }];
}

const readStartedQuota = (fields: UnknownMembers) => readQuota({ period: 'DAY', ...fields });

/**
 * Splits a string of the form `{apiId}:{stage}`. If a string has more parts, the error message shows only the first two
 * (boto/boto3#825).
 */
function splitStage(text: string): { readonly apiId: string; readonly stage: string } {
  const [apiId = '', stage = '', ...rest] = text.split(':');
  if (apiId === '' || stage === '' || rest.length > 0)
    throw notFound(`API Stage not found: ${text.split(':', 2).join(':')}`);
  return { apiId, stage };
}

const isNamed =
  (text: string) =>
  ({ apiId, stage }: PlanStage): boolean =>
    `${apiId}:${stage}` === text;

const addStage: Change = (plan, { value }) => {
  if (plan.apiStages.some(isNamed(value))) throw conflict(`API Stage ${value} is already in the usage plan`);
  return { ...plan, apiStages: [...plan.apiStages, { ...splitStage(value), throttle: {} }] };
};

/**
 * Removes an API stage. The refusals differ from the refusals of `addStage` [obs: apigateway, test_usage_plan_crud].
 */
const removeStage: Change = (plan, { value }) => {
  const [, apiId, stage] = /^([^:]+):([^:]+)$/.exec(value) ?? [];
  if (apiId === undefined) throw badRequest('Invalid API Stage specified');
  if (!plan.apiStages.some(isNamed(value)))
    throw notFound(`Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${plan.id}`);
  return { ...plan, apiStages: plan.apiStages.filter((stage) => !isNamed(value)(stage)) };
};

function changeStage(
  plan: UsagePlan,
  name: string,
  change: (throttle: PlanStage['throttle']) => PlanStage['throttle'],
): UsagePlan {
  if (!plan.apiStages.some(isNamed(name))) throw notFound(`API Stage not found: ${name}`);
  return {
    ...plan,
    apiStages: plan.apiStages.map((stage) =>
      isNamed(name)(stage) ? { ...stage, throttle: change(stage.throttle) } : stage,
    ),
  };
}

function methodName({ resource = '', method = '' }: PatchInput['names']): string {
  return `${resource.startsWith('/') ? resource : `/${resource}`}/${method}`;
}

const setMethodLimit =
  (half: string): Change =>
  (plan, { names, value }) =>
    changeStage(plan, names['stage'] ?? '', (throttle) => ({
      ...throttle,
      [methodName(names)]: readThrottle({ ...throttle[methodName(names)], [half]: value }),
    }));

const removeMethodLimit: Change = (plan, { names }) =>
  changeStage(plan, names['stage'] ?? '', (throttle) => {
    if (!Object.hasOwn(throttle, methodName(names))) throw badRequest('Invalid method throttle specified');
    return Object.fromEntries(Object.entries(throttle).filter(([name]) => name !== methodName(names)));
  });

/**
 * The path of a method's throttle. Terraform's provider writes the resource unescaped: `…/throttle//pets/{id}/GET` (its
 * usage_plan.go).
 */
const METHOD = '/apiStages/{stage}/throttle/{resource+}/{method}';

export const PLAN_RULES: readonly PatchRule<UsagePlan>[] = [
  ...FIELDS.flatMap((one) => (one.kind === 'block' ? limitRules(one) : textRule(one))),
  PRODUCT_CODE,
  { path: '/apiStages', on: { add: addStage, remove: removeStage } },
  {
    path: '/apiStages/{stage}/throttle',
    on: { remove: (plan, { names }) => changeStage(plan, names['stage'] ?? '', () => ({})) },
  },
  ...['rateLimit', 'burstLimit'].map((half): PatchRule<UsagePlan> => {
    const set = setMethodLimit(half);
    return { path: `${METHOD}/${half}`, on: { add: set, replace: set } };
  }),
  // This rule comes after the rules for rate and burst, because its pattern would read those two words as methods.
  { path: METHOD, on: { remove: removeMethodLimit } },
];
