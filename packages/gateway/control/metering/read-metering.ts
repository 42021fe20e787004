import { DefinitionError, REFUSING } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { makeId } from '@gatewright/aws/physical-ids';
import {
  readBlock,
  readFlag,
  readInteger,
  readText,
  requireValid,
} from '../../core/deployment/properties.ts';
import { readThrottle } from '../../core/deployment/stage/throttle.ts';
import { checkKeyName } from './api-keys.ts';
import { ControlError } from '../control-error.ts';
import { toControlResource } from '../control-resource.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { PropertyBag } from '../../core/deployment/properties.ts';
import type { PlanQuota } from '../../core/metering/quota.ts';
import { QUOTA_PERIODS, WRONG_PERIOD } from '../../core/metering/quota-period.ts';
import type { ThrottleLimit } from '../../core/metering/token-bucket.ts';
import type { ApiKey } from './api-keys.ts';
import type { PlanStage, UsagePlan } from './usage-plans.ts';

/** Runs an action for a definition. If AWS's check fails, the error names the file and resource of the definition. */
type Attempt = { readonly attempt: (action: () => void) => void };

export type DefinedMetering = {
  readonly keys: readonly (Omit<ApiKey, 'createdAtEpochMs' | 'updatedAtEpochMs'> & Attempt)[];
  readonly plans: readonly (UsagePlan & Attempt)[];
  readonly planKeys: readonly ({ readonly planId: string; readonly keyId: string } & Attempt)[];
};

type Owned = PropertyBag & { readonly stackName: string };

/** The length of generated values of API keys, which is the same as on AWS. */
export const GENERATED_VALUE_LENGTH = 40;
/** The consequence if a key, a plan or a membership is refused. Routes that require an API key reject the key. */
export const NOT_THERE =
  'the gateway does not create this resource, so routes that require an API key reject the affected keys';

/**
 * Reads keys and plans. `hasStage` returns whether a REST or WebSocket API with the given id has the stage.
 * @throws DefinitionError for a resource that AWS refuses, if no fault is tolerated
 */
export function readMetering(
  stacks: readonly ResolvedStack[],
  hasStage: (apiId: string, stageName: string) => boolean,
  tolerance: Tolerance = REFUSING,
): DefinedMetering {
  const ofType = (type: string): Owned[] =>
    stacks.flatMap(({ stackName, resources }) =>
      [...resources.values()]
        .filter((resource) => resource.type === type)
        .map((resource) => ({ ...toControlResource(resource), stackName })),
    );
  const each = <T>(type: string, read: (bag: Owned) => T): T[] =>
    ofType(type).flatMap((bag) =>
      tolerance.attempt(
        NOT_THERE,
        () => [read(requireValid(bag))],
        () => [],
      ),
    );
  return {
    keys: each('AWS::ApiGateway::ApiKey', readKey),
    plans: each('AWS::ApiGateway::UsagePlan', (bag) => readPlan(bag, hasStage)),
    planKeys: each('AWS::ApiGateway::UsagePlanKey', readPlanKey),
  };
}

function attemptAt(bag: PropertyBag, property?: string | ((message: string) => string)): Attempt {
  return {
    attempt(action) {
      try {
        action();
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        const { message } = error;
        throw new DefinitionError(
          bag.place(typeof property === 'function' ? property(message) : property),
          message,
        );
      }
    },
  };
}

function readKey(bag: Owned): DefinedMetering['keys'][number] {
  const name = optionalText(bag, 'Name');
  const refusal = checkKeyName(name);
  if (refusal !== undefined) throw new DefinitionError(bag.place('Name'), refusal);
  return {
    id: bag.id,
    // If there is no value, AWS generates one. The value that the gateway generates is the same in every run, so that
    // users can note it.
    value: readText(bag, 'Value', makeId(GENERATED_VALUE_LENGTH, bag.stackName, bag.logicalId, 'value')),
    name,
    description: optionalText(bag, 'Description'),
    customerId: optionalText(bag, 'CustomerId'),
    enabled: readFlag(bag, 'Enabled'),
    tags: readTags(bag),
    ...attemptAt(bag, 'Value'),
  };
}

function readPlan(
  bag: PropertyBag,
  hasStage: (apiId: string, stageName: string) => boolean,
): DefinedMetering['plans'][number] {
  const throttle = readBlock(bag, 'Throttle');
  const quota = readBlock(bag, 'Quota');
  return {
    id: bag.id,
    name: readText(bag, 'UsagePlanName', bag.logicalId),
    description: optionalText(bag, 'Description'),
    productCode: undefined,
    apiStages: readStages(bag, hasStage),
    throttle: throttle === undefined ? undefined : readThrottle(throttle, 'plan'),
    quota: quota === undefined ? undefined : readQuota(quota),
    tags: readTags(bag),
    ...attemptAt(bag, 'ApiStages'),
  };
}

function readStages(
  bag: PropertyBag,
  hasStage: (apiId: string, stageName: string) => boolean,
): readonly PlanStage[] {
  const list = bag.properties['ApiStages'] ?? [];
  if (!Array.isArray(list))
    throw new DefinitionError(
      bag.place('ApiStages'),
      `ApiStages must be a list, not ${JSON.stringify(list)}`,
    );
  return list.map((item: unknown, index) => {
    const name = `ApiStages.${index}`;
    const block = readBlock({ ...bag, properties: { [name]: item } }, name);
    if (block === undefined)
      throw new DefinitionError(
        bag.place(name),
        `An API stage must be a map with ApiId and Stage, not ${JSON.stringify(item)}`,
      );
    const apiId = readText(block, 'ApiId');
    const stage = readText(block, 'Stage');
    if (!hasStage(apiId, stage))
      throw new DefinitionError(block.place('Stage'), `API Stage not found: ${apiId}:${stage}`);
    return { apiId, stage, throttle: readMethodThrottles(block) };
  });
}

function readMethodThrottles(stage: PropertyBag): Readonly<Record<string, ThrottleLimit>> {
  const throttles = readBlock(stage, 'Throttle');
  const limits: Record<string, ThrottleLimit> = {};
  for (const path of Object.keys(throttles?.properties ?? {})) {
    const block = throttles === undefined ? undefined : readBlock(throttles, path);
    const limit = block === undefined ? undefined : readThrottle(block, 'plan');
    if (limit !== undefined) limits[path] = limit;
  }
  return limits;
}

/**
 * Reads a quota.
 * @throws DefinitionError with AWS's rule for a quota, if the quota violates this rule
 */
function readQuota(bag: PropertyBag): PlanQuota {
  const period = readText(bag, 'Period');
  const known = QUOTA_PERIODS.find((one) => one === period);
  if (known === undefined) throw new DefinitionError(bag.place('Period'), WRONG_PERIOD);
  const bounds = { usual: -1, min: 0, max: 2_147_483_647 };
  const limit = readInteger(bag, 'Limit', bounds);
  if (limit === -1) throw new DefinitionError(bag.place('Limit'), 'Limit is required');
  return { limit, offset: readInteger(bag, 'Offset', { ...bounds, usual: 0 }), period: known };
}

function readPlanKey(bag: PropertyBag): DefinedMetering['planKeys'][number] {
  if (readText(bag, 'KeyType') !== 'API_KEY')
    throw new DefinitionError(
      bag.place('KeyType'),
      `KeyType must be API_KEY, not ${JSON.stringify(readText(bag, 'KeyType'))}`,
    );
  return {
    planId: readText(bag, 'UsagePlanId'),
    keyId: readText(bag, 'KeyId'),
    // AWS's message says whether the key or the plan is missing.
    ...attemptAt(bag, (message) => (message.includes('API Key') ? 'KeyId' : 'UsagePlanId')),
  };
}

function optionalText(bag: PropertyBag, property: string): string | undefined {
  const text = readText(bag, property, '');
  return text === '' ? undefined : text;
}

function readTags(bag: PropertyBag): Readonly<Record<string, string>> {
  const list = bag.properties['Tags'];
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    list.map((item: unknown, index): [string, string] => {
      const tag = readBlock({ ...bag, properties: { [`Tags.${index}`]: item } }, `Tags.${index}`) ?? bag;
      return [readText(tag, 'Key'), readText(tag, 'Value')];
    }),
  );
}
