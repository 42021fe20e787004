import { escapePointer } from '@gatewright/aws/json-pointer';
import { isJsonObject, listOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { readMethodSettings, unescapePath } from '../../../core/deployment/stage/throttle.ts';
import { readTags } from '../../loading/tag-list.ts';
import { field } from '../../resource-types/fields.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { readFields, showFields } from './field-table.ts';
import { epochSeconds } from './wire-shape.ts';
import type { StageRecord } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { Field } from '../../resource-types/fields.ts';

export const STAGE_FIELDS = REST_TYPES['AWS::ApiGateway::Stage'].fields;

/**
 * The fields of a method setting, by the end of their patch paths. The last two fields exist in AWS's API, but not in
 * CloudFormation.
 */
export const SETTING_FIELDS: Readonly<Record<string, Field>> = {
  'metrics/enabled': field('metricsEnabled', 'flag'),
  'logging/loglevel': field('loggingLevel'),
  'logging/dataTrace': field('dataTraceEnabled', 'flag'),
  'throttling/burstLimit': field('throttlingBurstLimit', 'number'),
  'throttling/rateLimit': field('throttlingRateLimit', 'number'),
  'caching/enabled': field('cachingEnabled', 'flag'),
  'caching/ttlInSeconds': field('cacheTtlInSeconds', 'number'),
  'caching/dataEncrypted': field('cacheDataEncrypted', 'flag'),
  'caching/requireAuthorizationForCacheControl': field('requireAuthorizationForCacheControl', 'flag'),
  'caching/unauthorizedCacheControlHeaderStrategy': field('unauthorizedCacheControlHeaderStrategy'),
};

/** The defaults that AWS shows for a method setting [obs]. */
const USUAL_SETTINGS = {
  metricsEnabled: false,
  dataTraceEnabled: false,
  throttlingBurstLimit: 5000,
  throttlingRateLimit: 10_000,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
};

export const CANARY_FIELDS: readonly Field[] = [
  field('percentTraffic', 'number'),
  field('deploymentId'),
  field('stageVariableOverrides', 'texts'),
  field('useStageCache', 'flag'),
];

/** The default cache size in gigabytes. */
const USUAL_CACHE_SIZE = '0.5';

export const ACCESS_LOG_FIELDS: readonly Field[] = [field('destinationArn'), field('format')];

export function showStage({ settings, createdAtEpochMs, updatedAtEpochMs }: StageRecord): object {
  const { source } = settings;
  const { properties } = source;
  const canary = blockOf(properties, 'CanarySetting');
  const accessLog = blockOf(properties, 'AccessLogSetting');
  const shown = showFields(properties, STAGE_FIELDS);
  const hasCache = shown['cacheClusterEnabled'] === true;
  const tags = readTags(properties['Tags']);
  return {
    deploymentId: settings.deploymentId,
    stageName: settings.name,
    cacheClusterEnabled: false,
    cacheClusterStatus: hasCache ? 'AVAILABLE' : 'NOT_AVAILABLE',
    tracingEnabled: false,
    ...(hasCache ? { cacheClusterSize: USUAL_CACHE_SIZE } : {}),
    ...shown,
    methodSettings: showMethodSettings(source),
    accessLogSettings: accessLog && showFields(accessLog, ACCESS_LOG_FIELDS),
    canarySettings: canary && {
      percentTraffic: 0,
      deploymentId: settings.deploymentId,
      useStageCache: false,
      ...showFields(canary, CANARY_FIELDS),
    },
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    createdDate: epochSeconds(createdAtEpochMs),
    lastUpdatedDate: epochSeconds(updatedAtEpochMs),
  };
}

/**
 * Shows the settings of all methods under the key `* /*`, and the settings of one method under its path and method. The
 * path keeps the form in which it was written: usually `~1pets/GET`, but Terraform's provider writes `pets/GET` and
 * expects the same form in the result.
 */
function showMethodSettings(source: ControlResource): object {
  return Object.fromEntries(
    readMethodSettings(source).map(({ routeKey, bag }) => {
      const shown = showFields(bag.properties as JsonObject, Object.values(SETTING_FIELDS));
      return [settingName(routeKey, textOf(bag.properties, 'ResourcePath')), { ...USUAL_SETTINGS, ...shown }];
    }),
  );
}

function settingName(routeKey: string | undefined, written: string): string {
  if (routeKey === undefined) return '*/*';
  const [method = '', own = ''] = routeKey.split(' ');
  const path = written.startsWith('/') || written === '' ? own : own.slice(1);
  return `${escapePointer(path)}/${method}`;
}

/** Returns a nested map of the stage; undefined if it is absent. */
export function blockOf(properties: JsonObject, name: string): JsonObject | undefined {
  const block = properties[name];
  return isJsonObject(block) ? block : undefined;
}

/** Returns the settings of one method, by the resource path and method of a patch path; undefined if there are none. */
export function findSetting(stage: JsonObject, resource: string, method: string): JsonObject | undefined {
  return listSettings(stage).find((item) => isSettingOf(item, resource, method));
}

export function withSetting(
  stage: JsonObject,
  resource: string,
  method: string,
  setting: JsonObject | undefined,
): JsonObject {
  const others = listSettings(stage).filter((item) => !isSettingOf(item, resource, method));
  const ResourcePath = resource === '*' ? '/*' : resource;
  const own = setting === undefined ? [] : [{ ...setting, ResourcePath, HttpMethod: method }];
  return { ...stage, MethodSettings: [...others, ...own] };
}

function listSettings(stage: JsonObject): readonly JsonObject[] {
  return listOf(stage, 'MethodSettings').filter(isJsonObject);
}

function isSettingOf(item: JsonObject, resource: string, method: string): boolean {
  const path = unescapePath(textOf(item, 'ResourcePath') || '/*');
  const verb = textOf(item, 'HttpMethod') || '*';
  if (resource === '*') return verb === '*' && (path === '/*' || path === '*');
  return verb === method && path === unescapePath(resource);
}

/**
 * Reads the `canarySettings` of a call into the form of the Stage resource.
 * @throws ControlError for a value of another type
 */
export function readCanary(body: Readonly<Record<string, unknown>>): JsonObject {
  return readFields(body, CANARY_FIELDS);
}
