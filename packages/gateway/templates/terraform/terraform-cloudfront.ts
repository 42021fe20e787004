/** Converts distributions of the provider, whose blocks have names that differ from CloudFormation's members. */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Instance } from './terraform-document.ts';
import { pascal } from './terraform-types.ts';
import type { TerraformValues } from './terraform-values.ts';

/** Attributes and blocks of a distribution, with their members in CloudFormation where the spelling differs. */
export const CLOUDFRONT_NAMES: Readonly<Record<string, string>> = {
  origin: 'Origins',
  origin_id: 'Id',
  custom_header: 'OriginCustomHeaders',
  header_value: 'HeaderValue',
  http_port: 'HTTPPort',
  https_port: 'HTTPSPort',
  origin_ssl_protocols: 'OriginSSLProtocols',
  ordered_cache_behavior: 'CacheBehaviors',
  min_ttl: 'MinTTL',
  max_ttl: 'MaxTTL',
  default_ttl: 'DefaultTTL',
  lambda_function_association: 'LambdaFunctionAssociations',
  lambda_arn: 'LambdaFunctionARN',
  function_association: 'FunctionAssociations',
  function_arn: 'FunctionARN',
  realtime_log_config_arn: 'RealtimeLogConfigArn',
  custom_error_response: 'CustomErrorResponses',
  error_caching_min_ttl: 'ErrorCachingMinTTL',
  geo_restriction: 'GeoRestriction',
  is_ipv6_enabled: 'IPV6Enabled',
  web_acl_id: 'WebACLId',
  logging_config: 'Logging',
  minimum_protocol_version: 'MinimumProtocolVersion',
  cloudfront_default_certificate: 'CloudFrontDefaultCertificate',
};
const TTLS: ReadonlySet<string> = new Set(['min_ttl', 'default_ttl', 'max_ttl']);
/** Blocks that CloudFormation has as a list, whatever their number. All other blocks are single. */
const LISTS: ReadonlySet<string> = new Set([
  'origin',
  'custom_header',
  'ordered_cache_behavior',
  'lambda_function_association',
  'function_association',
  'custom_error_response',
]);
const READ = (
  'aliases comment default_root_object enabled http_version is_ipv6_enabled price_class web_acl_id origin ' +
  'default_cache_behavior ordered_cache_behavior custom_error_response restrictions viewer_certificate logging_config'
).split(' ');
/** The members of `custom_header`, with their names in CloudFormation. */
const OF_HEADERS: Readonly<Record<string, string>> = { name: 'HeaderName', value: 'HeaderValue' };

export function distributionShape(instance: Instance, values: TerraformValues): JsonObject {
  const given = READ.flatMap((name): (readonly [string, Json])[] => {
    const value = values.value(instance, name);
    return value === undefined ? [] : [[name, value]];
  });
  const config = members(Object.fromEntries(given));
  const { Origins: origins } = config;
  return { DistributionConfig: isJsonList(origins) ? { ...config, Origins: origins.map(ofBucket) } : config };
}

const KINDS = ['CustomOriginConfig', 'S3OriginConfig', 'VpcOriginConfig'];

/**
 * Adds an empty S3OriginConfig to an origin without a configuration, as the provider does
 * (hashicorp/terraform-provider-aws, internal/service/cloudfront/distribution.go, expandOrigin).
 */
function ofBucket(origin: Json): Json {
  return !isJsonObject(origin) || KINDS.some((kind) => Object.hasOwn(origin, kind))
    ? origin
    : { ...origin, S3OriginConfig: { OriginAccessIdentity: '' } };
}

function members(block: JsonObject, names: Readonly<Record<string, string>> = CLOUDFRONT_NAMES): JsonObject {
  // The plan has the provider's default min_ttl = 0 in every behavior. The provider sends no TTL with a cache policy.
  const hasPolicy = typeof block['cache_policy_id'] === 'string' && block['cache_policy_id'] !== '';
  const entries = Object.entries(block).flatMap(([name, value]): (readonly [string, Json])[] => {
    if (value === null || value === '' || (isJsonList(value) && value.length === 0)) return [];
    if (hasPolicy && TTLS.has(name)) return [];
    const property = names[name] ?? pascal(name);
    const blocks = isJsonList(value) ? value.filter(isJsonObject) : [];
    if (!isJsonList(value) || blocks.length < value.length || blocks.length === 0) return [[property, value]];
    if (name === 'custom_header') return [[property, blocks.map((each) => members(each, OF_HEADERS))]];
    if (LISTS.has(name)) return [[property, blocks.map((each) => members(each))]];
    return [[property, members(blocks[0] ?? {})]];
  });
  return Object.fromEntries(entries);
}
