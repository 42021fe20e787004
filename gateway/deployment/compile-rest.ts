/** AWS::ApiGateway::Method and its kin → the immutable deployment of a REST API. */
import { DefinitionError } from '../errors.ts';
import { checkResourceTree, compileRestRoutes } from '../routing/rest-routes.ts';
import { compileRestAuthorization } from './compile-authorization.ts';
import { compileCacheKey } from './compile-cache-key.ts';
import { compileIntegration } from './compile-integration.ts';
import { compileResourcePolicy, readEndpointTypes } from './compile-resource-policy.ts';
import { resolveGatewayResponses, wordByGatewayResponses } from './gateway-responses.ts';
import { compileRestValidation } from './compile-validation.ts';
import { compileModels } from './models.ts';
import { readBlock, readFlag, readInteger, readText, readTextList } from './properties.ts';
import type { LocalIssuers } from './compile-token-authorizer.ts';
import type { Models } from './models.ts';
import type { PropertyBag } from './properties.ts';
import type { Deployment, RoutePlan } from './model.ts';

/** What a REST deployment is compiled from; the control plane hands it over as it stands at that moment. */
export type RestResources = {
  readonly api: PropertyBag;
  readonly resources: ReadonlyMap<string, PropertyBag & { readonly path: string }>;
  readonly methods: readonly PropertyBag[];
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly localIssuers: LocalIssuers;
  /** `arn:aws:execute-api:{region}:{account}:{apiId}` */
  readonly apiArn: string;
  readonly gatewayResponses: readonly PropertyBag[];
  readonly models: readonly PropertyBag[];
  readonly validators: ReadonlyMap<string, PropertyBag>;
};

const VERBS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

function compileMethod(method: PropertyBag, from: RestResources, models: Models): RoutePlan {
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
  return {
    routeKey: `${httpMethod} ${resource.path}`,
    resourceId,
    resourcePath: resource.path,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    httpMethod,
    logicalId: method.logicalId,
    authorization: compileRestAuthorization(method, from),
    apiKeyRequired: readFlag(method, 'ApiKeyRequired'),
    integration: compileIntegration(method),
    validation: compileRestValidation(method, { models, validators: from.validators }),
    cacheKey: compileCacheKey(method, resourceId),
  };
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
  if (block !== undefined && readInteger(block, 'TimeoutInMillis', EDGE_TIMEOUT) > EDGE_TIMEOUT.usual)
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
  const models = compileModels(from.api.id, from.models);
  const plans = from.methods.map((method) => compileMethod(method, from, models));
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
    errors: wordByGatewayResponses(resolveGatewayResponses(from.gatewayResponses)),
    cors: undefined,
    resourcePolicy: compileResourcePolicy(from.api, from.apiArn),
    apiKeySource: readApiKeySource(from.api),
    binaryMediaTypes: readTextList(from.api, 'BinaryMediaTypes').map((type) =>
      type.toLowerCase().replaceAll('~1', '/'),
    ),
    messageRouting: undefined,
  };
}
