/**
 * Creates the requests of TestInvokeMethod and TestInvokeAuthorizer. They use the API's current resources, including
 * changes that are not deployed.
 */
import { compileDeployment } from '../../compile-deployment.ts';
import { authorizationTypeOf } from '../../edits/check-authorizer.ts';
import { OWN_ADDRESS, receive } from '../../../core/receive.ts';
import { optionalObject, optionalText, textMap } from './wire-shape.ts';
import type { ApiState } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { Deployment } from '../../../core/deployment/model.ts';
import type { AuthorizerCache, KeyRing, Received, ServedStage, StageLogs } from '../../../core/exchange.ts';
import type { Ports } from '../../../core/ports.ts';

/** The stage names in test requests (docs/aws §4.4): one for methods, one for authorizers. */
const STAGE_NAMES = { method: 'test-invoke-stage', authorizer: 'ESTestInvoke-stage' };

const NOTHING_KEPT: AuthorizerCache = {
  get: () => undefined,
  put: () => undefined,
  list: () => [],
  drop: () => undefined,
  flush: () => undefined,
};
const NO_KEYS: KeyRing = { holderOf: () => undefined };

const LOGS: StageLogs = {
  access: undefined,
  executionGroups: ['test-invoke'],
  optionsOf: () => ({ loggingLevel: 'INFO', isDataTraced: true, hasDetailedMetrics: false }),
  isTraced: false,
};

export type TestRequest = {
  readonly method: string;
  readonly target: string;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly stageVariables: Readonly<Record<string, string>>;
};

/**
 * Reads the request that a call describes. If the call has no path, `usualPath` is used.
 * @throws ControlError for a value of another type
 */
export function readTestRequest(
  body: Readonly<Record<string, unknown>>,
  method: string,
  usualPath: string,
): TestRequest {
  return {
    method,
    target: optionalText(body, 'pathWithQueryString') ?? usualPath,
    headers: [
      ...Object.entries(textMap(body, 'headers')).flat(),
      ...Object.entries(optionalObject(body, 'multiValueHeaders') ?? {}).flatMap(([name, values]) =>
        Array.isArray(values) ? values.flatMap((value: unknown) => [name, String(value)]) : [],
      ),
    ],
    body: optionalText(body, 'body'),
    stageVariables: textMap(body, 'stageVariables'),
  };
}

/**
 * Creates an exchange for one method without access checks: the authorizer, API key, throttle and resource policy are
 * skipped, as on AWS.
 * @throws DefinitionError for a method that cannot be deployed
 */
export function openMethodExchange(
  api: ApiState,
  method: ControlResource,
  request: TestRequest,
  at: Ports,
): Received {
  const properties = { ...method.properties, AuthorizationType: 'NONE', ApiKeyRequired: false };
  const deployment = compileMethod(api, { ...method, properties });
  const [plan] = deployment.routes.plans;
  if (plan === undefined) throw new TypeError('the deployment of the single method has no route');
  const { routes } = deployment;
  // The call specifies the method, so a path that does not match results in empty parameters.
  const unfit = { plan, pathParameters: emptyParameters(plan.resourcePath) };
  const find = (verb: string, path: string) => routes.find(verb, path) ?? unfit;
  return makeExchange(
    api,
    { ...deployment, routes: { ...routes, plans: [plan], find } },
    STAGE_NAMES.method,
    request,
    at,
  );
}

/** Returns `{ petId: '' }` for `/pets/{petId}`; null if the path has no parameters. */
function emptyParameters(resourcePath: string): Readonly<Record<string, string>> | null {
  const names = [...resourcePath.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => [name, '']);
  return names.length === 0 ? null : (Object.fromEntries(names) as Record<string, string>);
}

/** Creates an exchange for an internal method that only calls this authorizer, on any path. */
export function authorizerExchange(
  api: ApiState,
  authorizer: ControlResource,
  request: TestRequest,
  at: Ports,
): Received {
  const root = [...api.resources.resources.values()].find(({ path }) => path === '/');
  const deployment = compileMethod(api, {
    ...authorizer,
    properties: {
      ResourceId: root?.id ?? '',
      HttpMethod: 'ANY',
      AuthorizerId: authorizer.id,
      AuthorizationType: authorizationTypeOf(authorizer),
      Integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode": 200}' } },
    },
  });
  const [plan] = deployment.routes.plans;
  if (plan === undefined) throw new TypeError('the deployment of the single method has no route');
  const routes = { plans: [plan], find: () => ({ plan, pathParameters: null }) };
  return makeExchange(api, { ...deployment, routes }, STAGE_NAMES.authorizer, request, at);
}

function compileMethod(api: ApiState, method: ControlResource): Deployment {
  const compiled = compileDeployment('test', api.identity, { ...api.resources, methods: [method] });
  return { ...compiled, resourcePolicy: undefined };
}

function makeExchange(
  api: ApiState,
  deployment: Deployment,
  stageName: string,
  request: TestRequest,
  at: Ports,
): Received {
  const stage: ServedStage = {
    name: stageName,
    deploymentId: '',
    deployment,
    variables: Object.keys(request.stageVariables).length === 0 ? null : request.stageVariables,
    authorizerCache: NOTHING_KEPT,
    throttle: undefined,
    keys: NO_KEYS,
    logs: LOGS,
  };
  const served = {
    ...api.served,
    stages: new Map([[stageName, stage]]),
    locate: (path: string) => ({ stageName, path }),
    disableExecuteApiEndpoint: false,
    // A test does not pass through the edge of an edge-optimized API.
    endpointType: undefined,
  };
  return receive(
    {
      method: request.method,
      target: request.target,
      rawHeaders: request.headers,
      body: request.body === undefined ? undefined : Buffer.from(request.body),
      remoteAddress: OWN_ADDRESS,
      httpVersion: '1.1',
    },
    served,
    at,
  );
}
