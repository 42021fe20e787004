/** AWS::ApiGateway::Method and its kin → the immutable deployment of a REST API. */
import { DefinitionError } from '../errors.ts';
import { checkResourceTree, compileRestRoutes } from '../routing/rest-routes.ts';
import { compileRestAuthorization } from './compile-authorization.ts';
import { compileCacheKey } from './compile-cache-key.ts';
import { compileIntegration, isStreamed, STREAM_IDLE_MS } from './compile-integration.ts';
import { compileResourcePolicy, readEndpointTypes } from './compile-resource-policy.ts';
import { resolveGatewayResponses, wordByGatewayResponses } from './gateway-responses.ts';
import { compileRestValidation } from './compile-validation.ts';
import { mayInvoke, sourcesOfMethod } from './invoke-permissions.ts';
import { compileModels } from './models.ts';
import { readBlock, readFlag, readInteger, readText, readTextList } from './properties.ts';
import type { Assumptions } from './assumptions.ts';
import type { LocalIssuers } from './compile-token-authorizer.ts';
import type { InvokePermissions } from './invoke-permissions.ts';
import type { Models } from './models.ts';
import type { PropertyBag } from './properties.ts';
import type { Deployment, Integration, RoutePlan } from './model.ts';

/** What a REST deployment is compiled from; the control plane hands it over as it stands at that moment. */
export type RestResources = {
  readonly api: PropertyBag;
  readonly resources: ReadonlyMap<string, PropertyBag & { readonly path: string }>;
  readonly methods: readonly PropertyBag[];
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly localIssuers: LocalIssuers;
  readonly assumptions: Assumptions;
  /** VPC by the endpoint that private APIs are called through. */
  readonly vpcEndpoints: ReadonlyMap<string, string>;
  /** How long the resource policy may be. */
  readonly policyCharacters: number;
  /** `arn:aws:execute-api:{region}:{account}:{apiId}` */
  readonly apiArn: string;
  readonly invokePermissions: InvokePermissions;
  readonly gatewayResponses: readonly PropertyBag[];
  readonly models: readonly PropertyBag[];
  readonly validators: ReadonlyMap<string, PropertyBag>;
};

const VERBS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

function compileMethod(
  method: PropertyBag,
  from: RestResources,
  models: Models,
  streamIdleMs: number,
): RoutePlan {
  const resourceId = readText(method, 'ResourceId');
  const resource = from.resources.get(resourceId);
  if (resource === undefined)
    throw new DefinitionError(method.place('ResourceId'), 'Invalid Resource identifier specified');
  const httpMethod = readText(method, 'HttpMethod').toUpperCase();
  if (!VERBS.has(httpMethod))
    throw new DefinitionError(
      method.place('HttpMethod'),
      `Invalid HTTP method "${httpMethod}". AWS takes ${[...VERBS].join(', ')}`,
    );
  const operationName = method.properties['OperationName'];
  const compiled = compileIntegration(method, streamIdleMs);
  const sources = sourcesOfMethod(httpMethod, resource.path);
  const integration = refuseUnpermitted(compiled, method, sources, from.invokePermissions);
  return {
    routeKey: `${httpMethod} ${resource.path}`,
    resourceId,
    resourcePath: resource.path,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    httpMethod,
    logicalId: method.logicalId,
    authorization: compileRestAuthorization(method, from),
    apiKeyRequired: readFlag(method, 'ApiKeyRequired'),
    integration,
    validation: compileRestValidation(method, { models, validators: from.validators }),
    // A streamed answer is never kept.
    cacheKey: isStream(integration) ? undefined : compileCacheKey(method, resourceId),
  };
}

function isStream({ kind }: Integration): boolean {
  return kind === 'lambda-stream' || kind === 'http-stream';
}

/** AWS deploys it, and then every call fails. */
function refuseUnpermitted(
  integration: Integration,
  method: PropertyBag,
  sources: readonly string[],
  permissions: InvokePermissions,
): Integration {
  if (!('functionName' in integration)) return integration;
  const role = readBlock(method, 'Integration')?.properties['Credentials'];
  if (mayInvoke(permissions, integration.functionName, role, sources)) return integration;
  const reason = `no AWS::Lambda::Permission lets the API invoke ${integration.functionName.source}`;
  return { kind: 'misconfigured', reason };
}

function refuseIllegalTree(from: RestResources): void {
  const byPath = new Map([...from.resources.values()].map((resource) => [resource.path, resource]));
  for (const { path, message } of checkResourceTree([...byPath.keys()]))
    throw new DefinitionError((byPath.get(path) ?? from.api).place('PathPart'), message);
}

/** Only Regional and private APIs may be given more than 29 s. The words are AWS's as public threads quote them. */
const EDGE_TIMEOUT = { usual: 29_000, min: 0, max: Number.MAX_SAFE_INTEGER };

function refuseLongTimeout(method: PropertyBag): void {
  const block = readBlock(method, 'Integration');
  if (block === undefined || isStreamed(block)) return;
  if (readInteger(block, 'TimeoutInMillis', EDGE_TIMEOUT) > EDGE_TIMEOUT.usual)
    throw new DefinitionError(
      block.place('TimeoutInMillis'),
      'Timeout should be between 50 ms and 29000 ms on an edge-optimized API. Set EndpointConfiguration.Types to REGIONAL to go beyond',
    );
}

function readApiKeySource(api: PropertyBag): Deployment['apiKeySource'] {
  const source = readText(api, 'ApiKeySourceType', 'HEADER');
  if (source === 'HEADER' || source === 'AUTHORIZER') return source;
  throw new DefinitionError(
    api.place('ApiKeySourceType'),
    `Invalid API key source "${source}". AWS takes HEADER and AUTHORIZER`,
  );
}

/** `null` and nothing turn it off. */
function readMinimumCompression(api: PropertyBag): number | undefined {
  const bytes = readInteger(api, 'MinimumCompressionSize', { usual: -1, min: 0, max: 10_485_760 });
  return bytes === -1 ? undefined : bytes;
}

/**
 * Compiles a REST API as it stands now.
 * @throws DefinitionError for what AWS refuses, in AWS's words where they are recorded.
 */
export function compileRestDeployment(id: string, from: RestResources): Deployment {
  refuseIllegalTree(from);
  if (from.methods.length === 0)
    throw new DefinitionError(from.api.place(), "The REST API doesn't contain any methods");
  const isEdge = !readEndpointTypes(from.api).some((type) => type === 'REGIONAL' || type === 'PRIVATE');
  if (isEdge) from.methods.forEach(refuseLongTimeout);
  const idleMs = isEdge ? STREAM_IDLE_MS.edge : STREAM_IDLE_MS.regional;
  const models = compileModels(from.api.id, from.models);
  const plans = from.methods.map((method) => compileMethod(method, from, models, idleMs));
  const seen = new Set<string>();
  for (const [index, plan] of plans.entries()) {
    if (seen.has(plan.routeKey))
      throw new DefinitionError(
        (from.methods[index] ?? from.api).place('HttpMethod'),
        `Method already exists for this resource: ${plan.routeKey}`,
      );
    seen.add(plan.routeKey);
  }
  return {
    id,
    protocol: 'rest',
    routes: compileRestRoutes(plans),
    errors: wordByGatewayResponses(resolveGatewayResponses(from.gatewayResponses), from.assumptions),
    cors: undefined,
    resourcePolicy: compileResourcePolicy(from.api, from.apiArn, from),
    apiKeySource: readApiKeySource(from.api),
    binaryMediaTypes: readTextList(from.api, 'BinaryMediaTypes').map((type) =>
      type.toLowerCase().replaceAll('~1', '/'),
    ),
    minimumCompressionBytes: readMinimumCompression(from.api),
    messageRouting: undefined,
  };
}
