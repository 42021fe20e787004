/** Compiles AWS::ApiGateway::Method and related types into the immutable deployment of a REST API. */
import { DefinitionError } from '../errors.ts';
import { checkResourceTree, compileRestRoutes } from '../routing/rest-routes.ts';
import { compileRestAuthorization } from './authorization/compile-authorization.ts';
import { compileCacheKey } from './integration/compile-cache-key.ts';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { compileIntegration, isStreamed, STREAM_IDLE_MS } from './integration/compile-integration.ts';
import { compileResourcePolicy, readEndpointTypes } from './authorization/compile-resource-policy.ts';
import { resolveGatewayResponses, wordByGatewayResponses } from './wordings/gateway-responses.ts';
import { compileRestValidation, readRequestModels } from './models/compile-validation.ts';
import { sourcesOfMethod } from '../routing/invoke-sources.ts';
import { withInvokeCheck } from './authorization/invoke-permissions.ts';
import { closedPlan } from './closed-routes.ts';
import { makeDeployment } from './make-deployment.ts';
import { compileUsableModels } from './models/models.ts';
import { readBlock, readFlag, readInteger, readText, readTextList, requireValid } from './properties.ts';
import { INTEGRATION_TIMEOUTS } from '../integration-timeouts.ts';
import type { Tolerance } from '../errors.ts';
import type { Assumptions } from './assumptions.ts';
import type { InvokePermissions } from './authorization/invoke-permissions.ts';
import type { Models } from './models/models.ts';
import type { PropertyBag } from './properties.ts';
import type { Authorization, Deployment, Integration, ResourcePolicy, RoutePlan } from './model.ts';

type RestResources = {
  readonly api: PropertyBag;
  readonly resources: ReadonlyMap<string, PropertyBag & { readonly path: string }>;
  readonly methods: readonly PropertyBag[];
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly assumptions: Assumptions;
  /** The VPC of each VPC endpoint of private APIs. */
  readonly vpcEndpoints: ReadonlyMap<string, string>;
  readonly policyCharacters: number;
  /** The ARN `arn:aws:execute-api:{region}:{account}:{apiId}`. */
  readonly apiArn: string;
  readonly invokePermissions: InvokePermissions;
  /** The account and the region of the functions of the API's stack; absent for an API that no stack defines. */
  readonly functionHome?: FunctionHome;
  readonly gatewayResponses: readonly PropertyBag[];
  readonly models: readonly PropertyBag[];
  readonly validators: ReadonlyMap<string, PropertyBag>;
  readonly tolerance: Tolerance;
};

/** The verbs in the order in which AWS lists them in its error message. */
const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'];

/**
 * Returns why AWS refuses this verb for a method, in a template as well as in a call [obs]; undefined means that AWS
 * accepts it.
 */
export function verbRefusal(verb: string): string | undefined {
  return VERBS.includes(verb)
    ? undefined
    : `Invalid HttpMethod specified. Valid options are ${VERBS.join(',')}`;
}

function compileMethod(
  method: PropertyBag,
  from: RestResources,
  models: Models,
  streamIdleMs: number,
): RoutePlan {
  const resource = findResource(requireValid(method), from);
  const httpMethod = readText(method, 'HttpMethod').toUpperCase();
  const refusal = verbRefusal(httpMethod);
  if (refusal !== undefined) throw new DefinitionError(method.place('HttpMethod'), refusal);
  const operationName = method.properties['OperationName'];
  const compiled = compileIntegration(method, streamIdleMs, from.tolerance, from.functionHome);
  const sources = sourcesOfMethod(httpMethod, resource.path);
  const role = readBlock(method, 'Integration')?.properties['Credentials'];
  const integration = withInvokeCheck(compiled, role, sources, from.invokePermissions);
  return {
    routeKey: `${httpMethod} ${resource.path}`,
    resourceId: resource.id,
    resourcePath: resource.path,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    httpMethod,
    logicalId: method.logicalId,
    authorization: authorize(method, httpMethod, from),
    apiKeyRequired: readFlag(method, 'ApiKeyRequired'),
    integration,
    validation: compileRestValidation(method, { models, validators: from.validators }),
    requestModels: readRequestModels(method, models),
    // Streamed responses are never cached.
    cacheKey: isStream(integration) ? undefined : compileCacheKey(method, resource.id),
  };
}

function findResource(method: PropertyBag, from: RestResources): PropertyBag & { readonly path: string } {
  const resource = from.resources.get(readText(method, 'ResourceId'));
  if (resource !== undefined) return requireValid(resource);
  throw new DefinitionError(method.place('ResourceId'), 'Invalid Resource identifier specified');
}

/**
 * Compiles the authorization. If the authorizer cannot be compiled, the method is closed, unless `--allow-unguarded` is
 * set.
 */
function authorize(method: PropertyBag, httpMethod: string, from: RestResources): Authorization {
  const compile = (): Authorization => compileRestAuthorization(method, from);
  if (!from.tolerance.allowsUnguarded) return compile();
  return from.tolerance.attempt(`${httpMethod} is open to all callers`, compile, () => ({ kind: 'none' }));
}

/** Returns the closed replacement for a method that cannot be compiled; empty if the method's route is unknown. */
function closeMethod(method: PropertyBag, from: RestResources, reason: string): RoutePlan[] {
  const facts = routeOf(method, from);
  return facts === undefined ? [] : [closedPlan(facts, reason)];
}

function routeOf(
  { properties, logicalId }: PropertyBag,
  { resources }: RestResources,
): Parameters<typeof closedPlan>[0] | undefined {
  const { ResourceId: resourceId, HttpMethod: verb } = properties;
  const resource = typeof resourceId === 'string' ? resources.get(resourceId) : undefined;
  const httpMethod = typeof verb === 'string' ? verb.toUpperCase() : '';
  if (resource === undefined || !VERBS.includes(httpMethod)) return undefined;
  const { id, path } = resource;
  return { routeKey: `${httpMethod} ${path}`, resourceId: id, resourcePath: path, httpMethod, logicalId };
}

function isStream({ kind }: Integration): boolean {
  return kind === 'lambda-stream' || kind === 'http-stream';
}

function findIllegalPaths(from: RestResources): ReadonlySet<string> {
  const byPath = new Map([...from.resources.values()].map((resource) => [resource.path, resource]));
  const illegal = checkResourceTree([...byPath.keys()]);
  for (const { path, message, remedy } of illegal)
    from.tolerance.note(
      new DefinitionError((byPath.get(path) ?? from.api).place('PathPart'), message, [], undefined, remedy),
      `${path} does not exist`,
    );
  return new Set(illegal.map(({ path }) => path));
}

/**
 * The rule for timeouts of edge-optimized APIs. `usual` is both the default and the longest timeout (29 s), because
 * only Regional and private APIs may have a longer one. Public threads quote AWS's error message.
 */
const EDGE_TIMEOUT = { usual: INTEGRATION_TIMEOUTS.rest.usual, min: 0, max: Number.MAX_SAFE_INTEGER };

function refuseLongTimeout(method: PropertyBag): void {
  const block = readBlock(method, 'Integration');
  if (block === undefined || isStreamed(block)) return;
  if (readInteger(block, 'TimeoutInMillis', EDGE_TIMEOUT) > EDGE_TIMEOUT.usual)
    throw new DefinitionError(
      block.place('TimeoutInMillis'),
      'Timeout should be between 50 ms and 29000 ms on an edge-optimized API. Set EndpointConfiguration.Types to REGIONAL for longer timeouts',
    );
}

function readApiKeySource(api: PropertyBag): Deployment['apiKeySource'] {
  const source = readText(api, 'ApiKeySourceType', 'HEADER');
  if (source === 'HEADER' || source === 'AUTHORIZER') return source;
  throw new DefinitionError(
    api.place('ApiKeySourceType'),
    `Invalid API key source "${source}"; expected HEADER or AUTHORIZER`,
  );
}

/** Returns the minimum size for compression. `null` or an absent value disables compression. */
function readMinimumCompression(api: PropertyBag): number | undefined {
  const bytes = readInteger(api, 'MinimumCompressionSize', { usual: -1, min: 0, max: 10_485_760 });
  return bytes === -1 ? undefined : bytes;
}

/**
 * The deployment id for compiling a resource that does not belong to a deployment. AWS also checks such a resource when
 * it is created.
 */
export const NO_DEPLOYMENT = '';

/**
 * Compiles a REST API.
 * @throws DefinitionError for a definition that AWS refuses, in AWS's words if they are recorded.
 */
export function compileRestDeployment(id: string, from: RestResources): Deployment {
  const { tolerance } = from;
  if (id !== NO_DEPLOYMENT) refuseWithoutMethods(from);
  const plans = compileMethods(from);
  const responses = from.gatewayResponses.filter((response) =>
    tolerance.attempt(
      'this gateway response is not applied',
      () => resolveGatewayResponses([requireValid(response)]).size >= 0,
      () => false,
    ),
  );
  const routes = compileRestRoutes(plans);
  const errors = wordByGatewayResponses(resolveGatewayResponses(responses), from.assumptions);
  return makeDeployment({ id, protocol: 'rest', routes, errors }, tolerance, () =>
    compileApi(requireValid(from.api), from),
  );
}

/** Only a deployment needs methods. An API without methods and without a deployment is accepted. */
function refuseWithoutMethods({ api, methods, tolerance }: RestResources): void {
  // Without a readable document, it is unknown whether the API has methods: a document that cannot be read is reported
  // as a separate fault, and a document in S3 is not read.
  const isKnown = api.fault === undefined && api.properties['BodyS3Location'] === undefined;
  if (methods.length === 0 && isKnown)
    tolerance.note(
      new DefinitionError(api.place(), "The REST API doesn't contain any methods"),
      'the API does not respond to any request',
    );
}

/** Compiles the settings that apply to every route. If they cannot be read, all routes are closed. */
function compileApi(api: PropertyBag, from: RestResources): Partial<Deployment> {
  return {
    resourcePolicy: guard(api, from),
    apiKeySource: readApiKeySource(api),
    binaryMediaTypes: readTextList(api, 'BinaryMediaTypes').map((type) =>
      type.toLowerCase().replaceAll('~1', '/'),
    ),
    minimumCompressionBytes: readMinimumCompression(api),
  };
}

function guard(api: PropertyBag, from: RestResources): ResourcePolicy | undefined {
  const compile = (): ResourcePolicy | undefined => compileResourcePolicy(api, from.apiArn, from);
  if (!from.tolerance.allowsUnguarded) return compile();
  return from.tolerance.attempt('the API is open to all callers', compile, () => undefined);
}

/**
 * Returns the plans of the methods in template order, except methods of illegal paths. If two methods have the same
 * route key, the first is used.
 */
function compileMethods(from: RestResources): readonly RoutePlan[] {
  const { tolerance } = from;
  const illegal = findIllegalPaths(from);
  const isEdge = isEdgeOptimized(from);
  const idleMs = isEdge ? STREAM_IDLE_MS.edge : STREAM_IDLE_MS.regional;
  const models = compileUsableModels(from.api.id, from.models, tolerance);
  const plans = new Map<string, RoutePlan>();
  for (const method of from.methods) {
    const routeKey = routeOf(method, from)?.routeKey;
    const compiled = tolerance.attempt(
      routeKey === undefined ? 'this method does not exist' : `${routeKey} returns 500`,
      () => [compileMethod(method, from, models, idleMs)],
      (error) => closeMethod(method, from, error.describe()),
    );
    if (isEdge) tolerate(tolerance, () => refuseLongTimeout(method));
    for (const plan of compiled.filter(({ resourcePath }) => !illegal.has(resourcePath)))
      if (plans.has(plan.routeKey)) refuseSecond(method, plan, tolerance);
      else plans.set(plan.routeKey, plan);
  }
  return [...plans.values()];
}

function isEdgeOptimized({ api, tolerance }: RestResources): boolean {
  const types = tolerance.attempt(
    'the API is served as an edge-optimized API',
    () => readEndpointTypes(api),
    () => [],
  );
  return !types.some((type) => type === 'REGIONAL' || type === 'PRIVATE');
}

/** Runs a check of AWS's limits. A definition that exceeds a limit is reported and served, if faults are tolerated. */
function tolerate(tolerance: Tolerance, check: () => void): void {
  tolerance.attempt('AWS would refuse this timeout, but the gateway applies it', check, () => undefined);
}

function refuseSecond(method: PropertyBag, { routeKey }: RoutePlan, tolerance: Tolerance): void {
  tolerance.note(
    new DefinitionError(method.place('HttpMethod'), `Method already exists for this resource: ${routeKey}`),
    'the first method is used',
  );
}
