/**
 * Usage plans and their keys in AWS's REST API.
 * @see API Gateway API reference, "CreateUsagePlan" and related calls
 */
import { badRequest, notFound } from '../../control-error.ts';
import { readPatch } from '../../edits/patch.ts';
import { PLAN_RULES } from './plan-patch.ts';
import { readMethodThrottles, readQuota, readThrottle } from './plan-shape.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { showOwn } from './field-table.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { collectionRoutes } from './wire-collection.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { objectList, optionalObject, optionalText, requiredText, textMap } from './wire-shape.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Account } from '../../account.ts';
import type { ApiKey } from '../../metering/api-keys.ts';
import type { PlanStage, UsagePlan } from '../../metering/usage-plans.ts';
import type { Random } from '../../../core/ports.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;

type HasStage = (apiId: string, stageName: string) => boolean;

export function planRoutes(account: Account, random: Random, hasStage: HasStage): readonly WireRoute[] {
  return [...crudRoutes(account, random, hasStage), ...planKeyRoutes(account)];
}

function crudRoutes(account: Account, random: Random, hasStage: HasStage): readonly WireRoute[] {
  const put = (plan: UsagePlan): void => {
    refuseUnknownStages(plan, hasStage);
    account.plans.put(plan);
  };
  return [
    {
      method: 'POST',
      path: '/usageplans',
      serve({ body }) {
        const plan = createPlan(body, random.hex(ID_LENGTH));
        put(plan);
        return jsonReply(201, showPlan(plan, Object.keys(plan.tags).length > 0));
      },
    },
    {
      method: 'GET',
      path: '/usageplans',
      serve({ query }) {
        const keyId = query.get('keyId');
        const plans = account.plans.all.filter(
          ({ id }) => keyId === null || account.plans.findKey(id, keyId) !== undefined,
        );
        return listReply(
          plans.map((plan) => showPlan(plan, false)),
          query,
        );
      },
    },
    {
      method: 'GET',
      path: '/usageplans/{usagePlanId}',
      serve: ({ path }) => jsonReply(200, showPlan(account.plans.get(path('usagePlanId')), true)),
    },
    {
      method: 'PATCH',
      path: '/usageplans/{usagePlanId}',
      serve({ path, body }) {
        const plan = account.plans.get(path('usagePlanId'));
        const patched = readPatch(body, 'updateUsagePlanInput', PLAN_RULES)(plan);
        put(patched);
        return jsonReply(200, showPlan(patched, true));
      },
    },
    {
      method: 'DELETE',
      path: '/usageplans/{usagePlanId}',
      serve({ path }) {
        const plan = account.plans.get(path('usagePlanId'));
        const [first] = plan.apiStages;
        if (first !== undefined)
          // AWS's wording (aws/aws-sdk-js#3841).
          throw badRequest(
            `Cannot delete Usage Plan ${plan.id} because there are API Stages associated with it, including ${first.apiId}:${first.stage}`,
          );
        account.plans.delete(plan.id);
        return emptyReply(202);
      },
    },
  ];
}

function planKeyRoutes(account: Account): readonly WireRoute[] {
  const get = ({ path }: WireCall): ApiKey =>
    account.keys.get(account.plans.getKey(path('usagePlanId'), path('keyId')).keyId);
  return collectionRoutes({
    all: '/usageplans/{usagePlanId}/keys',
    one: '/usageplans/{usagePlanId}/keys/{keyId}',
    show: showPlanKey,
    create({ path, body }) {
      const plan = account.plans.get(path('usagePlanId'));
      if (requiredText(body, 'keyType') !== 'API_KEY')
        throw badRequest('Invalid Usage Plan Key type. Must be one of: [API_KEY]');
      const key = account.keys.get(requiredText(body, 'keyId'));
      account.plans.join(plan.id, account.makePlanKey(key.id));
      return key;
    },
    list({ path, query }) {
      const name = query.get('name');
      // A plan that does not exist has no keys [obs].
      const keys = account.plans.keysOf(path('usagePlanId')).map(({ keyId }) => account.keys.get(keyId));
      return keys.filter((key) => name === null || key.name?.startsWith(name) === true);
    },
    get,
    remove({ path }) {
      const { keyId } = account.plans.getKey(path('usagePlanId'), path('keyId'));
      account.plans.leave(path('usagePlanId'), keyId);
    },
  });
}

function createPlan(body: WireCall['body'], id: string): UsagePlan {
  const throttle = optionalObject(body, 'throttle');
  const quota = optionalObject(body, 'quota');
  return {
    id,
    name: requiredText(body, 'name'),
    description: optionalText(body, 'description'),
    productCode: undefined,
    apiStages: objectList(body, 'apiStages').map(readPlanStage),
    throttle: throttle === undefined ? undefined : readThrottle(throttle),
    quota: quota === undefined ? undefined : readQuota(quota),
    tags: textMap(body, 'tags'),
  };
}

/** AWS's words have placeholders that AWS does not fill (aws/aws-sdk#354). */
const INCOMPLETE_STAGE = 'Invalid API Stage {api: %s, stage: %s} specified for usageplan %s';

function readPlanStage(given: UnknownMembers): PlanStage {
  const apiId = optionalText(given, 'apiId') ?? '';
  const stage = optionalText(given, 'stage') ?? '';
  if (apiId === '' || stage === '') throw badRequest(INCOMPLETE_STAGE);
  return { apiId, stage, throttle: readMethodThrottles(optionalObject(given, 'throttle') ?? {}) };
}

function refuseUnknownStages({ apiStages }: UsagePlan, hasStage: HasStage): void {
  for (const { apiId, stage } of apiStages)
    if (!hasStage(apiId, stage)) throw notFound(`API Stage not found: ${apiId}:${stage}`);
}

function showPlan(plan: UsagePlan, withTags: boolean): object {
  return {
    id: plan.id,
    ...showOwn(plan, REST_TYPES['AWS::ApiGateway::UsagePlan'].fields),
    productCode: plan.productCode,
    apiStages: plan.apiStages.map(({ apiId, stage, throttle }) =>
      Object.keys(throttle).length === 0 ? { apiId, stage } : { apiId, stage, throttle },
    ),
    tags: withTags ? plan.tags : undefined,
  };
}

function showPlanKey({ id, value, name }: ApiKey): object {
  return { id, type: 'API_KEY', value, name };
}
