import { readAccessLog } from '../../core/deployment/stage/access-log.ts';
import { lacksCluster, readCaching } from '../../core/deployment/stage/caching.ts';
import { readCanary, refusalOfCanary } from '../../core/deployment/stage/canary.ts';
import { readBlock, readFlag, readText, requireValid } from '../../core/deployment/properties.ts';
import { readMethodOptions, readRouteOptions } from '../../core/deployment/stage/route-options.ts';
import { readStageVariables } from '../../core/deployment/stage/stage-variables.ts';
import { readRestThrottles, readRouteThrottles } from '../../core/deployment/stage/throttle.ts';
import { DefinitionError } from '../../core/errors.ts';
import { lacksDeployment } from './inspect-apis.ts';
import type { Tolerance } from '../../core/errors.ts';
import { asText } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ControlResource } from '../control-resource.ts';
import type { StageSettings } from '../stage-settings.ts';
import type { ApiGroup } from './group-resources.ts';
import { METHOD_SETTINGS } from '../../core/deployment/stage/method-settings.ts';

export type PlacedStage = StageSettings & { place: ControlResource['place'] };

export type StageList = {
  readonly stages: readonly PlacedStage[];
  /** HTTP and WebSocket stages without a deployment. `stages` also contains these stages. */
  readonly withoutDeployment: readonly ControlResource[];
  readonly closed: ReadonlyMap<string, string>;
};

const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Reads the stages. A stage is omitted if AWS refuses its name, if an earlier stage has the same name, or if it is a
 * REST stage without a deployment. A stage with a fault in other settings, such as variables that AWS refuses
 * (docs/aws §10.1), is closed. Too many tags and the execution log of an HTTP API are only reported.
 * @throws DefinitionError if no fault is tolerated
 */
export function readStages(group: ApiGroup, tolerance: Tolerance): StageList {
  return group.protocol === 'rest' ? readRestStages(group, tolerance) : readV2Stages(group, tolerance);
}

/** If the settings of a stage cannot be read, only these properties are used. They are enough to respond with 500. */
const BARE = ['StageName', 'DeploymentId', 'AutoDeploy'];

function readEach(
  resources: readonly ControlResource[],
  { protocol }: ApiGroup,
  tolerance: Tolerance,
  read: (stage: ControlResource) => StageSettings,
): Pick<StageList, 'stages' | 'closed'> {
  const stages = new Map<string, PlacedStage>();
  const closed = new Map<string, string>();
  for (const stage of resources) {
    const name = tolerance.attempt(
      'the stage is not served',
      () => readIdentity(stage, protocol, stages),
      () => undefined,
    );
    if (name === undefined) continue;
    tolerance.attempt(
      'AWS would refuse the stage, but the gateway serves it',
      () => refuseManyTags(stage),
      () => undefined,
    );
    if (protocol === 'http')
      tolerance.attempt(
        'AWS would refuse the stage, but the gateway serves it without an execution log',
        () => refuseExecutionLog(stage),
        () => undefined,
      );
    const settings = tolerance.attempt(
      `stage ${name} responds with 500 to every request`,
      () => read(requireValid(stage)),
      (error) => {
        closed.set(name, error.describe());
        const kept = Object.entries(stage.properties).filter(([property]) => BARE.includes(property));
        return read({ ...stage, properties: Object.fromEntries(kept), fault: undefined });
      },
    );
    stages.set(name, { ...settings, place: (property) => stage.place(property) });
  }
  return { stages: [...stages.values()], closed };
}

/**
 * Returns the name of a stage.
 * @throws DefinitionError if the name is invalid, if a REST stage does not name a deployment, or if an earlier stage
 * has the same name
 */
function readIdentity(
  stage: ControlResource,
  protocol: ApiGroup['protocol'],
  others: ReadonlyMap<string, unknown>,
): string {
  const name = readName(stage, protocol === 'http');
  if (protocol === 'rest') readText(stage, 'DeploymentId');
  if (!others.has(name)) return name;
  throw new DefinitionError(stage.place('StageName'), `Stage already exists: ${name}`);
}

/** Reads `AWS::ApiGateway::Stage`, and the stages that a Deployment with a stage name creates (as osls writes them). */
function readRestStages(group: ApiGroup, tolerance: Tolerance): StageList {
  const canaries = group.parts.deployments.filter(
    (deployment) => deployment.properties['DeploymentCanarySettings'] !== undefined,
  );
  const own = group.parts.deployments.filter(
    (deployment) => deployment.properties['StageName'] !== undefined && !canaries.includes(deployment),
  );
  const made = [...group.parts.stages, ...own.map(toStageResource)];
  const resources = tolerance.attempt(
    'the stage is served without the canary',
    () => addCanaries(made, canaries),
    () => made,
  );
  return { ...readEach(resources, group, tolerance, readRestStage), withoutDeployment: [] };
}

/** Adds canaries. A Deployment with `DeploymentCanarySettings` becomes the canary of an existing stage. */
function addCanaries(
  stages: readonly ControlResource[],
  deployments: readonly ControlResource[],
): readonly ControlResource[] {
  for (const deployment of deployments) {
    const stageName = asText(deployment.properties['StageName']);
    const isThere = stages.some((stage) => stage.properties['StageName'] === stageName);
    const refusal = refusalOfCanary(stageName, isThere);
    if (refusal !== undefined)
      throw new DefinitionError(deployment.place('DeploymentCanarySettings'), refusal);
  }
  return stages.map((stage) => {
    const canary = deployments.findLast(
      (deployment) => deployment.properties['StageName'] === stage.properties['StageName'],
    );
    const settings = canary && readBlock(canary, 'DeploymentCanarySettings');
    if (canary === undefined || settings === undefined) return stage;
    const CanarySetting = { ...(settings.properties as JsonObject), DeploymentId: canary.id };
    return { ...stage, properties: { ...stage.properties, CanarySetting } };
  });
}

/** AWS's quota of tags (docs/aws §13). */
const MAX_TAGS = 50;

/** Refuses more than 50 tags. Tags are a list of `{Key, Value}` on a REST stage, and a map on other stages. */
export function refuseManyTags(stage: ControlResource): void {
  const tags = stage.properties['Tags'] ?? [];
  const count = typeof tags === 'object' ? Object.keys(tags).length : 0;
  if (count > MAX_TAGS)
    throw new DefinitionError(stage.place('Tags'), `A stage has at most ${MAX_TAGS} tags, not ${count}`);
}

/**
 * Reads a REST stage in the form of `AWS::ApiGateway::Stage`.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readRestStage(stage: ControlResource): StageSettings {
  return {
    source: stage,
    name: readName(stage, false),
    deploymentId: readText(stage, 'DeploymentId'),
    variables: readStageVariables(stage, 'Variables'),
    throttles: readRestThrottles(stage),
    accessLog: readAccessLog(stage, 'AccessLogSetting'),
    canary: readCanary(stage),
    caching: readCaching(stage),
    lacksCluster: lacksCluster(stage),
    options: readMethodOptions(stage),
    isTraced: readFlag(stage, 'TracingEnabled'),
    clientCertificateId: readText(stage, 'ClientCertificateId', '') || undefined,
  };
}

/** Converts the `StageName` and `StageDescription` of a Deployment to the equivalent `AWS::ApiGateway::Stage`. */
function toStageResource(deployment: ControlResource): ControlResource {
  const described = readBlock(deployment, 'StageDescription');
  const ofAll: Record<string, Json> = {};
  const properties: Record<string, Json> = {};
  for (const [name, value] of Object.entries(described?.properties ?? {}) as [string, Json][])
    (METHOD_SETTINGS.includes(name) ? ofAll : properties)[name] = value;
  if (Object.keys(ofAll).length > 0)
    properties['MethodSettings'] = [
      { ResourcePath: '/*', HttpMethod: '*', ...ofAll },
      ...(Array.isArray(properties['MethodSettings']) ? (properties['MethodSettings'] as Json[]) : []),
    ];
  return {
    id: deployment.id,
    logicalId: deployment.logicalId,
    fault: deployment.fault,
    properties: {
      ...properties,
      StageName: deployment.properties['StageName'] ?? '',
      DeploymentId: deployment.id,
    },
    place: (property) =>
      deployment.place(
        property === undefined || property === 'StageName' ? property : `StageDescription.${property}`,
      ),
  };
}

function readV2Stages(group: ApiGroup, tolerance: Tolerance): StageList {
  const routeKeys = new Set(
    group.parts.routes
      .map(({ properties }) => properties['RouteKey'])
      .filter((key) => typeof key === 'string'),
  );
  const isHttp = group.protocol === 'http';
  return {
    ...readEach(group.parts.stages, group, tolerance, (stage) => readV2Stage(stage, isHttp, routeKeys)),
    withoutDeployment: group.parts.stages.filter(lacksDeployment),
  };
}

/**
 * Refuses execution logs on an HTTP API.
 * @throws DefinitionError in AWS's words (hashicorp/terraform-provider-aws#14010)
 */
export function refuseExecutionLog(stage: ControlResource): void {
  const routes = readBlock(stage, 'RouteSettings');
  const blocks = [
    readBlock(stage, 'DefaultRouteSettings'),
    ...Object.keys(routes?.properties ?? {}).map((key) => routes && readBlock(routes, key)),
  ];
  for (const block of blocks)
    if (block !== undefined && !/^OFF$/i.test(readText(block, 'LoggingLevel', 'OFF')))
      throw new DefinitionError(
        block.place('LoggingLevel'),
        'Execution logs are not supported on protocolType HTTP',
      );
}

/**
 * Reads a stage of an HTTP or WebSocket API, which may have no deployment.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readV2Stage(
  stage: ControlResource,
  isHttp: boolean,
  routeKeys: ReadonlySet<string>,
): StageSettings {
  const name = readName(stage, isHttp);
  return {
    source: stage,
    name,
    deploymentId: readFlag(stage, 'AutoDeploy') ? `auto-${name}` : readText(stage, 'DeploymentId', ''),
    variables: readStageVariables(stage, 'StageVariables'),
    throttles: readRouteThrottles(stage, routeKeys),
    accessLog: readAccessLog(stage, 'AccessLogSettings'),
    canary: undefined,
    caching: undefined,
    isTraced: false,
    clientCertificateId: undefined,
    options: readRouteOptions(stage, !isHttp),
  };
}

function readName(stage: ControlResource, mayBeDefault: boolean): string {
  const name = readText(stage, 'StageName');
  if (STAGE_NAME.test(name) || (mayBeDefault && name === '$default')) return name;
  throw new DefinitionError(
    stage.place('StageName'),
    `Stage name only allows a-zA-Z0-9_- characters, up to 128${mayBeDefault ? ', or $default' : ''}; not "${name}"`,
  );
}
