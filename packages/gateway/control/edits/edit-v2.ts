/**
 * Edits HTTP and WebSocket APIs with API calls, including their stages and deployments, with AWS's checks. The checks
 * and the automatic deployments are executed immediately.
 */
import { Faults } from '../../core/errors.ts';
import { refuseBeyondQuota } from '../api-quotas.ts';
import { compileDeployment } from '../compile-deployment.ts';
import { badRequest, conflict, notFound, orNotFound } from '../control-error.ts';
import { callMadeResource } from './edit-resources.ts';
import { addDeployment, NO_SUCH_DEPLOYMENT, removeUnused } from './edit-stages.ts';
import { readV2Stage, refuseExecutionLog, refuseManyTags } from '../loading/read-stages.ts';
import { noRouteOfSettings } from '../../core/deployment/stage/throttle.ts';
import { isTrue, mapOf, textOf, without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { checkUnusedAuthorizers } from '../loading/unused-authorizers.ts';
import type { DefinitionError } from '../../core/errors.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { Random } from '../../core/ports.ts';
import type { ApiResources, ApiState, DeploymentRecord, StageRecord } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

type Draw = { readonly random: Random };

const ID_LENGTH = 6;
/** AWS's refusal of a deployment without routes (WebSocket: aws/serverless-application-model#2512). */
const NO_ROUTES = {
  http: 'Unable to deploy API because no routes exist in this API',
  websocket: 'At least one route is required before deploying the Api',
};

function noRoutes({ protocol }: ApiIdentity): string {
  return protocol === 'websocket' ? NO_ROUTES.websocket : NO_ROUTES.http;
}

/**
 * Replaces the resources.
 * @throws ControlError for a call that AWS refuses; nothing has changed in that case
 */
export function editV2(api: ApiState, next: ApiResources, draw: Draw): void {
  refuseNewFaults(api.identity, api.resources, next);
  api.edit(next);
  deployAutomatically(api, draw);
}

function refuseNewFaults(identity: ApiIdentity, before: ApiResources, next: ApiResources): void {
  const known = new Set(faultsOf(identity, before).map(({ message }) => message));
  const added = faultsOf(identity, next).find(({ message }) => !known.has(message));
  if (added !== undefined) throw badRequest(added.message);
}

export function faultsOf(identity: ApiIdentity, resources: ApiResources): readonly DefinitionError[] {
  const faults = new Faults(false);
  const targets = new Set(resources.routes.map(({ properties }) => properties['Target']));
  const probes = [...resources.integrations.keys()]
    .map((id) => [id, `integrations/${id}`] as const)
    .filter(([, Target]) => !targets.has(Target))
    .map(([id, Target]) => {
      const RouteKey = identity.protocol === 'http' ? `GET /integration-without-route/${id}` : id;
      return callMadeResource(id, { ApiId: identity.apiId, RouteKey, Target });
    });
  const probed = { ...resources, routes: [...resources.routes, ...probes] };
  compileDeployment('check', identity, probed, faults);
  checkUnusedAuthorizers(identity, resources, faults);
  return faults.all.map(({ error }) => error);
}

/** Deploys the current API to every stage with AutoDeploy. If this is impossible, the stage reports the reason. */
function deployAutomatically(api: ApiState, draw: Draw, only?: string): void {
  const stages = api.stages.filter(
    ({ settings: { name, source } }) =>
      isTrue(source.properties['AutoDeploy']) && (only === undefined || name === only),
  );
  if (stages.length === 0) return;
  if (api.resources.routes.length === 0) {
    for (const { settings } of stages)
      api.putStage(settings, `Deployment attempt failed: ${noRoutes(api.identity)}`);
    return;
  }
  deploy(api, AUTOMATIC, draw, (id) => {
    const message = `Successfully deployed stage with deployment ID '${id}'`;
    for (const { settings } of stages) api.putStage({ ...settings, deploymentId: id }, message);
  });
}

/**
 * Compiles and adds a deployment, and points stages at it. Routes with faults are closed, as when a template is loaded.
 */
function deploy(
  api: ApiState,
  description: string,
  { random }: Draw,
  use: (id: string) => void,
): DeploymentRecord {
  const id = random.hex(ID_LENGTH);
  const compiled = compileDeployment(id, api.identity, api.resources, new Faults(false));
  return addDeployment(api, compiled, description, () => use(id));
}

const AUTOMATIC = 'Automatic deployment triggered by changes to the Api configuration';

export function isAutomatic({ description, compiled }: DeploymentRecord): boolean {
  return description === AUTOMATIC || compiled.id.startsWith('auto-');
}

/** @throws ControlError NotFoundException if there is no such stage */
export function getV2Stage(api: ApiState, name: string): StageRecord {
  return orNotFound(api.stage(name), `Unable to find Stage by name ${name}`);
}

/** @throws ControlError NotFoundException if there is no such deployment */
export function getV2Deployment(api: ApiState, id: string): DeploymentRecord {
  return orNotFound(api.deployment(id), `Unable to find Deployment by id ${id}`);
}

/** @throws ControlError, DefinitionError for a call that AWS refuses */
export function createV2Stage(api: ApiState, name: string, properties: JsonObject, draw: Draw): void {
  if (api.stage(name) !== undefined) throw conflict('Stage already exists');
  refuseBeyondQuota('stages', api.stages.length, api.resources.quotas);
  const source = { ...properties, ApiId: api.identity.apiId, StageName: name };
  putStage(api, callMadeResource(name, source), '', draw);
}

/**
 * Replaces a stage's properties. Requests use the new properties immediately, without a deployment.
 * @throws ControlError, DefinitionError for a call that AWS refuses
 */
export function changeV2Stage(api: ApiState, name: string, properties: JsonObject, draw: Draw): void {
  const { settings } = getV2Stage(api, name);
  putStage(api, { ...settings.source, properties }, settings.deploymentId, draw);
}

/**
 * AWS's refusal to set the deployment of a stage with AutoDeploy, even to the current deployment
 * (go-to-k/cdk-real-drift#680).
 */
export const AUTO_DEPLOYED = 'Deployment ID cannot be set on this stage because AutoDeploy is enabled';

/** @param current the stage's current deployment; empty means none */
function putStage(api: ApiState, source: ControlResource, current: string, draw: Draw): void {
  refuseManyTags(source);
  const { resources, identity } = api;
  if (identity.protocol === 'http') refuseExecutionLog(source);
  const isAutomatically = isTrue(source.properties['AutoDeploy']);
  const named = textOf(source.properties, 'DeploymentId');
  if (isAutomatically && named !== '' && named !== current) throw badRequest(AUTO_DEPLOYED);
  if (named !== '' && api.deployment(named) === undefined) throw badRequest(NO_SUCH_DEPLOYMENT);
  const deploymentId = isAutomatically || named === '' ? current : named;
  // The deployment of a stage with AutoDeploy is not a property of the stage. If AutoDeploy is disabled, the current
  // deployment becomes a property.
  const others = without(source.properties, 'DeploymentId');
  const properties =
    isAutomatically || deploymentId === '' ? others : { ...others, DeploymentId: deploymentId };
  const routeKeys = routeKeysOf(resources);
  for (const routeKey of Object.keys(mapOf(properties, 'RouteSettings')))
    if (!routeKeys.has(routeKey)) throw notFound(noRouteOfSettings(routeKey));
  const settings = readV2Stage({ ...source, properties }, identity.protocol === 'http', routeKeys);
  const wasAutomatic = isTrue(api.stage(settings.name)?.settings.source.properties['AutoDeploy']);
  api.putStage({ ...settings, deploymentId });
  if (isAutomatically && !wasAutomatic) deployAutomatically(api, draw, settings.name);
}

export function routeKeysOf({ routes }: ApiResources): ReadonlySet<string> {
  return new Set(routes.map(({ properties }) => textOf(properties, 'RouteKey')));
}

type V2DeploymentOptions = { readonly description: string; readonly stageName: string | undefined };

/**
 * Deploys the current API. If a stage is given, it is pointed at the deployment.
 * @throws ControlError, DefinitionError for a call that AWS refuses
 */
export function createV2Deployment(
  api: ApiState,
  options: V2DeploymentOptions,
  draw: Draw,
): DeploymentRecord {
  const { description, stageName } = options;
  const stage = stageName === undefined ? undefined : getV2Stage(api, stageName).settings;
  if (stage !== undefined && isTrue(stage.source.properties['AutoDeploy']))
    throw badRequest(
      `Stage ${stage.name} cannot be deployed by a call, because its AutoDeploy is enabled; omit StageName, or disable AutoDeploy first`,
    );
  if (api.resources.routes.length === 0) throw badRequest(noRoutes(api.identity));
  return deploy(api, description, draw, (id) => {
    if (stage === undefined) return;
    const properties = { ...stage.source.properties, DeploymentId: id };
    changeV2Stage(api, stage.name, properties, draw);
  });
}

/** @throws ControlError for a deployment that a stage points at */
export function deleteV2Deployment(api: ApiState, id: string): void {
  removeUnused(api, getV2Deployment(api, id));
}
