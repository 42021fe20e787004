/** Converts `x-amazon-apigateway-integration` to the `Integration` of a method, or to an HTTP API's integration. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Found, OpenApiDocument, Operation } from './openapi-document.ts';
import { present } from '../sam/sam-expansion.ts';

export const INTEGRATION = 'x-amazon-apigateway-integration';

/** Finds the integration of an operation, following references; undefined if there is none. */
export function findIntegration(document: OpenApiDocument, operation: Operation): Found | undefined {
  const at = [...operation.at, INTEGRATION];
  const value = operation.value[INTEGRATION];
  if (value === undefined || value === null) return undefined;
  const found = isJsonObject(value) ? document.object(at) : undefined;
  if (found === undefined || typeof (found.value['type'] ?? found.value['integrationSubtype']) !== 'string')
    return document.fail(
      at,
      `Unable to parse API definition because of a malformed integration at path ${operation.path}.`,
    );
  return found;
}

export function restIntegration(document: OpenApiDocument, found: Found): JsonObject {
  const { value } = found;
  return present({
    ...shared(document, found),
    Type: upper(document, found, 'type'),
    Uri: document.text(found, 'uri'),
    IntegrationHttpMethod: upper(document, found, 'httpMethod'),
    Credentials: document.text(found, 'credentials'),
    PassthroughBehavior: upper(document, found, 'passthroughBehavior'),
    ContentHandling: upper(document, found, 'contentHandling'),
    CacheKeyParameters: value['cacheKeyParameters'],
    CacheNamespace: value['cacheNamespace'],
    RequestTemplates: value['requestTemplates'],
    RequestParameters: value['requestParameters'],
    ResponseTransferMode: upper(document, found, 'responseTransferMode'),
    IntegrationResponses: integrationResponses(document, found),
  });
}

function shared(document: OpenApiDocument, found: Found): Readonly<Record<string, Json | undefined>> {
  return {
    ConnectionType: upper(document, found, 'connectionType'),
    ConnectionId: document.text(found, 'connectionId'),
    TimeoutInMillis: found.value['timeoutInMillis'],
    TlsConfig: found.value['tlsConfig'],
  };
}

/**
 * Returns the integration responses; undefined if the integration has no `responses`. The key of a response is its
 * selection pattern. The key `default` marks the response without a pattern (docs/aws §7.7).
 */
function integrationResponses(document: OpenApiDocument, found: Found): Json | undefined {
  const responses = document.object([...found.at, 'responses']);
  if (responses === undefined) return undefined;
  return Object.keys(responses.value).map((pattern) => {
    const response = document.require([...responses.at, pattern]);
    return present({
      StatusCode: document.text(response, 'statusCode') ?? (pattern === 'default' ? '200' : pattern),
      SelectionPattern: pattern === 'default' ? undefined : pattern,
      ContentHandling: upper(document, response, 'contentHandling'),
      ResponseParameters: response.value['responseParameters'],
      ResponseTemplates: response.value['responseTemplates'],
    });
  });
}

export function httpIntegration(document: OpenApiDocument, found: Found): JsonObject {
  const { value } = found;
  return present({
    ...shared(document, found),
    IntegrationType: upper(document, found, 'type') ?? 'AWS_PROXY',
    IntegrationSubtype: document.text(found, 'integrationSubtype'),
    IntegrationUri: document.text(found, 'uri'),
    IntegrationMethod: upper(document, found, 'httpMethod'),
    PayloadFormatVersion: document.text(found, 'payloadFormatVersion')?.replace(/^([12])$/, '$1.0'),
    CredentialsArn: document.text(found, 'credentials'),
    Description: document.text(found, 'description'),
    RequestParameters: value['requestParameters'],
    ResponseParameters: responseParameters(document, found),
  });
}

/** Converts `{ "200": { "append:header.x": "v" } }` to CloudFormation's lists of destination and source. */
function responseParameters(document: OpenApiDocument, found: Found): Json | undefined {
  const statuses = document.object([...found.at, 'responseParameters']);
  if (statuses === undefined) return undefined;
  const entries = Object.keys(statuses.value).map((status) => {
    const { value } = document.require([...statuses.at, status]);
    const changes = Object.entries(value).map(([Destination, Source]) => ({ Destination, Source }));
    return [status, { ResponseParameters: changes }] as const;
  });
  return Object.fromEntries(entries);
}

function upper(document: OpenApiDocument, found: Found, name: string): string | undefined {
  return document.text(found, name)?.toUpperCase();
}
