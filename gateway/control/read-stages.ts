/** Stages as the three kinds of template write them. */
import { readFlag, readText, readTextMap } from '../deployment/properties.ts';
import { DefinitionError } from '../errors.ts';
import type { ControlResource, StageSettings } from './api-state.ts';
import type { ApiGroup } from './group-resources.ts';

type PlacedStage = StageSettings & { place: ControlResource['place'] };

export type StageList = {
  readonly stages: readonly PlacedStage[];
  /** HTTP and WebSocket stages that nothing was deployed to. */
  readonly withoutDeployment: readonly ControlResource[];
};

const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const VARIABLE_NAME = /^[A-Za-z0-9_]{1,64}$/;
const VARIABLE_VALUE = /^[A-Za-z0-9\-._~:/?#&=,]{1,512}$/;

/** @throws DefinitionError for names and variables that AWS refuses (aws-behaviour §10.1). */
export function readStages(group: ApiGroup): StageList {
  return group.protocol === 'rest' ? readRestStages(group) : readV2Stages(group);
}

/** `AWS::ApiGateway::Stage`, and the stage that a Deployment makes itself when it names one (osls writes it so). */
function readRestStages(group: ApiGroup): StageList {
  const stages = group.stages.map((stage) => ({
    name: readName(stage, false),
    deploymentId: readText(stage, 'DeploymentId'),
    variables: readVariables(stage, 'Variables'),
    place: (property?: string) => stage.place(property),
  }));
  for (const deployment of group.deployments) {
    if (deployment.properties['StageName'] === undefined) continue;
    stages.push({
      name: readName(deployment, false),
      deploymentId: deployment.id,
      variables: readVariables(deployment, 'StageDescription.Variables'),
      place: (property?: string) => deployment.place(property),
    });
  }
  refuseDuplicates(stages);
  return { stages, withoutDeployment: [] };
}

function readV2Stages(group: ApiGroup): StageList {
  const withoutDeployment: ControlResource[] = [];
  const stages: PlacedStage[] = [];
  for (const stage of group.stages) {
    const name = readName(stage, group.protocol === 'http');
    const isAutomatic = readFlag(stage, 'AutoDeploy');
    const deploymentId = isAutomatic ? `auto-${name}` : readText(stage, 'DeploymentId', '');
    if (deploymentId === '') {
      withoutDeployment.push(stage);
      continue;
    }
    const variables = readVariables(stage, 'StageVariables');
    stages.push({ name, deploymentId, variables, place: (property) => stage.place(property) });
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

function readVariables(stage: ControlResource, property: string): Readonly<Record<string, string>> | null {
  const variables = readTextMap(blockOf(stage, property), property.split('.').at(-1) ?? property);
  if (variables === undefined || Object.keys(variables).length === 0) return null;
  for (const [name, value] of Object.entries(variables)) {
    if (!VARIABLE_NAME.test(name))
      throw new DefinitionError(stage.place(`${property}.${name}`), `Invalid stage variable name: ${name}`);
    if (!VARIABLE_VALUE.test(value))
      throw new DefinitionError(
        stage.place(`${property}.${name}`),
        `Invalid stage variable value: ${value}. AWS takes [A-Za-z0-9-._~:/?#&=,]+, up to 512 characters`,
      );
  }
  return variables;
}

/** `StageDescription.Variables` lives one level down. */
function blockOf(stage: ControlResource, property: string): ControlResource {
  const [outer, inner] = property.split('.');
  const block = outer === undefined || inner === undefined ? undefined : stage.properties[outer];
  if (block === undefined || block === null || typeof block !== 'object' || Array.isArray(block))
    return inner === undefined ? stage : { ...stage, properties: {} };
  return {
    ...stage,
    properties: Object.fromEntries(Object.entries(block)),
    place: () => stage.place(property),
  };
}

function refuseDuplicates(stages: readonly PlacedStage[]): void {
  const seen = new Set<string>();
  for (const stage of stages) {
    if (seen.has(stage.name))
      throw new DefinitionError(stage.place('StageName'), `Stage already exists: ${stage.name}`);
    seen.add(stage.name);
  }
}
