/**
 * Converts the OpenAPI document of a REST API to the resources that an import creates.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import { lowerFirst } from '@gatewright/aws/violations';
import { REFUSING } from '../../core/errors.ts';
import { PATH, VERB } from '../../core/stack/route-parts.ts';
import type { DefinitionError, Tolerance } from '../../core/errors.ts';
import { mapOf, isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { closingError } from './closed-operation.ts';
import { findIntegration, INTEGRATION, restIntegration } from './openapi-integration.ts';
import { methodResponses, requestModels, requestParameters } from './openapi-method.ts';
import { ImportedModels } from './openapi-models.ts';
import { importedId } from './openapi-resource.ts';
import {
  placeOfAuthorizer,
  placeOfSecurity,
  readSecurity,
  restAuthorizer,
  securityAuthorizers,
} from './openapi-security.ts';
import type { DocumentPath, OpenApiDocument, Operation } from './openapi-document.ts';
import type { ImportedResource } from './openapi-resource.ts';
import { makeRootResourceId } from '@gatewright/aws/physical-ids';
import { present } from '../sam/sam-expansion.ts';

const VALIDATORS = 'x-amazon-apigateway-request-validators';
const VALIDATOR = 'x-amazon-apigateway-request-validator';
const GATEWAY_RESPONSES = 'x-amazon-apigateway-gateway-responses';

export class RestImport {
  readonly resources: ImportedResource[] = [];
  readonly #document: OpenApiDocument;
  readonly #stackName: string;
  readonly #tolerance: Tolerance;
  readonly #models: ImportedModels;
  readonly #paths = new Map<string, string>();

  constructor(document: OpenApiDocument, stackName: string, tolerance: Tolerance = REFUSING) {
    this.#tolerance = tolerance;
    this.#document = document;
    this.#stackName = stackName;
    this.#models = new ImportedModels(document, tolerance);
    this.#paths.set('/', makeRootResourceId(stackName, document.api.logicalId));
  }

  run(): void {
    const { api } = this.#document;
    const mode = mapOf(api.properties, 'Parameters')['basepath'];
    for (const scheme of securityAuthorizers(this.#document))
      this.#make(
        'AWS::ApiGateway::Authorizer',
        scheme.name,
        restAuthorizer(this.#document, scheme),
        (property) => placeOfAuthorizer(scheme, property),
      );
    for (const [name, at, value] of this.#members(VALIDATORS))
      this.#make(
        'AWS::ApiGateway::RequestValidator',
        name,
        present({
          Name: name,
          ValidateRequestBody: value['validateRequestBody'],
          ValidateRequestParameters: value['validateRequestParameters'],
        }),
        at,
      );
    for (const [name, at, value] of this.#members(GATEWAY_RESPONSES))
      this.#make(
        'AWS::ApiGateway::GatewayResponse',
        name,
        present({
          ResponseType: name.toUpperCase(),
          StatusCode: value['statusCode'],
          ResponseParameters: value['responseParameters'],
          ResponseTemplates: value['responseTemplates'],
        }),
        at,
      );
    for (const { key, properties, at } of importedParts(this.#document))
      this.#make('AWS::ApiGateway::DocumentationPart', key, properties, at);
    for (const operation of this.#document.operations(this.#document.basePath(mode, 'Parameters.basepath')))
      this.#tolerance.attempt(
        `${operation.method} ${operation.path} returns 500`,
        () => {
          const closed = closingError(operation.value, this.#document.place(operation.at).file);
          if (closed !== undefined) throw closed;
          this.#makeMethod(operation);
        },
        (fault) => {
          this.#makeClosed(operation, fault);
        },
      );
    // Models come last, because operations may have added models.
    this.#makeModels();
  }

  #makeModels(): void {
    for (const { name, schema, at } of this.#models.all())
      this.#make(
        'AWS::ApiGateway::Model',
        name,
        present({
          Name: name,
          ContentType: 'application/json',
          Schema: schema,
          Description: schema['description'],
        }),
        (property) => placeInModel(at, property),
        name,
      );
  }

  #members(section: string): (readonly [name: string, at: DocumentPath, value: JsonObject])[] {
    const found = this.#document.object([section]);
    return Object.keys(found?.value ?? {}).map((name) => {
      const { value, at } = this.#document.require([section, name]);
      return [name, at, value] as const;
    });
  }

  #make(
    type: string,
    key: string,
    properties: JsonObject,
    at: DocumentPath | ImportedResource['at'],
    physicalId = importedId(this.#document, this.#stackName, type, key, 6),
  ): string {
    const RestApiId = this.#document.api.physicalId;
    this.resources.push({
      key: `${type.split('::')[2] ?? type} ${key}`,
      type,
      physicalId,
      properties: { RestApiId, ...properties },
      at:
        typeof at === 'function'
          ? at
          : (property) => (property === undefined ? at : [...at, lowerFirst(property)]),
    });
    return physicalId;
  }

  #resourceFor(operation: Operation): string {
    let parentPath = '/';
    for (const part of operation.path.split('/').filter((segment) => segment !== '')) {
      const path = parentPath === '/' ? `/${part}` : `${parentPath}/${part}`;
      if (!this.#paths.has(path)) {
        const ParentId = this.#paths.get(parentPath) ?? '';
        const at = operation.at.slice(0, 2);
        this.#paths.set(
          path,
          this.#make('AWS::ApiGateway::Resource', path, { ParentId, PathPart: part }, at),
        );
      }
      parentPath = path;
    }
    return this.#paths.get(parentPath) ?? '';
  }

  #makeMethod(operation: Operation): void {
    const document = this.#document;
    const { method, path, at } = operation;
    const integration = findIntegration(document, operation);
    const security = readSecurity(document, operation);
    const key = `${method} ${path}`;
    const RestApiId = document.api.physicalId;
    this.resources.push({
      key,
      type: 'AWS::ApiGateway::Method',
      physicalId: importedId(document, this.#stackName, 'method', key, 10),
      properties: present({
        RestApiId,
        ResourceId: this.#resourceFor(operation),
        HttpMethod: method,
        AuthorizationType: security.authorizationType,
        AuthorizerId: security.authorizer && this.#idOf('AWS::ApiGateway::Authorizer', security.authorizer),
        AuthorizationScopes: security.scopes.length === 0 ? undefined : security.scopes,
        ApiKeyRequired: security.apiKeyRequired,
        OperationName: document.text(operation, 'operationId'),
        RequestValidatorId: this.#validatorOf(operation),
        RequestParameters: requestParameters(document, operation),
        RequestModels: requestModels(document, operation, this.#models),
        MethodResponses: methodResponses(document, operation, this.#models),
        Integration: integration && restIntegration(document, integration),
      }),
      at: (property) =>
        placeOfParameter(document, operation, property) ??
        placeOfResponse(document, integration?.at, property) ??
        placeOfSecurity(security, property) ??
        placeOf(property, at, integration?.at),
    });
  }

  #makeClosed(operation: Operation, fault: DefinitionError): void {
    const { method, path, at } = operation;
    const key = `${method} ${path}`;
    this.resources.push({
      key,
      type: 'AWS::ApiGateway::Method',
      fault,
      physicalId: importedId(this.#document, this.#stackName, 'method', key, 10),
      properties: {
        RestApiId: this.#document.api.physicalId,
        ResourceId: this.#resourceFor(operation),
        HttpMethod: method,
      },
      at: () => at,
    });
  }

  #idOf(type: string, key: string): string {
    return importedId(this.#document, this.#stackName, type, key, 6);
  }

  #validatorOf(operation: Operation): string | undefined {
    const name = operation.value[VALIDATOR] ?? this.#document.root[VALIDATOR];
    if (name === undefined) return undefined;
    if (typeof name !== 'string' || this.#document.object([VALIDATORS, name]) === undefined)
      return this.#document.fail(
        [...operation.at, VALIDATOR],
        `Invalid Request Validator identifier specified: ${JSON.stringify(name)}`,
      );
    return this.#idOf('AWS::ApiGateway::RequestValidator', name);
  }
}

/** Maps CloudFormation's names to the document's names, if more than the first letter differs. */
const RENAMED: Readonly<Record<string, string>> = {
  AuthorizationScopes: 'security',
  AuthorizationType: 'security',
  AuthorizerId: 'security',
  HttpMethod: '',
  IntegrationHttpMethod: 'httpMethod',
  IntegrationResponses: 'responses',
  MethodResponses: 'responses',
  OperationName: 'operationId',
  RequestModels: 'requestBody',
  RequestParameters: 'parameters',
  RequestValidatorId: VALIDATOR,
  ResourceId: '',
};

/** The schema of a model is the model itself in a document. */
function placeInModel(at: DocumentPath, property = ''): DocumentPath {
  const [first = '', ...within] = property.split('.');
  return [...at, ...(first === '' || first === 'Schema' ? [] : [lowerFirst(first)]), ...within];
}

/**
 * Each parameter of an operation is an item of a list, in the operation or in its path. In Swagger 2.0, the body is one
 * of them.
 */
function placeOfParameter(
  document: OpenApiDocument,
  { parameters }: Operation,
  property = '',
): DocumentPath | undefined {
  if (/^RequestModels\b/.test(property) && document.version === '2.0')
    return parameters.find((parameter) => document.text(parameter, 'in') === 'body')?.at;
  const [, name = ''] = /^RequestParameters\.method\.request\.[a-z]+\.(.+)$/.exec(property) ?? [];
  return name === ''
    ? undefined
    : parameters.find((parameter) => document.text(parameter, 'name') === name)?.at;
}

/** The responses of an integration have keys in the document, and numbers in CloudFormation. */
function placeOfResponse(
  document: OpenApiDocument,
  integration: DocumentPath | undefined,
  property = '',
): DocumentPath | undefined {
  const [, index = '', member = '', name = ''] =
    /^Integration\.IntegrationResponses\.(\d+)(?:\.(\w+))?(?:\.(.+))?$/.exec(property) ?? [];
  const responses =
    integration === undefined || index === '' ? undefined : document.object([...integration, 'responses']);
  const key = Object.keys(responses?.value ?? {})[Number(index)];
  return responses === undefined || key === undefined
    ? undefined
    : [...responses.at, key, ...[lowerFirst(member), name].filter((part) => part !== '')];
}

function placeOf(
  property: string | undefined,
  operation: DocumentPath,
  integration: DocumentPath | undefined,
): DocumentPath {
  const [head = '', inner = '', ...rest] = property?.split('.') ?? [];
  if (head === '') return operation;
  if (inner === PATH) return operation.slice(0, -1);
  if (inner === VERB) return [...operation, VERB];
  if (head !== 'Integration')
    return [...operation, RENAMED[head] ?? lowerFirst(head)].filter((key) => key !== '');
  const at = integration ?? [...operation, INTEGRATION];
  return inner === ''
    ? at
    : [
        ...at,
        inner === 'RequestParameters' ? 'requestParameters' : (RENAMED[inner] ?? lowerFirst(inner)),
        ...rest,
      ];
}

/** Returns the document's settings for the API itself. The template's own properties take precedence. */
export function restApiProperties(document: OpenApiDocument): JsonObject {
  const { root, api } = document;
  const own = Object.fromEntries(Object.entries(api.properties).filter(([name]) => name !== 'Body'));
  const info = document.object(['info']);
  const endpoint = document.endpoint();
  const fromDocument: Readonly<Record<string, Json | undefined>> = {
    Name: info && document.text(info, 'title'),
    Description: info && document.text(info, 'description'),
    Version: info && document.text(info, 'version'),
    ApiKeySourceType: root['x-amazon-apigateway-api-key-source'],
    BinaryMediaTypes: root['x-amazon-apigateway-binary-media-types'],
    MinimumCompressionSize: root['x-amazon-apigateway-minimum-compression-size'],
    Policy: root['x-amazon-apigateway-policy'],
    DisableExecuteApiEndpoint: endpoint['disableExecuteApiEndpoint'],
  };
  return { ...present(fromDocument), ...own };
}

const SECTION = 'x-amazon-apigateway-documentation';
const LIST = 'documentationParts';

type ImportedPart = {
  readonly key: string;
  readonly properties: JsonObject;
  readonly at: DocumentPath;
};

/**
 * Returns the documentation parts of the document. A part without a location or properties is reported and omitted. If
 * two parts have the same location, the last part is used.
 */
function importedParts(document: OpenApiDocument): readonly ImportedPart[] {
  const section = document.object([SECTION]);
  const list = section?.value[LIST];
  const parts = new Map<string, ImportedPart>();
  for (const [index, item] of (isJsonList(list) ? list : []).entries()) {
    const at = [SECTION, LIST, String(index)];
    const part = membersOf(item);
    const { location, properties } = part;
    if (!isJsonObject(location) || typeof location['type'] !== 'string' || !isJsonObject(properties)) {
      document.report(at);
      continue;
    }
    const members = Object.entries(location).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[`${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]] : [],
    );
    const Location = Object.fromEntries(members);
    const key = members
      .map((member) => member.join('='))
      .toSorted()
      .join(' ');
    parts.set(key, { key, properties: { Location, Properties: JSON.stringify(properties) }, at });
  }
  return [...parts.values()];
}
