/** Resolved stacks → APIs of the control plane, each with its deployments and stages. */
import { httpWordings, restWordings, websocketWordings } from '../deployment/error-wordings.ts';
import { readText } from '../deployment/properties.ts';
import { makeRootResourceId } from '../definition/physical-ids.ts';
import { DefinitionError } from '../errors.ts';
import { refuseOverQuota } from './api-quotas.ts';
import { ApiState } from './api-state.ts';
import { compileDeployment } from './compile-deployment.ts';
import { groupByApi, readPathResources } from './group-resources.ts';
import { listLocalIssuers } from './local-issuers.ts';
import { readMetering } from './read-metering.ts';
import { readStages } from './read-stages.ts';
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { ApiIdentity } from '../deployment/model.ts';
import type { Account } from './account.ts';
import type { ApiResources } from './api-state.ts';
import type { ApiGroup } from './group-resources.ts';

export type LoadedApis = {
  readonly apis: readonly ApiState[];
  /** What the compilers found beyond the definition's own list. */
  readonly unsupported: readonly UnsupportedItem[];
  /** Gives the account the keys and plans of the stacks, when the APIs begin to serve. */
  readonly adopt: () => void;
};

/**
 * Builds every API of the stacks, compiles its deployments and points its stages at them.
 * @throws DefinitionError for what AWS refuses.
 */
export function loadApis(stacks: readonly ResolvedStack[], account: Account): LoadedApis {
  const unsupported: UnsupportedItem[] = [];
  const localIssuers = listLocalIssuers(stacks);
  const apis = groupByApi(stacks).map((group) => loadApi(group, localIssuers, account, unsupported));
  const metered = new Map(
    apis
      .filter(({ identity }) => identity.protocol !== 'http')
      .map(({ identity, served }) => [identity.apiId, served.stages]),
  );
  const metering = readMetering(stacks, (apiId, stage) => metered.get(apiId)?.has(stage) === true);
  return { apis, unsupported, adopt: account.prepare(metering) };
}

function loadApi(
  group: ApiGroup,
  localIssuers: ReadonlySet<string>,
  account: Account,
  unsupported: UnsupportedItem[],
): ApiState {
  const identity = readIdentity(group);
  const resources: ApiResources = {
    api: group.api,
    resources: readPathResources(group, makeRootResourceId(group.stack.stackName, group.api.logicalId)),
    methods: group.methods,
    routes: group.routes,
    integrations: group.integrations,
    authorizers: group.authorizers,
    localIssuers,
    routeResponses: group.routeResponses,
    gatewayResponses: group.gatewayResponses,
    models: group.models,
    validators: group.validators,
  };
  const state = new ApiState(identity, resources, ERRORS_BEFORE_STAGE[identity.protocol], account);
  const { stages, withoutDeployment } = readStages(group);
  refuseOverQuota('Resources', resources.resources.values());
  refuseOverQuota('Routes', resources.routes);
  refuseOverQuota('Integrations', resources.integrations.values());
  refuseOverQuota('Authorizers', resources.authorizers.values());
  refuseOverQuota('Stages', stages);
  const deploymentIds = new Set([
    ...group.deployments.map(({ id }) => id),
    ...stages.map((s) => s.deploymentId),
  ]);
  const descriptions = new Map(group.deployments.map((item) => [item.id, readText(item, 'Description', '')]));
  for (const id of deploymentIds)
    state.addDeployment(compileDeployment(id, identity, resources), descriptions.get(id));
  for (const stage of stages) {
    if (state.deployment(stage.deploymentId) === undefined)
      throw new DefinitionError(stage.place('DeploymentId'), 'Invalid Deployment identifier specified');
    if (stage.canary !== undefined && state.deployment(stage.canary.deploymentId) === undefined)
      throw new DefinitionError(
        stage.place('CanarySetting.DeploymentId'),
        'Invalid Deployment identifier specified',
      );
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
