/**
 * Patches a stage.
 * @see API Gateway developer guide, "Patch operations", "Stage"
 */
import { badRequest } from '../../control-error.ts';
import type { ControlError } from '../../control-error.ts';
import { without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { field } from '../../resource-types/fields.ts';
import { mapRule, replaceRule } from './field-table.ts';
import {
  ACCESS_LOG_FIELDS,
  blockOf,
  CANARY_FIELDS,
  findSetting,
  SETTING_FIELDS,
  STAGE_FIELDS,
  withSetting,
} from './stage-shape.ts';
import type { PatchInput, PatchRefusal, PatchRule } from '../../edits/patch.ts';
import type { Field } from '../../resource-types/fields.ts';

type Rule = PatchRule<JsonObject>;

/** AWS's own list of paths, including its missing commas [obs]. */
const PATHS =
  '[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, ' +
  '/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, ' +
  '/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, ' +
  '/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit' +
  '/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, ' +
  '/{resourcePath}/{httpMethod}/caching/dataEncrypted, ' +
  '/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, ' +
  '/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, ' +
  '/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit ' +
  '/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, ' +
  '/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, ' +
  '/variables/{variable_name}, /tracingEnabled]';

export const stageRefusal: PatchRefusal = ({ op, path, from = 'null' }) =>
  op === 'copy'
    ? refuseCopy(path, from)
    : badRequest(
        op === 'add'
          ? `Invalid add operation with path: ${path}`
          : `Invalid method setting path: ${path}. Must be one of: ${PATHS}`,
      );

function refuseCopy(path: string, from: string): ControlError {
  return badRequest(
    `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and ` +
      'valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]',
  );
}

/**
 * Converts a patch rule for a block into a rule for the stage that contains the block. If the stage lacks the block,
 * the result of `usual` is patched.
 */
function inBlock(name: string, block: string, rule: Rule, usual: (stage: JsonObject) => JsonObject): Rule {
  const on: Rule['on'] = Object.fromEntries(
    Object.entries(rule.on).map(([verb, apply]) => [
      verb,
      (stage: JsonObject, input: PatchInput) => ({
        ...stage,
        [block]: apply(blockOf(stage, block) ?? usual(stage), input),
      }),
    ]),
  );
  return { path: `/${name}${rule.path}`, on };
}

/**
 * Returns the canary that AWS creates if a patch sets a part of an absent canary. It has the stage's own deployment and
 * no traffic [obs].
 */
const newCanary = (stage: JsonObject): JsonObject => ({
  DeploymentId: stage['DeploymentId'] ?? '',
  PercentTraffic: 0,
  UseStageCache: false,
});

const [, , overrides = field('stageVariableOverrides', 'texts')] = CANARY_FIELDS;

const CANARY_RULES: readonly Rule[] = [
  { path: '/canarySettings', on: { remove: (stage) => without(stage, 'CanarySetting') } },
  ...['percentTraffic', 'deploymentId', 'useStageCache'].flatMap((wire) =>
    CANARY_FIELDS.filter((one) => one.wire === wire).map((one) =>
      inBlock('canarySettings', 'CanarySetting', replaceRule(one), newCanary),
    ),
  ),
  inBlock('canarySettings', 'CanarySetting', upsertRule(overrides), newCanary),
];

/**
 * Creates the rule for stage variables. Unlike entries of other maps, a stage variable can also be added by `replace`.
 */
function upsertRule(map: Field): Rule {
  const rule = mapRule(map, 'Invalid stage variable name');
  const add = rule.on.add;
  return add === undefined ? rule : { ...rule, on: { ...rule.on, replace: add } };
}

const SETTING = '/{resource}/{method}';

const SETTING_RULES: readonly Rule[] = [
  {
    path: SETTING,
    on: {
      remove(stage, { names: { resource = '', method = '' } }) {
        if (findSetting(stage, resource, method) === undefined) refuseRemoval(resource, method);
        return withSetting(stage, resource, method, undefined);
      },
    },
  },
  ...Object.entries(SETTING_FIELDS).map(([end, setting]): Rule => ({
    path: `${SETTING}/${end}`,
    on: {
      replace(stage, input) {
        const { resource = '', method = '' } = input.names;
        // A new method setting is a copy of the settings for all methods [obs: apigateway, test_create_update_stages].
        const known = findSetting(stage, resource, method) ?? findSetting(stage, '*', '*') ?? {};
        const changed = replaceRule(setting).on.replace?.(known, input);
        return withSetting(stage, resource, method, changed);
      },
    },
  })),
];

const ACCESS_LOG_RULES: readonly Rule[] = [
  ...ACCESS_LOG_FIELDS.map((one) =>
    inBlock('accessLogSettings', 'AccessLogSetting', accessLogRule(one), () => ({})),
  ),
  ...['/accessLogSettings/{part}', '/accessLogSettings'].map((path): Rule => {
    const refuse = (): never => {
      throw badRequest(
        'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]',
      );
    };
    return {
      path,
      on: {
        add: refuse,
        replace: refuse,
        remove: (stage, { names: { part } }) =>
          part === undefined ? without(stage, 'AccessLogSetting') : refuseRemoval('accessLogSettings', part),
      },
    };
  }),
];

/** A part of the access log settings can be added and replaced, but only all settings together can be removed [obs]. */
function accessLogRule(one: Field): Rule {
  const { replace } = replaceRule(one).on;
  const set = (block: JsonObject, input: PatchInput): JsonObject => {
    if (input.value === '') throw badRequest('Access Log value must not be empty');
    return replace?.(block, input) ?? block;
  };
  return {
    path: `/${one.wire}`,
    on: { add: set, replace: set, remove: () => refuseRemoval('accessLogSettings', one.wire) },
  };
}

/**
 * Refuses to remove a part of the access log settings. AWS reads the path as the path of a method's settings, so its
 * message names a method setting.
 */
function refuseRemoval(resource: string, method: string): never {
  throw badRequest(
    `Cannot remove method setting ${resource}/${method} because there is no method setting for this method `,
  );
}

/** The rules that promote a canary. On AWS, a promotion is two copy operations [obs]. */
const PROMOTION_RULES: readonly Rule[] = [
  {
    path: '/deploymentId',
    on: {
      replace: (stage, { value }) => ({ ...stage, DeploymentId: value }),
      copy: promote('/deploymentId', '/canarySettings/deploymentId', (stage, canary) => ({
        ...stage,
        ...(canary['DeploymentId'] !== undefined && { DeploymentId: canary['DeploymentId'] }),
      })),
    },
  },
  {
    path: '/variables',
    on: {
      copy: promote('/variables', '/canarySettings/stageVariableOverrides', (stage, canary) => ({
        ...stage,
        Variables: { ...blockOf(stage, 'Variables'), ...blockOf(canary, 'StageVariableOverrides') },
      })),
    },
  },
];

/** Copies a part of the canary to the stage. AWS checks the paths before it looks for the canary [obs]. */
function promote(
  path: string,
  from: string,
  copy: (stage: JsonObject, canary: JsonObject) => JsonObject,
): NonNullable<Rule['on']['copy']> {
  return (stage, input) => {
    if (input.from !== from) throw refuseCopy(path, input.from);
    const canary = blockOf(stage, 'CanarySetting');
    if (canary === undefined) throw badRequest('Promotion not available. Canary does not exist.');
    return copy(stage, canary);
  };
}

export const STAGE_RULES: readonly Rule[] = [
  ...PROMOTION_RULES,
  ...STAGE_FIELDS.filter(({ wire }) => wire !== 'variables').map((one) => replaceRule(one)),
  upsertRule(field('variables', 'texts')),
  ...ACCESS_LOG_RULES,
  ...CANARY_RULES,
  ...SETTING_RULES,
];
