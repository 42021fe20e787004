/** AWS::ApiGateway::Method and its kin → the immutable deployment of a REST API. */
import { DefinitionError } from '../errors.ts';
import { checkResourceTree, compileRestRoutes } from '../routing/rest-routes.ts';
import { compileRestAuthorizer } from './compile-authorizer.ts';
import { resolveGatewayResponses, wordByGatewayResponses } from './gateway-responses.ts';
import { readLambdaUri } from './integration-uri.ts';
import { readBlock, readFlag, readInteger, readText, readTextList } from './properties.ts';
import type { PropertyBag } from './properties.ts';
import type { Authorization, Deployment, Integration, RoutePlan } from './model.ts';

/** What a REST deployment is compiled from; the control plane hands it over as it stands at that moment. */
export type RestResources = {
  readonly api: PropertyBag;
  readonly resources: ReadonlyMap<string, PropertyBag & { readonly path: string }>;
  readonly methods: readonly PropertyBag[];
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly gatewayResponses: readonly PropertyBag[];
};

const VERBS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
/** REST integrations may take 50 ms to 29 s; Regional and private APIs may raise the top (June 2024). */
const TIMEOUT = { usual: 29_000, min: 50, max: 300_000 };

function compileAuthorization(method: PropertyBag, from: RestResources): Authorization {
  const type = readText(method, 'AuthorizationType', 'NONE');
  if (type === 'NONE') return { kind: 'none' };
  if (type !== 'CUSTOM') return { kind: 'unsupported', type };
  const id = readText(method, 'AuthorizerId');
  const authorizer = from.authorizers.get(id);
  if (authorizer === undefined)
    throw new DefinitionError(
      method.place('AuthorizerId'),
      `Invalid authorizer ID specified. "${id}" is no authorizer of this API`,
    );
  return compileRestAuthorizer(authorizer);
}

function compileIntegration(method: PropertyBag): Integration {
  const block = readBlock(method, 'Integration');
  if (block === undefined)
    throw new DefinitionError(method.place('Integration'), 'No integration defined for method');
  const type = readText(block, 'Type');
  if (type !== 'AWS_PROXY')
    return { kind: 'unsupported', type, reason: `integration type ${type} is not supported yet` };
  const target = readLambdaUri(readText(block, 'Uri'), false);
  if (target.kind === 'invalid') throw new DefinitionError(block.place('Uri'), target.message);
  const timeoutMs = readInteger(block, 'TimeoutInMillis', TIMEOUT);
  const verb = readText(block, 'IntegrationHttpMethod', '');
  if (verb !== 'POST')
    return {
      kind: 'misconfigured',
      reason: `Lambda takes POST only, and IntegrationHttpMethod is "${verb}"`,
    };
  return { kind: 'lambda-proxy', payload: 'rest-1.0', functionName: target.functionName, timeoutMs };
}

function compileMethod(method: PropertyBag, from: RestResources): RoutePlan {
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
    authorization: compileAuthorization(method, from),
    apiKeyRequired: readFlag(method, 'ApiKeyRequired'),
    integration: compileIntegration(method),
  };
}

function refuseIllegalTree(from: RestResources): void {
  const byPath = new Map([...from.resources.values()].map((resource) => [resource.path, resource]));
  for (const { path, message } of checkResourceTree([...byPath.keys()]))
    throw new DefinitionError((byPath.get(path) ?? from.api).place('PathPart'), message);
}

/**
 * Compiles a REST API as it stands now.
 * @throws DefinitionError for what AWS refuses, in AWS's words where they are recorded.
 */
export function compileRestDeployment(id: string, from: RestResources): Deployment {
  refuseIllegalTree(from);
  if (from.methods.length === 0)
    throw new DefinitionError(from.api.place(), "The REST API doesn't contain any methods");
  const plans = from.methods.map((method) => compileMethod(method, from));
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
    binaryMediaTypes: readTextList(from.api, 'BinaryMediaTypes').map((type) =>
      type.toLowerCase().replaceAll('~1', '/'),
    ),
    messageRouting: undefined,
  };
}
