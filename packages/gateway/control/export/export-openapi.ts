/** Exports a deployed REST API as an OpenAPI document, in the form in which AWS exports and imports it. */
import { DOCUMENTATION } from './documentation.ts';
import { exportExtensions, exportValidator, lowerNames, nameOf, omitEmpty } from './export-extensions.ts';
import { readSchema } from '../api/rest/model-schema.ts';
import { listResponses } from '../edits/edit-methods.ts';
import { isJsonObject, isTrue, mapOf, membersOf, textOf, without } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';
import type { Draft } from './export-extensions.ts';

type ExportOptions = {
  /** The format: `oas30` (OpenAPI 3.0) or Swagger 2.0. */
  readonly kind: 'oas30' | 'swagger';
  readonly stageName: string;
  readonly version: string;
  readonly withIntegrations: boolean;
  readonly withAuthorizers: boolean;
  readonly documentation: JsonObject | undefined;
};

export function exportOpenApi(identity: ApiIdentity, from: ApiResources, options: ExportOptions): Draft {
  const { kind, stageName } = options;
  const description = textOf(from.api.properties, 'Description');
  const info = {
    title: textOf(from.api.properties, 'Name') || identity.name,
    description: description || undefined,
    version: options.version,
  };
  const paths = exportPaths(from, options);
  const schemas = omitEmpty(exportSchemas(from, kind));
  const schemes = omitEmpty(exportSecurity(from, options));
  const extensions = {
    ...(options.withIntegrations && exportExtensions(from)),
    [DOCUMENTATION]: options.documentation,
  };
  if (kind === 'swagger')
    return {
      swagger: '2.0',
      info,
      host: identity.domainName,
      basePath: `/${stageName}`,
      schemes: ['https'],
      paths,
      securityDefinitions: schemes,
      definitions: schemas,
      ...extensions,
    };
  const variables = { basePath: { default: stageName } };
  return {
    openapi: '3.0.1',
    info,
    servers: [{ url: `https://${identity.domainName}/{basePath}`, variables }],
    paths,
    components: { schemas, securitySchemes: schemes },
    ...extensions,
  };
}

function exportPaths(from: ApiResources, options: ExportOptions): Draft {
  const paths: Record<string, Draft> = {};
  for (const method of from.methods) {
    const path = from.resources.get(textOf(method.properties, 'ResourceId'))?.path;
    const verb = textOf(method.properties, 'HttpMethod');
    if (path === undefined) continue;
    const name = verb === 'ANY' ? 'x-amazon-apigateway-any-method' : verb.toLowerCase();
    (paths[path] ??= {})[name] = exportMethod(method, from, options);
  }
  const inOrder = Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(inOrder);
}

function exportMethod({ properties }: ControlResource, from: ApiResources, options: ExportOptions): Draft {
  const operationId = textOf(properties, 'OperationName');
  const parameters = exportParameters(properties, options.kind);
  const bodies = Object.entries(mapOf(properties, 'RequestModels'));
  const security = exportRequirement(properties, from);
  const integration = omitEmpty(mapOf(properties, 'Integration'));
  const isSwagger = options.kind === 'swagger';
  if (isSwagger)
    for (const [, model] of bodies.slice(0, 1))
      parameters.push({ in: 'body', name: nameIn(model), required: true, schema: refTo(model, 'swagger') });
  return {
    operationId: operationId || undefined,
    consumes: isSwagger ? omitEmpty(requestTypesOf(properties)) : undefined,
    produces: isSwagger ? omitEmpty(responseTypesOf(properties)) : undefined,
    parameters: omitEmpty(parameters),
    requestBody:
      bodies.length === 0 || isSwagger ? undefined : { content: contentOf(bodies), required: true },
    responses: exportResponses(properties, options.kind),
    security: omitEmpty(security),
    ...(options.withIntegrations && {
      ...exportValidator(properties, from),
      'x-amazon-apigateway-integration': integration && exportIntegration(integration),
    }),
  };
}

const PARAMETER = /^method\.request\.(header|querystring|path)\.(.+)$/;
const PLACES: Readonly<Record<string, string>> = { header: 'header', querystring: 'query', path: 'path' };

function exportParameters(method: JsonObject, kind: ExportOptions['kind']): Draft[] {
  return Object.entries(mapOf(method, 'RequestParameters')).flatMap(([source, isRequired]): Draft[] => {
    const [, where = '', name] = PARAMETER.exec(source) ?? [];
    if (name === undefined) return [];
    const type = kind === 'swagger' ? { type: 'string' } : { schema: { type: 'string' } };
    const required = isTrue(isRequired) || where === 'path';
    // A Swagger document also says that a parameter is optional [obs].
    return [
      { name, in: PLACES[where], required: required || (kind === 'swagger' ? false : undefined), ...type },
    ];
  });
}

function exportResponses(method: JsonObject, kind: ExportOptions['kind']): Draft {
  return Object.fromEntries(
    listResponses(method, 'MethodResponses').map((response) => {
      const status = textOf(response, 'StatusCode');
      const models = Object.entries(mapOf(response, 'ResponseModels'));
      const headers = exportHeaders(response, kind);
      const [first] = models;
      const body =
        first === undefined
          ? kind === 'swagger'
            ? {}
            : { content: {} }
          : kind === 'swagger'
            ? { schema: refTo(first[1], kind) }
            : { content: contentOf(models) };
      return [status, { description: `${status} response`, headers: omitEmpty(headers), ...body }];
    }),
  );
}

/**
 * Returns the content types for which the method has models of requests, or its integration has templates [obs:
 * apigateway, `test_export_swagger_openapi`, 06-05-2025].
 */
function requestTypesOf(method: JsonObject): string[] {
  const { RequestModels: models, Integration: integration } = method;
  const templates = mapOf(membersOf(integration), 'RequestTemplates');
  return [...new Set([...Object.keys(membersOf(models)), ...Object.keys(templates)])];
}

/**
 * Returns the content types for which the method has models of responses, or its integration has templates; the list
 * may be empty [obs: apigateway, `test_export_swagger_openapi`, 06-05-2025].
 */
function responseTypesOf(method: JsonObject): string[] {
  const models = listResponses(method, 'MethodResponses').map((one) => mapOf(one, 'ResponseModels'));
  const templates = listResponses(mapOf(method, 'Integration'), 'IntegrationResponses').map((one) =>
    mapOf(one, 'ResponseTemplates'),
  );
  return [...new Set([...models, ...templates].flatMap((one) => Object.keys(one)))];
}

function exportHeaders(response: JsonObject, kind: ExportOptions['kind']): Draft {
  const type = kind === 'swagger' ? { type: 'string' } : { schema: { type: 'string' } };
  return Object.fromEntries(
    Object.keys(mapOf(response, 'ResponseParameters')).map((name) => [
      name.replace(/^method\.response\.header\./, ''),
      type,
    ]),
  );
}

function contentOf(models: readonly (readonly [string, Json])[]): Draft {
  return Object.fromEntries(models.map(([type, model]) => [type, { schema: refTo(model, 'oas30') }]));
}

const MODELS_AT = { swagger: '#/definitions/', oas30: '#/components/schemas/' } as const;
const MODEL_ADDRESS = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/(.+)$/;

function refTo(model: Json, kind: ExportOptions['kind']): Draft {
  return { $ref: `${MODELS_AT[kind]}${nameIn(model)}` };
}

function nameIn(model: Json): string {
  return typeof model === 'string' ? model : '';
}

/**
 * Exports an integration. The keys of its responses are selection patterns. The response without a pattern has the key
 * `default`.
 */
function exportIntegration(integration: JsonObject): Draft {
  const responses = Object.fromEntries(
    listResponses(integration, 'IntegrationResponses').map((response) => {
      const pattern = textOf(response, 'SelectionPattern');
      return [pattern === '' ? 'default' : pattern, lowerNames(without(response, 'SelectionPattern'))];
    }),
  );
  const named = lowerNames(without(integration, 'IntegrationResponses', 'IntegrationHttpMethod'));
  const httpMethod = textOf(integration, 'IntegrationHttpMethod');
  for (const name of ['type', 'passthroughBehavior']) {
    const value = named[name];
    if (typeof value === 'string') named[name] = value.toLowerCase();
  }
  return {
    ...named,
    httpMethod: httpMethod || undefined,
    responses: omitEmpty(responses),
  };
}

function exportSchemas({ models }: ApiResources, kind: ExportOptions['kind']): Draft {
  return Object.fromEntries(
    models.map(({ id, properties }) => [
      textOf(properties, 'Name') || id,
      referWithin(readSchema(properties['Schema']), kind),
    ]),
  );
}

/** Replaces references to models of an API with references within the document [obs]. */
function referWithin(schema: JsonObject, kind: ExportOptions['kind']): JsonObject {
  const local = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(local);
    return isJsonObject(value) ? referWithin(value, kind) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      const [, model] = name === '$ref' && typeof value === 'string' ? (MODEL_ADDRESS.exec(value) ?? []) : [];
      return [name, model === undefined ? local(value) : `${MODELS_AT[kind]}${model}`];
    }),
  );
}

function exportRequirement(method: JsonObject, from: ApiResources): Draft[] {
  const authorizer = from.authorizers.get(textOf(method, 'AuthorizerId'));
  const scopes = method['AuthorizationScopes'];
  return [
    ...(authorizer === undefined ? [] : [{ [nameOf(authorizer)]: Array.isArray(scopes) ? scopes : [] }]),
    ...(method['AuthorizationType'] === 'AWS_IAM' ? [{ sigv4: [] }] : []),
    ...(isTrue(method['ApiKeyRequired']) ? [{ api_key: [] }] : []),
  ];
}

function exportSecurity(from: ApiResources, options: ExportOptions): Draft {
  const schemes: Draft = {};
  const needed = new Set(
    from.methods.flatMap((method) => exportRequirement(method.properties, from).flatMap(Object.keys)),
  );
  for (const authorizer of from.authorizers.values())
    if (needed.has(nameOf(authorizer))) schemes[nameOf(authorizer)] = exportAuthorizer(authorizer, options);
  if (needed.has('api_key')) schemes['api_key'] = { type: 'apiKey', name: 'x-api-key', in: 'header' };
  if (needed.has('sigv4'))
    schemes['sigv4'] = {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    };
  return schemes;
}

function exportAuthorizer({ properties }: ControlResource, options: ExportOptions): Draft {
  const type = textOf(properties, 'Type');
  const isPool = type === 'COGNITO_USER_POOLS';
  const source = textOf(properties, 'IdentitySource') || 'method.request.header.Authorization';
  const { ProviderARNs: providerARNs } = properties;
  const detail = {
    ...lowerNames(without(properties, 'RestApiId', 'Name', 'ProviderARNs')),
    providerARNs,
    type: type.toLowerCase(),
  };
  return {
    type: 'apiKey',
    name: source.startsWith('method.request.header.') ? source.split('.')[3] : 'Unused',
    in: 'header',
    'x-amazon-apigateway-authtype': isPool ? 'cognito_user_pools' : 'custom',
    'x-amazon-apigateway-authorizer': options.withAuthorizers ? detail : undefined,
  };
}
