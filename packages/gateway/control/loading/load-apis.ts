import { readEndpointTypes } from '../../core/deployment/authorization/compile-resource-policy.ts';
import {
  httpWordings,
  restWordings,
  websocketWordings,
} from '../../core/deployment/wordings/error-wordings.ts';
import {
  ALL_PERMITTED,
  compileInvokePermissions,
} from '../../core/deployment/authorization/invoke-permissions.ts';
import { NO_DEPLOYMENT } from '../../core/deployment/compile-rest.ts';
import { readText } from '../../core/deployment/properties.ts';
import { makeRootResourceId } from '@gatewright/aws/physical-ids';
import { DefinitionError, REFUSING, ruledFault } from '../../core/errors.ts';
import { apiArn } from '../../core/events/authorizer-event.ts';
import { refuseOverQuota, DEFAULT_QUOTAS } from '../api-quotas.ts';
import { holdParts } from '../api-parts.ts';
import { ApiState } from '../api-state.ts';
import { compileDeployment } from '../compile-deployment.ts';
import { resourcesOf } from '../control-resource.ts';
import { definedDocumentation } from '../export/documentation.ts';
import { groupByApi, readPathResources } from './group-resources.ts';
import { readMetering } from '../metering/read-metering.ts';
import { readStages } from './read-stages.ts';
import { findUnpermittedCalls } from './unpermitted-calls.ts';
import { findLateMethods, orderByImports, reportLateMethods } from './late-methods.ts';
import { checkUnusedAuthorizers } from './unused-authorizers.ts';
import { checkUnusedIntegrations } from './unused-integrations.ts';
import { textOf } from '@gatewright/aws/json-object';
import { stageKeyOf } from '../../core/stack/stage-arn.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { ApiIdentity, ApiProtocol, Deployment } from '../../core/deployment/model.ts';
import { functionHomeOf } from '../../core/stack/home.ts';
import type { PermissionsOfApi } from '../../core/deployment/authorization/invoke-permissions.ts';
import type { Account } from '../account.ts';
import type { ApiResources } from '../api-state.ts';
import type { QuotaName } from '../api-quotas.ts';
import type { ControlResource } from '../control-resource.ts';
import type { ApiGroup } from './group-resources.ts';
import type { PlacedStage, StageList } from './read-stages.ts';

type LoadedApis = {
  readonly apis: readonly ApiState[];
  readonly unsupported: readonly UnsupportedItem[];
  /** Passes the stacks' keys, plans and permissions to the account. Called when the APIs begin to serve requests. */
  readonly adopt: () => void;
};

/**
 * Builds every API of the stacks, compiles the API's deployments, and assigns them to the API's stages.
 * @throws DefinitionError for a definition that AWS refuses, if no fault is tolerated
 */
export function loadApis(
  stacks: readonly ResolvedStack[],
  account: Account,
  tolerance: Tolerance = REFUSING,
): LoadedApis {
  const unsupported: UnsupportedItem[] = [];
  const around = {
    permissionsOf: account.needsPermissions
      ? compileInvokePermissions(account.functionPolicies)
      : () => ALL_PERMITTED,
  };
  const groups = groupByApi(stacks, tolerance);
  overLimit(tolerance, () => {
    refuseTooManyApis(groups);
    for (const [quota, types] of COUNTED) refuseOverQuota(quota, resourcesOf(stacks, types), account.quotas);
  });
  const unguarded = readUnguardedStages(stacks, tolerance, account.isServedType);
  const isAfter = orderByImports(stacks);
  const work = { around, account, tolerance, unguarded, isAfter, unsupported };
  const apis = groups.flatMap((group) =>
    tolerance.attempt(
      'the API is not served',
      () => [loadApi(group, work)],
      () => [],
    ),
  );
  unsupported.push(...findUnpermittedCalls(apis, stacks, account));
  const metered = new Map(
    apis
      .filter(({ identity }) => identity.protocol !== 'http')
      .map(({ identity, served }) => [identity.apiId, served.stages]),
  );
  const metering = readMetering(stacks, (apiId, stage) => metered.get(apiId)?.has(stage) === true, tolerance);
  const adoptMetering = account.prepare(metering, tolerance);
  const adopt = (): void => {
    adoptMetering();
    account.functionPolicies.define(stacks);
    account.targetPolicies.define(stacks);
  };
  return { apis, unsupported, adopt };
}

type Surroundings = { readonly permissionsOf: PermissionsOfApi };

const COUNTED: readonly (readonly [QuotaName, types: readonly string[]])[] = [
  ['domains', ['AWS::ApiGateway::DomainName', 'AWS::ApiGatewayV2::DomainName']],
  ['restVpcLinks', ['AWS::ApiGateway::VpcLink']],
  ['httpVpcLinks', ['AWS::ApiGatewayV2::VpcLink']],
];

/**
 * Returns the account quota against which an API counts. For a REST API, the endpoint type determines the quota. HTTP
 * and WebSocket APIs are always Regional.
 */
export function quotaOfApi(protocol: ApiProtocol, api: ControlResource): QuotaName {
  const types = protocol === 'rest' ? readEndpointTypes(api) : ['REGIONAL'];
  if (types.includes('PRIVATE')) return 'privateApis';
  return types.includes('REGIONAL') ? 'regionalApis' : 'edgeApis';
}

function refuseTooManyApis(groups: readonly ApiGroup[]): void {
  const kinds = groups.map(({ api, protocol }) => [quotaOfApi(protocol, api), api] as const);
  for (const quota of ['edgeApis', 'regionalApis', 'privateApis'] as const)
    refuseOverQuota(
      quota,
      kinds.filter(([kind]) => kind === quota).map(([, api]) => api),
      DEFAULT_QUOTAS,
    );
}

type Work = {
  readonly around: Surroundings;
  readonly account: Account;
  readonly tolerance: Tolerance;
  readonly unguarded: UnguardedStages;
  readonly isAfter: ReturnType<typeof orderByImports>;
  readonly unsupported: UnsupportedItem[];
};

function overLimit(tolerance: Tolerance, check: () => void): void {
  tolerance.attempt('AWS would refuse the API, but the gateway serves it', check, () => undefined);
}

function refuseTooMany(
  { protocol }: ApiGroup,
  from: ApiResources,
  stages: readonly PlacedStage[],
  { account: { quotas }, tolerance }: Work,
): void {
  const ofIntegrations = protocol === 'websocket' ? quotas : DEFAULT_QUOTAS;
  const counted = [
    ['resources', from.resources.values(), quotas],
    ['routes', from.routes, quotas],
    ['integrations', from.integrations.values(), ofIntegrations],
    ['authorizers', from.authorizers.values(), quotas],
    ['stages', stages, quotas],
  ] as const;
  for (const [quota, items, raised] of counted)
    overLimit(tolerance, () => {
      refuseOverQuota(quota, items, raised);
    });
}

function loadApi(group: ApiGroup, work: Work): ApiState {
  const { around, account, tolerance } = work;
  const identity = readIdentity(group, account.vpcEndpoints);
  const resources = readResources(group, apiArn(identity), around, account, tolerance);
  const state = new ApiState(identity, resources, ERRORS_BEFORE_STAGE[identity.protocol], account);
  const list = readStages(group, tolerance);
  refuseTooMany(group, resources, list.stages, work);
  const deploymentIds = new Set([
    ...group.parts.deployments.map(({ id }) => id),
    ...list.stages.map((s) => s.deploymentId).filter((id) => id !== ''),
  ]);
  const descriptions = new Map(
    group.parts.deployments.map((item) => [item.id, readText(item, 'Description', '')]),
  );
  for (const id of deploymentIds) {
    const late = new Set(findLateMethods(group, id, work.isAfter));
    const made =
      late.size === 0
        ? resources
        : { ...resources, methods: resources.methods.filter((method) => !late.has(method)) };
    state.addDeployment(compileDeployment(id, identity, made, tolerance), descriptions.get(id), made);
  }
  work.unsupported.push(...reportLateMethods(group, deploymentIds, work.isAfter));
  judgeUndeployed(group, deploymentIds, identity, resources, work);
  checkUnusedAuthorizers(identity, resources, tolerance);
  checkUnusedIntegrations(identity, resources, tolerance);
  const unguarded = work.unguarded(identity);
  for (const stage of list.stages) {
    const reason = list.closed.get(stage.name) ?? unguarded(stage.name);
    if (reason !== undefined) state.close(stage.name, reason);
    putStage(state, stage, tolerance);
  }
  state.markDefined();
  work.unsupported.push(...findUnreachable(group, identity, list));
  return state;
}

/**
 * Compiles parts that no deployment contains, only to find faults, because AWS checks each part when it is created. A
 * method without an integration is a fault only of a deployment [obs: apigateway, `test_import_documentation_parts`].
 */
function judgeUndeployed(
  group: ApiGroup,
  deploymentIds: ReadonlySet<string>,
  identity: ApiIdentity,
  resources: ApiResources,
  { tolerance, isAfter }: Work,
): void {
  const late = [...deploymentIds].map((id) => new Set(findLateMethods(group, id, isAfter)));
  const methods = resources.methods.filter(
    (method) => method.properties['Integration'] !== undefined && late.every((one) => one.has(method)),
  );
  if (deploymentIds.size > 0 && methods.length === 0) return;
  compileDeployment(NO_DEPLOYMENT, identity, { ...resources, methods }, tolerance);
}

function putStage(state: ApiState, stage: PlacedStage, tolerance: Tolerance): void {
  const compiled = state.deployment(stage.deploymentId)?.compiled;
  if (compiled !== undefined)
    tolerance.attempt(
      'streamed responses are not cached',
      () => {
        refuseCachedStreams(stage, compiled);
      },
      () => undefined,
    );
  const hasCanary = stage.canary === undefined || state.deployment(stage.canary.deploymentId) !== undefined;
  if (!hasCanary)
    tolerance.note(
      new DefinitionError(
        stage.place('CanarySetting.DeploymentId'),
        'Invalid Deployment identifier specified',
      ),
      'the stage has no canary',
    );
  state.putStage(hasCanary ? stage : { ...stage, canary: undefined });
}

/** Finds stages and APIs that AWS accepts, although they cannot respond to any request. */
function findUnreachable(
  { api, protocol, parts: { stages, deployments } }: ApiGroup,
  { stackName }: ApiIdentity,
  list: StageList,
): UnsupportedItem[] {
  const item = (resource: ControlResource, type: string, consequence: string): UnsupportedItem => {
    const { file, line } = resource.place();
    const { logicalId } = resource;
    return { stackName, logicalId, type, consequence, file, line, rule: 'unreachable-api' };
  };
  const remedy = 'set AutoDeploy: true or a DeploymentId';
  const consequence = `the stage has no deployment and does not respond; ${remedy}`;
  const waiting = list.withoutDeployment.map((stage) => ({
    ...item(stage, 'AWS::ApiGatewayV2::Stage', consequence),
    remedy,
  }));
  if (stages.length > 0 || list.stages.length > 0) return waiting;
  const isRest = protocol === 'rest';
  const missing =
    isRest && deployments.length === 0 ? 'an AWS::ApiGateway::Deployment and a stage' : 'a stage';
  const type = isRest ? 'AWS::ApiGateway::RestApi' : 'AWS::ApiGatewayV2::Api';
  return [item(api, type, `the API does not respond, because it lacks ${missing}`)];
}

function readResources(
  group: ApiGroup,
  arn: string,
  { permissionsOf }: Surroundings,
  account: Account,
  tolerance: Tolerance,
): ApiResources {
  const { parts } = group;
  return {
    ...holdParts((name) => parts[name]),
    invokePermissions: permissionsOf(arn),
    functionHome: functionHomeOf(group.stack),
    api: group.api,
    resources: readPathResources(
      group,
      makeRootResourceId(group.stack.stackName, group.api.logicalId),
      tolerance,
    ),
    assumptions: account.assumptions,
    quotas: account.quotas,
    vpcEndpoints: account.vpcEndpoints,
    documentation: definedDocumentation(parts.documentationParts, parts.documentationVersions),
  };
}

/** Refuses a caching setting for a single streamed method. A caching setting for all methods skips streamed methods. */
function refuseCachedStreams(stage: PlacedStage, { routes }: Deployment): void {
  const wanted = routes.plans.find(
    ({ integration, routeKey }) =>
      (integration.kind === 'lambda-stream' || integration.kind === 'http-stream') &&
      stage.caching?.isCachedFor(routeKey) === true,
  );
  if (wanted !== undefined)
    throw new DefinitionError(
      stage.place('MethodSettings'),
      `${wanted.routeKey} streams its response, and a streamed response cannot be cached: omit CachingEnabled from the setting of this method`,
    );
}

const ERRORS_BEFORE_STAGE = { rest: restWordings, http: httpWordings, websocket: websocketWordings };

function readIdentity(group: ApiGroup, vpcEndpoints: ReadonlyMap<string, string>): ApiIdentity {
  const { api, stack, protocol } = group;
  const endpointType = protocol === 'rest' ? (readEndpointTypes(api)[0] ?? 'EDGE') : 'REGIONAL';
  return {
    apiId: api.id,
    accountId: stack.accountId,
    region: stack.region,
    domainName: `${api.id}.execute-api.${stack.region}.amazonaws.com`,
    endpointType,
    ...(endpointType === 'PRIVATE' && { vpcEndpoints }),
    ...(protocol === 'rest' && { securityPolicy: textOf(api.properties, 'SecurityPolicy') || undefined }),
    name: readText(api, 'Name', api.logicalId),
    protocol,
    stackName: stack.stackName,
    logicalId: api.logicalId,
  };
}

// Finds stages with a web ACL that no service of the gateway evaluates. Such stages are closed, unless
// `--allow-unguarded` permits them.

/** Returns why a stage of this API must not respond; undefined if it may respond. */
type UnguardedStages = (api: ApiIdentity) => (stageName: string) => string | undefined;

const ASSOCIATIONS = ['AWS::WAFv2::WebACLAssociation', 'AWS::WAFRegional::WebACLAssociation'];

/** @param isServed whether a service of the gateway screens stages with resources of this type */
function readUnguardedStages(
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
  isServed: (type: string) => boolean,
): UnguardedStages {
  if (tolerance.allowsUnguarded) return () => () => undefined;
  const reasons = new Map<string, string>();
  let everyStage: string | undefined;
  for (const association of resourcesOf(
    stacks,
    ASSOCIATIONS.filter((type) => !isServed(type)),
  )) {
    if (association.unresolved?.includes('ResourceArn') === true) {
      const error = ruledFault(
        'web-acl',
        association.place('ResourceArn'),
        'the stage that this web ACL guards is unknown',
      );
      tolerance.note(
        error,
        'all stages of REST APIs respond with 500; --allow-unguarded serves them without the web ACL',
      );
      everyStage ??= `${error.describe()}; the web ACL may be meant for this stage`;
      continue;
    }
    // This association is not with a stage, but for example with a load balancer.
    const stageKey = stageKeyOf(textOf(association.properties, 'ResourceArn'));
    if (stageKey === undefined) continue;
    const error = ruledFault('web-acl', association.place(), 'the gateway does not evaluate this web ACL');
    tolerance.note(
      error,
      `stage ${stageKey.slice(stageKey.indexOf('/') + 1)} responds with 500 to every request; --allow-unguarded serves it without the web ACL`,
    );
    reasons.set(stageKey, `${error.describe()}, although the web ACL guards the stage`);
  }
  return ({ apiId }) =>
    (stageName) =>
      reasons.get(`${apiId}/${stageName}`) ?? everyStage;
}
