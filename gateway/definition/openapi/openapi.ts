/**
 * APIs defined by an OpenAPI document (`Body`) become the resources that AWS makes when it imports it, before
 * anything else sees the stack: classes, control plane and compilers know one kind of API only.
 */
import { DefinitionError } from '../../errors.ts';
import type { JsonObject, ResolvedResource } from '../model.ts';
import { OpenApiDocument } from './openapi-document.ts';
import { httpApiProperties, importHttpApi } from './openapi-http.ts';
import { toResolved } from './openapi-resource.ts';
import { RestImport, restApiProperties } from './openapi-rest.ts';
import type { ImportedResource } from './openapi-resource.ts';
import type { Finding } from '../raw-stack.ts';
import { isJsonObject, parseSource } from '../cloudformation/template-source.ts';

export type ExpandedDocuments = {
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly findings: readonly Finding[];
};

type Imported = { readonly properties: JsonObject; readonly resources: readonly ImportedResource[] };

/** @throws DefinitionError for a document that AWS refuses to import. */
export function expandDocuments(
  stackName: string,
  resources: ReadonlyMap<string, ResolvedResource>,
): ExpandedDocuments {
  const expanded = new Map<string, ResolvedResource>();
  const findings: Finding[] = [];
  for (const [logicalId, api] of resources) {
    const importer = IMPORTERS[api.type];
    if (importer === undefined || api.properties['Body'] === undefined) {
      expanded.set(logicalId, api);
      continue;
    }
    const document = new OpenApiDocument(api, readBody(api));
    const imported = importer(document, stackName);
    expanded.set(logicalId, { ...api, properties: imported.properties });
    for (const resource of imported.resources.map((made) => toResolved(document, made))) {
      if (expanded.has(resource.logicalId))
        throw new DefinitionError(
          resource.place(),
          `Invalid OpenAPI input. ${resource.logicalId} is defined twice`,
        );
      expanded.set(resource.logicalId, resource);
    }
    findings.push(...document.findings);
  }
  return { resources: expanded, findings };
}

const IMPORTERS: Readonly<Record<string, (document: OpenApiDocument, stackName: string) => Imported>> = {
  'AWS::ApiGateway::RestApi': (document, stackName) => {
    const work = new RestImport(document, stackName);
    work.run();
    return { properties: restApiProperties(document), resources: work.resources };
  },
  'AWS::ApiGatewayV2::Api': (document, stackName) => {
    if ((document.api.properties['ProtocolType'] ?? 'HTTP') !== 'HTTP')
      throw new DefinitionError(document.place([]), 'Body is supported for HTTP APIs only');
    return { properties: httpApiProperties(document), resources: importHttpApi(document, stackName) };
  },
};

/** An object, or the text of one in JSON or YAML. */
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
