/** Creates APIs for calls, empty or from an OpenAPI document, and imports documents into existing APIs. */
import { expandDocuments } from '../../templates/openapi/openapi.ts';
import { expandQuickCreate } from '../../core/stack/quick-create.ts';
import { callMadeResource } from './edit-resources.ts';
import { loadApis } from '../loading/load-apis.ts';
import { mergeResources } from './merge-resources.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Account } from '../account.ts';
import type { ApiResources, ApiState } from '../api-state.ts';

type ApiOptions = {
  readonly id: string;
  readonly properties: JsonObject;
  readonly type?: 'AWS::ApiGateway::RestApi' | 'AWS::ApiGatewayV2::Api';
  readonly region: string;
  readonly accountId: string;
  /** Prefix of its resources' ids. */
  readonly stackName: string;
  readonly logicalId: string;
};

export type MadeApi = {
  readonly api: ApiState;
  readonly warnings: readonly string[];
};

/** The stack name of APIs made by calls; CloudFormation allows no such name. */
export const MADE_BY_CALL = 'made by call';

/** An API without stages, not served yet. @throws DefinitionError for what AWS refuses */
export function makeApi(options: ApiOptions, account: Account): MadeApi {
  const {
    id,
    properties,
    logicalId,
    stackName,
    region,
    accountId,
    type = 'AWS::ApiGateway::RestApi',
  } = options;
  const made = callMadeResource(id, properties);
  const resource = { ...made, logicalId, type, physicalId: id, dependsOn: [] };
  const { resources: named, findings } = expandDocuments(stackName, new Map([[logicalId, resource]]));
  const resources = expandQuickCreate(stackName, named);
  const stack: ResolvedStack = {
    stackName,
    stage: '',
    region,
    accountId,
    file: 'API call',
    includes: [],
    resources,
    outputs: new Map(),
    metadata: {},
    exports: new Map(),
    functions: [],
    refused: new Map(),
    unsupported: [],
    noEffect: [],
  };
  const [api] = loadApis([stack], account).apis;
  if (api === undefined) throw new TypeError('a stack with one API has no API');
  return { api, warnings: findings.map(({ property, consequence }) => `${property ?? ''}: ${consequence}`) };
}

/**
 * `overwrite` deletes what the document does not set of these (hashicorp/terraform-provider-aws,
 * internal/service/apigateway/rest_api.go). Kept here: endpoint and policy, without which an API would open.
 */
const LITERAL = [
  'Name',
  'Description',
  'Version',
  'ApiKeySourceType',
  'BinaryMediaTypes',
  'MinimumCompressionSize',
];

function withoutLiteral(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !LITERAL.includes(name)));
}

type ReadDocument = { readonly resources: ApiResources; readonly warnings: readonly string[] };

/**
 * The API after an import: `overwrite` keeps only the document's parts, `merge` also the others.
 * @throws DefinitionError for what AWS refuses
 */
export function readDocument(
  api: ApiState,
  document: string,
  mode: 'merge' | 'overwrite',
  parameters: JsonObject,
  account: Account,
): ReadDocument {
  const { apiId, region, accountId, stackName, logicalId } = api.identity;
  const { resources: current } = api;
  const isRest = api.identity.protocol === 'rest';
  const literal = mode === 'overwrite' ? withoutLiteral(current.api.properties) : current.api.properties;
  const kept = isRest ? { ...literal, Parameters: parameters } : parameters;
  const type = isRest ? 'AWS::ApiGateway::RestApi' : 'AWS::ApiGatewayV2::Api';
  const properties = { ...kept, Body: document };
  const options = { id: apiId, properties, region, accountId, stackName, logicalId, type } as const;
  const { api: fresh, warnings } = makeApi(options, account);
  const { resources: next } = fresh;
  const { Name = current.api.properties['Name'] } = next.api.properties;
  const named = isRest && Name !== undefined ? { ...next.api.properties, Name } : next.api.properties;
  const own = { ...current.api, properties: named };
  // Versions are not part of a document.
  const documentation = { ...next.documentation, versions: current.documentation.versions };
  const resources =
    mode === 'merge' ? mergeResources({ ...current, api: own }, next) : { ...next, api: own, documentation };
  return { resources, warnings };
}
