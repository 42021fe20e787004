/** Finds what makes API Gateway refuse to create an integration, an authorizer or a base path mapping. */
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { invalidSelection } from '../deployment/integration/mapping-refusal.ts';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Matches the service in the URI of an integration: `sqs` in `arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs`.
 */
const SERVICE_OF_URI = /^arn:[^:]+:apigateway:[^:]*:(?:[\w-]+\.)?([\w-]+):(?:path|action)\//;

/**
 * Refuses an integration of type AWS without a role if it calls a service other than Lambda (aws/aws-cdk#1465,
 * hashicorp/terraform-provider-aws#7916).
 */
export function judgeServiceRole({
  properties,
  unresolved = [],
  ...rest
}: ResolvedResource): BrokenRelation | undefined {
  const integration = mapOf(properties, 'Integration');
  const { Type: type, Credentials: credentials, Uri: uri } = integration;
  const [, service = 'lambda'] = SERVICE_OF_URI.exec(typeof uri === 'string' ? uri : '') ?? [];
  if (type !== 'AWS' || credentials !== undefined || service === 'lambda') return undefined;
  if (unresolved.includes('Integration')) return undefined;
  return {
    resource: { properties, unresolved, ...rest },
    property: 'Integration.Type',
    message: 'Role ARN must be specified for AWS integrations',
    remedy: `add Credentials to Integration: the ARN of a role that apigateway.amazonaws.com may assume, and that may call ${service}`,
  };
}

/** Members that only authorizers of HTTP APIs have, with API Gateway's error messages where a thread quotes them. */
const OF_HTTP_AUTHORIZERS: readonly (readonly [name: string, says: string])[] = [
  // See anomalyco/sst#905, hashicorp/terraform-provider-aws#15232
  ['AuthorizerResultTtlInSeconds', 'AuthorizerResultTtlInSeconds cannot be set for WEBSOCKET protocol Apis.'],
  // API Gateway V2 API reference, CreateAuthorizer: "Supported only for HTTP API Lambda authorizers."
  ['AuthorizerPayloadFormatVersion', 'AuthorizerPayloadFormatVersion is supported only for HTTP APIs.'],
];

export function judgeProtocolOfAuthorizer(
  authorizer: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { properties } = authorizer;
  const api = all.find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Api' && physicalId === properties['ApiId'],
  );
  if (api?.properties['ProtocolType'] !== 'WEBSOCKET') return undefined;
  const [found] = OF_HTTP_AUTHORIZERS.filter(
    ([name]) => properties[name] !== undefined && Number(properties[name]) !== 0,
  );
  return (
    found && {
      resource: authorizer,
      property: found[0],
      message: found[1],
      remedy: `remove ${found[0]}: API Gateway calls the authorizer of a WebSocket API once for each connection`,
    }
  );
}

/**
 * Parameters of HTTP APIs' service integrations whose value is a map. API Gateway accepts only a selection expression
 * as the value.
 */
const MAPS: ReadonlySet<string> = new Set(['MessageAttributes', 'MessageSystemAttributes']);

/**
 * Returns the name of a map of attributes that is written as plain JSON, and AWS's refusal
 * (hashicorp/terraform-provider-aws#17348).
 */
export function findPlainAttributes(
  properties: JsonObject,
): { readonly name: string; readonly refusal: string } | undefined {
  if (textOf(properties, 'IntegrationSubtype') === '') return undefined;
  for (const [name, value] of Object.entries(mapOf(properties, 'RequestParameters')))
    if (MAPS.has(name) && typeof value === 'string' && /^\s*\{[^$]*$/.test(value))
      return {
        name,
        refusal: invalidSelection(`Invalid source: ${value} specified for destination: ${name}`),
      };
  return undefined;
}

export function judgeAttributes(integration: ResolvedResource): BrokenRelation | undefined {
  const found = findPlainAttributes(integration.properties);
  return (
    found && {
      resource: integration,
      property: `RequestParameters.${found.name}`,
      message: found.refusal,
      remedy: `set ${found.name} to a selection expression, such as $request.body.attributes, or put the values into the message body`,
    }
  );
}

/**
 * Refuses an AWS::ApiGateway::BasePathMapping to an HTTP or WebSocket API (CodeGenieApp/serverless-express#596,
 * serverless/serverless#7459).
 */
export function judgeMappedApi(
  mapping: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { RestApiId: id } = mapping.properties;
  const api = all.find(({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Api' && physicalId === id);
  return (
    api && {
      resource: mapping,
      property: 'RestApiId',
      message:
        "Mixing of REST APIs and HTTP APIs on the same domain name can only be accomplished through API Gateway's V2 DomainName interface.",
      remedy:
        'use an AWS::ApiGatewayV2::ApiMapping (ApiId, Stage, ApiMappingKey), and an AWS::ApiGatewayV2::DomainName',
    }
  );
}
