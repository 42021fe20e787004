/** Stages as the three kinds of template write them. */
import { readAccessLog } from '../deployment/access-log.ts';
import { readCaching } from '../deployment/caching.ts';
import { readCanary } from '../deployment/canary.ts';
import { readBlock, readFlag, readText } from '../deployment/properties.ts';
import { readMethodOptions, readRouteOptions } from '../deployment/route-options.ts';
import { readStageVariables } from '../deployment/stage-variables.ts';
import { readRestThrottles, readRouteThrottles } from '../deployment/throttle.ts';
import { DefinitionError } from '../errors.ts';
import type { Json, JsonObject } from '../definition/model.ts';
import type { ControlResource } from './control-resource.ts';
import type { StageSettings } from './stage-settings.ts';
import type { ApiGroup } from './group-resources.ts';

type PlacedStage = StageSettings & { place: ControlResource['place'] };

export type StageList = {
  readonly stages: readonly PlacedStage[];
  /** HTTP and WebSocket stages that nothing was deployed to. */
  readonly withoutDeployment: readonly ControlResource[];
};

const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;

/** @throws DefinitionError for names and variables that AWS refuses (docs/aws §10.1). */
export function readStages(group: ApiGroup): StageList {
  return group.protocol === 'rest' ? readRestStages(group) : readV2Stages(group);
}

/** `AWS::ApiGateway::Stage`, and the stage that a Deployment makes itself when it names one (osls writes it so). */
function readRestStages(group: ApiGroup): StageList {
  const named = group.deployments.filter((deployment) => deployment.properties['StageName'] !== undefined);
  const canaries = named.filter(
    (deployment) => deployment.properties['DeploymentCanarySettings'] !== undefined,
  );
  const own = named.filter((deployment) => !canaries.includes(deployment));
  const resources = addCanaries([...group.stages, ...own.map(toStageResource)], canaries);
  const stages = resources.map((stage) => ({
    ...readRestStage(stage),
    place: (property?: string) => stage.place(property),
  }));
  refuseDuplicates(stages);
  return { stages, withoutDeployment: [] };
}

/** A Deployment with `DeploymentCanarySettings` becomes the canary of a stage that there is already. */
function addCanaries(
  stages: readonly ControlResource[],
  deployments: readonly ControlResource[],
): readonly ControlResource[] {
  for (const deployment of deployments)
    if (!stages.some((stage) => stage.properties['StageName'] === deployment.properties['StageName']))
      throw new DefinitionError(
        deployment.place('DeploymentCanarySettings'),
        `Stage ${readText(deployment, 'StageName')} must already be created before making a canary release deployment`,
      );
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

/** AWS's quota (docs/aws §13). */
const MAX_TAGS = 50;

/** A list of `{Key, Value}` on a REST stage, a map on the others. */
function refuseManyTags(stage: ControlResource): void {
  const tags = stage.properties['Tags'] ?? [];
  const count = typeof tags === 'object' ? Object.keys(tags).length : 0;
  if (count > MAX_TAGS)
    throw new DefinitionError(stage.place('Tags'), `A stage has at most ${MAX_TAGS} tags, not ${count}`);
}

/** One REST stage in the form of `AWS::ApiGateway::Stage`. @throws DefinitionError */
export function readRestStage(stage: ControlResource): StageSettings {
  refuseManyTags(stage);
  return {
    source: stage,
    name: readName(stage, false),
    deploymentId: readText(stage, 'DeploymentId'),
    variables: readStageVariables(stage, 'Variables'),
    throttles: readRestThrottles(stage),
    accessLog: readAccessLog(stage, 'AccessLogSetting'),
    canary: readCanary(stage),
    caching: readCaching(stage),
    options: readMethodOptions(stage),
    isTraced: readFlag(stage, 'TracingEnabled'),
    clientCertificateId: readText(stage, 'ClientCertificateId', '') || undefined,
  };
}

/** What `StageDescription` says of all methods at once, and a Stage in an item of `MethodSettings`. */
const METHOD_SETTINGS = [
  'CacheDataEncrypted',
  'CacheTtlInSeconds',
  'CachingEnabled',
  'DataTraceEnabled',
  'LoggingLevel',
  'MetricsEnabled',
  'ThrottlingBurstLimit',
  'ThrottlingRateLimit',
];

/** A Deployment's `StageName` and `StageDescription` as the `AWS::ApiGateway::Stage` that they make. */
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

function readV2Stages(group: ApiGroup): StageList {
  const withoutDeployment: ControlResource[] = [];
  const stages: PlacedStage[] = [];
  const routeKeys = new Set(group.routes.map((route) => readText(route, 'RouteKey')));
  for (const stage of group.stages) {
    refuseManyTags(stage);
    const name = readName(stage, group.protocol === 'http');
    const isAutomatic = readFlag(stage, 'AutoDeploy');
    const deploymentId = isAutomatic ? `auto-${name}` : readText(stage, 'DeploymentId', '');
    if (deploymentId === '') {
      withoutDeployment.push(stage);
      continue;
    }
    const variables = readStageVariables(stage, 'StageVariables');
    const throttles = readRouteThrottles(stage, routeKeys);
    const accessLog = readAccessLog(stage, 'AccessLogSettings');
    stages.push({
      ...{ source: stage, name, deploymentId, variables, throttles, accessLog },
      ...{ canary: undefined, caching: undefined, isTraced: false, clientCertificateId: undefined },
      options: readRouteOptions(stage),
      place: (property) => stage.place(property),
    });
  }
  refuseDuplicates(stages);
  return { stages, withoutDeployment };
}

function readName(stage: ControlResource, mayBeDefault: boolean): string {
  const name = readText(stage, 'StageName');
  if (STAGE_NAME.test(name) || (mayBeDefault && name === '$default')) return name;
  throw new DefinitionError(
    stage.place('StageName'),
    `Stage name only allows a-zA-Z0-9_- characters, up to 128${mayBeDefault ? ', or $default' : ''}; not "${name}"`,
  );
}

function refuseDuplicates(stages: readonly PlacedStage[]): void {
  const seen = new Set<string>();
  for (const stage of stages) {
    if (seen.has(stage.name))
      throw new DefinitionError(stage.place('StageName'), `Stage already exists: ${stage.name}`);
    seen.add(stage.name);
  }
}
