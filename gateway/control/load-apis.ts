/** Resolved stacks → APIs of the control plane, each with its deployments and stages. */
import { compileRestDeployment } from '../deployment/compile-rest.ts';
import { compileHttpDeployment, compileWebSocketDeployment } from '../deployment/compile-v2.ts';
import { httpWordings, restWordings, websocketWordings } from '../deployment/error-wordings.ts';
import { readText } from '../deployment/properties.ts';
import { makeRootResourceId } from '../definition/physical-ids.ts';
import { DefinitionError } from '../errors.ts';
import { ApiState } from './api-state.ts';
import { groupByApi, readPathResources } from './group-resources.ts';
import { readStages } from './read-stages.ts';
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { ApiIdentity, Deployment } from '../deployment/model.ts';
import type { AuthorizerCache } from '../exchange.ts';
import type { ApiResources } from './api-state.ts';
import type { ApiGroup } from './group-resources.ts';

/** Authorizer caches by API id and stage name; given again at a reload, they keep what they hold. */
export type AuthorizerCaches = Map<string, Map<string, AuthorizerCache>>;

export type LoadedApis = {
  readonly apis: readonly ApiState[];
  /** What the compilers found beyond the definition's own list. */
  readonly unsupported: readonly UnsupportedItem[];
};

/**
 * Builds every API of the stacks, compiles its deployments and points its stages at them.
 * @throws DefinitionError for what AWS refuses.
 */
export function loadApis(stacks: readonly ResolvedStack[], caches: AuthorizerCaches): LoadedApis {
  const unsupported: UnsupportedItem[] = [];
  const apis = groupByApi(stacks).map((group) => loadApi(group, caches, unsupported));
  return { apis, unsupported };
}

function loadApi(group: ApiGroup, caches: AuthorizerCaches, unsupported: UnsupportedItem[]): ApiState {
  const identity = readIdentity(group);
  const resources: ApiResources = {
    api: group.api,
    resources: readPathResources(group, makeRootResourceId(group.stack.stackName, group.api.logicalId)),
    methods: group.methods,
    routes: group.routes,
    integrations: group.integrations,
    authorizers: group.authorizers,
    routeResponses: group.routeResponses,
    gatewayResponses: group.gatewayResponses,
  };
  const apiCaches = caches.get(identity.apiId) ?? new Map<string, AuthorizerCache>();
  caches.set(identity.apiId, apiCaches);
  const state = new ApiState(identity, resources, ERRORS_BEFORE_STAGE[identity.protocol], apiCaches);
  const { stages, withoutDeployment } = readStages(group);
  const deploymentIds = new Set([
    ...group.deployments.map(({ id }) => id),
    ...stages.map((s) => s.deploymentId),
  ]);
  for (const id of deploymentIds) state.addDeployment(compileDeployment(id, identity, resources));
  for (const stage of stages) {
    if (state.deployment(stage.deploymentId) === undefined)
      throw new DefinitionError(stage.place('DeploymentId'), 'Invalid Deployment identifier specified');
    state.putStage(stage);
  }
  for (const stage of withoutDeployment)
    unsupported.push({
      stackName: identity.stackName,
      logicalId: stage.logicalId,
      type: 'AWS::ApiGatewayV2::Stage',
      consequence: 'the stage has no deployment and answers nothing; set AutoDeploy: true or a DeploymentId',
    });
  return state;
}

const ERRORS_BEFORE_STAGE = { rest: restWordings, http: httpWordings, websocket: websocketWordings };

function compileDeployment(id: string, identity: ApiIdentity, from: ApiResources): Deployment {
  switch (identity.protocol) {
    case 'rest':
      return compileRestDeployment(id, from);
    case 'http':
      return compileHttpDeployment(id, from);
    case 'websocket':
      return compileWebSocketDeployment(id, from);
  }
}

function readIdentity(group: ApiGroup): ApiIdentity {
  const { api, stack, protocol } = group;
  return {
    apiId: api.id,
    accountId: stack.accountId,
    region: stack.region,
    domainName: `${api.id}.execute-api.${stack.region}.amazonaws.com`,
    name: readText(api, 'Name', api.logicalId),
    protocol,
    stackName: stack.stackName,
    logicalId: api.logicalId,
  };
}
