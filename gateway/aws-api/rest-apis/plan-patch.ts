/** What of a usage plan may be patched. @see API Gateway developer guide, "Patch operations", "UsagePlan" */
import { badRequest, conflict, notFound } from '../../control/control-error.ts';
import { readAmount, readPeriod } from './plan-shape.ts';
import type { PatchInput, PatchRule } from '../../control/patch.ts';
import type { PlanStage, UsagePlan } from '../../control/usage-plans.ts';
import type { QuotaLimit } from '../../metering/quota.ts';
import type { ThrottleLimit } from '../../metering/token-bucket.ts';

type Change = (plan: UsagePlan, input: PatchInput) => UsagePlan;

const NO_THROTTLE: ThrottleLimit = { rateLimit: 0, burstLimit: 0 };

const setText =
  (field: 'name' | 'description' | 'productCode'): Change =>
  (plan, { value }) => ({ ...plan, [field]: value });

const setLimit =
  (half: keyof ThrottleLimit): Change =>
  (plan, { value }) => ({ ...plan, throttle: withHalf(plan.throttle, half, value) });

function withHalf(limit: ThrottleLimit | undefined, half: keyof ThrottleLimit, value: string): ThrottleLimit {
  return { ...(limit ?? NO_THROTTLE), [half]: readAmount(value, half, half === 'burstLimit') };
}

const setQuota =
  (change: (value: string) => Partial<QuotaLimit>): Change =>
  (plan, { value }) => ({
    ...plan,
    quota: { ...(plan.quota ?? { limit: 0, offset: 0, period: 'DAY' }), ...change(value) },
  });

/** `{apiId}:{stage}` */
function splitStage(text: string): { readonly apiId: string; readonly stage: string } {
  const [apiId = '', stage = '', ...rest] = text.split(':');
  if (apiId === '' || stage === '' || rest.length > 0) throw notFound(`API Stage not found: ${text}`);
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

const removeStage: Change = (plan, { value }) => {
  if (!plan.apiStages.some(isNamed(value))) throw notFound(`API Stage not found: ${value}`);
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

/** `/pets/{id}` and `GET` → `/pets/{id}/GET`. */
function methodName({ resource = '', method = '' }: PatchInput['names']): string {
  return `${resource.startsWith('/') ? resource : `/${resource}`}/${method}`;
}

const setMethodLimit =
  (half: keyof ThrottleLimit): Change =>
  (plan, { names, value }) =>
    changeStage(plan, names['stage'] ?? '', (throttle) => ({
      ...throttle,
      [methodName(names)]: withHalf(throttle[methodName(names)], half, value),
    }));

const removeMethodLimit: Change = (plan, { names }) =>
  changeStage(plan, names['stage'] ?? '', (throttle) => {
    if (!Object.hasOwn(throttle, methodName(names))) throw badRequest('Invalid method throttle specified');
    return Object.fromEntries(Object.entries(throttle).filter(([name]) => name !== methodName(names)));
  });

const METHOD = '/apiStages/{stage}/throttle/{resource}/{method}';

export const PLAN_RULES: readonly PatchRule<UsagePlan>[] = [
  { path: '/name', on: { replace: setText('name') } },
  {
    path: '/description',
    on: { replace: setText('description'), remove: (plan) => ({ ...plan, description: undefined }) },
  },
  {
    path: '/productCode',
    on: {
      add: setText('productCode'),
      replace: setText('productCode'),
      remove: (plan) => ({ ...plan, productCode: undefined }),
    },
  },
  { path: '/apiStages', on: { add: addStage, remove: removeStage } },
  {
    path: '/apiStages/{stage}/throttle',
    on: { remove: (plan, { names }) => changeStage(plan, names['stage'] ?? '', () => ({})) },
  },
  { path: METHOD, on: { remove: removeMethodLimit } },
  ...(['rateLimit', 'burstLimit'] as const).flatMap((half): PatchRule<UsagePlan>[] => [
    { path: `/throttle/${half}`, on: { add: setLimit(half), replace: setLimit(half) } },
    { path: `${METHOD}/${half}`, on: { add: setMethodLimit(half), replace: setMethodLimit(half) } },
  ]),
  { path: '/throttle', on: { remove: (plan) => ({ ...plan, throttle: undefined }) } },
  {
    path: '/quota/limit',
    on: {
      add: setQuota((value) => ({ limit: readAmount(value, 'limit', true) })),
      replace: setQuota((value) => ({ limit: readAmount(value, 'limit', true) })),
    },
  },
  {
    path: '/quota/offset',
    on: {
      add: setQuota((value) => ({ offset: readAmount(value, 'offset', true) })),
      replace: setQuota((value) => ({ offset: readAmount(value, 'offset', true) })),
    },
  },
  {
    path: '/quota/period',
    on: {
      add: setQuota((value) => ({ period: readPeriod(value) })),
      replace: setQuota((value) => ({ period: readPeriod(value) })),
    },
  },
  { path: '/quota', on: { remove: (plan) => ({ ...plan, quota: undefined }) } },
];
