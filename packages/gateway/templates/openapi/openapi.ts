/**
 * Expands APIs that are defined by an OpenAPI document (`Body`). The result is the resources that AWS's import creates,
 * so that later steps handle only one kind of API.
 */
import { DefinitionError, REFUSING } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { OpenApiDocument } from './openapi-document.ts';
import { lowerFirst } from '@gatewright/aws/violations';
import { httpApiProperties, importHttpApi } from './openapi-http.ts';
import { toResolved } from './openapi-resource.ts';
import { RestImport, restApiProperties } from './openapi-rest.ts';
import type { ImportedResource } from './openapi-resource.ts';
import type { Finding } from '../raw-stack.ts';
import { parseSource } from '../cloudformation/template-source.ts';

type ImportingStack = Pick<ResolvedStack, 'stackName' | 'region' | 'accountId'>;

type ExpandedDocuments = {
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly findings: readonly Finding[];
};

type Imported = { readonly properties: JsonObject; readonly resources: readonly ImportedResource[] };

/**
 * Expands all documents. A document that cannot be imported makes its API faulty. An operation that cannot be imported
 * makes its method faulty.
 * @throws DefinitionError for a document that AWS refuses to import, if errors are not tolerated
 */
export function expandDocuments(
  stack: ImportingStack,
  resources: ReadonlyMap<string, ResolvedResource>,
  tolerance: Tolerance = REFUSING,
): ExpandedDocuments {
  const expanded = new Map<string, ResolvedResource>();
  const findings: Finding[] = [];
  for (const [logicalId, api] of resources) {
    const importer = IMPORTERS[api.type];
    if (importer === undefined || api.properties['Body'] === undefined) {
      expanded.set(logicalId, api);
      continue;
    }
    const { own, parts, found } = tolerance.attempt<ImportedApi>(
      'the routes of the document do not exist',
      () => importDocument(api, importer, stack, tolerance),
      (fault) => ({ own: { ...api, fault }, parts: [], found: [] }),
    );
    expanded.set(logicalId, own);
    for (const resource of parts)
      if (expanded.has(resource.logicalId))
        tolerance.note(
          new DefinitionError(
            resource.place(),
            `Invalid OpenAPI input. ${resource.logicalId} is defined twice`,
          ),
          'the first one is used',
        );
      else expanded.set(resource.logicalId, resource);
    findings.push(...found);
  }
  return { resources: expanded, findings };
}

type ImportedApi = {
  readonly own: ResolvedResource;
  readonly parts: readonly ResolvedResource[];
  readonly found: readonly Finding[];
};

function importDocument(
  api: ResolvedResource,
  importer: Importer,
  stack: ImportingStack,
  tolerance: Tolerance,
): ImportedApi {
  const document = new OpenApiDocument(api, resolveVariables(readBody(api), stack));
  const { properties, resources } = importer(document, stack.stackName, tolerance);
  return {
    own: { ...api, properties, isImported: true, place: (property) => placeOfApi(document, property) },
    parts: resources.map((made) => toResolved(document, made)),
    found: document.findings,
  };
}

/** The members of a document from which an import makes properties of the API. */
const OF_APIS: Readonly<Record<string, string>> = {
  ApiKeySourceType: 'x-amazon-apigateway-api-key-source',
  BinaryMediaTypes: 'x-amazon-apigateway-binary-media-types',
  CorsConfiguration: 'x-amazon-apigateway-cors',
  MinimumCompressionSize: 'x-amazon-apigateway-minimum-compression-size',
  Policy: 'x-amazon-apigateway-policy',
};

/** If the template does not set a property of the API, the property comes from a member of the document. */
function placeOfApi(document: OpenApiDocument, property?: string): DefinitionError['place'] {
  const { api } = document;
  const [first = '', ...within] = property?.split('.') ?? [];
  if (first === 'DisableExecuteApiEndpoint' && api.properties[first] === undefined)
    return document.place(document.endpointPath());
  const member = api.properties[first] === undefined ? OF_APIS[first] : undefined;
  if (member === undefined || document.root[member] === undefined) return api.place(property);
  return document.place([member, ...(first === 'CorsConfiguration' ? within.map(lowerFirst) : within)]);
}

type Importer = (document: OpenApiDocument, stackName: string, tolerance: Tolerance) => Imported;

const IMPORTERS: Readonly<Record<string, Importer>> = {
  'AWS::ApiGateway::RestApi': (document, stackName, tolerance) => {
    const work = new RestImport(document, stackName, tolerance);
    work.run();
    return { properties: restApiProperties(document), resources: work.resources };
  },
  'AWS::ApiGatewayV2::Api': (document, stackName, tolerance) => {
    if ((document.api.properties['ProtocolType'] ?? 'HTTP') !== 'HTTP')
      throw new DefinitionError(document.place([]), 'Body is supported for HTTP APIs only');
    return {
      properties: httpApiProperties(document),
      resources: importHttpApi(document, stackName, tolerance),
    };
  },
};

/**
 * Replaces the variables that API Gateway itself resolves in every string of an imported document: `${AWS::AccountId}`,
 * `${AWS::Partition}` and `${AWS::Region}` (developer guide, AWS variables for OpenAPI import).
 */
function resolveVariables(body: JsonObject, { region, accountId }: ImportingStack): JsonObject {
  const values: Readonly<Record<string, string>> = {
    AccountId: accountId,
    Partition: partitionOf(region),
    Region: region,
  };
  const resolve = (value: Json): Json => {
    if (typeof value === 'string')
      return value.replace(
        /\$\{AWS::(AccountId|Partition|Region)\}/g,
        (_, name: string) => values[name] ?? '',
      );
    if (isJsonList(value)) return value.map(resolve);
    return isJsonObject(value) ? resolveMembers(value) : value;
  };
  const resolveMembers = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([name, member]) => [name, resolve(member)]));
  return resolveMembers(body);
}

function readBody(api: ResolvedResource): JsonObject {
  const body = api.properties['Body'];
  if (isJsonObject(body)) return body;
  const place = api.place('Body');
  if (typeof body !== 'string')
    throw new DefinitionError(place, 'Invalid OpenAPI input. Body must be a document');
  try {
    return parseSource(body, place.file).value;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new DefinitionError(place, `Invalid OpenAPI input. ${error.message}`);
  }
}
