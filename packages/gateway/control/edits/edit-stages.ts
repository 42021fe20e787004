/** The calls for stages and deployments of a REST API, with AWS's checks and wording [obs unless noted]. */
import { refuseBeyondQuota } from '../api-quotas.ts';
import { compileDeployment } from '../compile-deployment.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { callMadeResource } from './edit-resources.ts';
import { refusalOfCanary } from '../../core/deployment/stage/canary.ts';
import { readRestStage, refuseManyTags } from '../loading/read-stages.ts';
import { isJsonObject, mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiState, DeploymentRecord, StageRecord } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';
import type { Deployment } from '../../core/deployment/model.ts';

/**
 * The maximum number of deployments of an API. When another one is created, the oldest deployment that no stage points
 * at is deleted.
 */
const MAX_DEPLOYMENTS = 300;

/** AWS's refusal of an unknown deployment, and of a deployment that belongs to another API. */
export const NO_SUCH_DEPLOYMENT = 'Deployment id does not exist';

/** @throws ControlError NotFoundException if there is no such stage */
export function getStage(api: ApiState, name: string): StageRecord {
  return orNotFound(api.stage(name), 'Invalid stage identifier specified');
}

/** @throws ControlError NotFoundException if there is no such deployment */
export function getDeployment(api: ApiState, id: string): DeploymentRecord {
  return orNotFound(api.deployment(id), 'Invalid Deployment identifier specified');
}

/** @throws ControlError, DefinitionError for a call that AWS refuses */
export function createStage(api: ApiState, name: string, properties: JsonObject): void {
  if (api.stage(name) !== undefined) throw conflict('Stage already exists');
  refuseBeyondQuota('stages', api.stages.length, api.resources.quotas);
  putStage(api, callMadeResource(name, { ...properties, RestApiId: api.identity.apiId, StageName: name }));
}

export function changeStage(api: ApiState, name: string, properties: JsonObject): void {
  putStage(api, { ...getStage(api, name).settings.source, properties });
}

function putStage(api: ApiState, source: ControlResource): void {
  refuseManyTags(source);
  const settings = readRestStage(source);
  for (const id of [settings.deploymentId, canaryDeploymentOf(source.properties)])
    if (id !== undefined && api.deployment(id) === undefined) throw badRequest(NO_SUCH_DEPLOYMENT);
  api.putStage(settings);
}

function canaryDeploymentOf(stage: JsonObject): string | undefined {
  const id = textOf(mapOf(stage, 'CanarySetting'), 'DeploymentId');
  return id === '' ? undefined : id;
}

export type DeploymentOptions = {
  readonly id: string;
  readonly description: string;
  readonly stageName: string | undefined;
  readonly stage: JsonObject;
  readonly canary: JsonObject | undefined;
};

/**
 * Deploys the current resources. If a stage is given, it is created, or pointed at the new deployment. If the stage has
 * a canary, or gets a canary by this call, only the canary is pointed at the new deployment.
 * @throws ControlError, DefinitionError for a call that AWS refuses; the new deployment does not exist in that case
 */
export function createDeployment(api: ApiState, options: DeploymentOptions): DeploymentRecord {
  const { id, description, stageName, canary } = options;
  const known = stageName === undefined ? undefined : api.stage(stageName);
  const refusal = canary === undefined ? undefined : refusalOfCanary(stageName, known !== undefined);
  if (refusal !== undefined) throw badRequest(refusal);
  const compiled = compileDeployment(id, api.identity, api.resources);
  return addDeployment(api, compiled, description, () => {
    if (stageName === undefined) return;
    if (known === undefined) createStage(api, stageName, { ...options.stage, DeploymentId: id });
    else changeStage(api, stageName, pointAt(known.settings.source.properties, options));
  });
}

function pointAt(stage: JsonObject, { id, stage: given, canary }: DeploymentOptions): JsonObject {
  const existing = stage['CanarySetting'];
  if (canary !== undefined) return { ...stage, ...given, CanarySetting: { ...canary, DeploymentId: id } };
  if (isJsonObject(existing)) return { ...stage, ...given, CanarySetting: { ...existing, DeploymentId: id } };
  return { ...stage, ...given, DeploymentId: id };
}

/** @throws ControlError for a deployment that a stage points at */
export function deleteDeployment(api: ApiState, id: string): void {
  removeUnused(api, getDeployment(api, id));
}

export function removeUnused(api: ApiState, { compiled: { id } }: DeploymentRecord): void {
  if (isInUse(api, id))
    throw badRequest('Active stages pointing to this deployment must be moved or deleted');
  api.removeDeployment(id);
}

function isInUse(api: ApiState, id: string): boolean {
  return api.stages.some(
    ({ settings }) => settings.deploymentId === id || canaryDeploymentOf(settings.source.properties) === id,
  );
}

/**
 * Adds a deployment and points stages at it. If there are too many deployments, an old one is deleted after the stages
 * were changed.
 * @param use changes the stages; if it throws, the deployment is removed, and all other deployments stay
 */
export function addDeployment(
  api: ApiState,
  compiled: Deployment,
  description: string,
  use: () => void,
): DeploymentRecord {
  const oldest =
    api.deployments.length < MAX_DEPLOYMENTS
      ? undefined
      : api.deployments.find((deployment) => !isInUse(api, deployment.compiled.id));
  const undo = api.addDeployment(compiled, description);
  try {
    use();
  } catch (error) {
    undo();
    throw error;
  }
  if (oldest !== undefined) api.removeDeployment(oldest.compiled.id);
  return getDeployment(api, compiled.id);
}
