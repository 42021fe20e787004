/**
 * `CanarySetting` of a REST stage: a second deployment that takes a share of the requests (docs/aws §10.2).
 */
import { DefinitionError } from '../../errors.ts';
import { readBlock, readFlag, readText } from '../properties.ts';
import { readStageVariables } from './stage-variables.ts';
import type { PropertyBag } from '../properties.ts';
import type { StageVariables } from './stage-variables.ts';

export type CanarySettings = {
  readonly deploymentId: string;
  /** The percentage of requests, from 0 to 100, with fractions. */
  readonly percentTraffic: number;
  /** Variables that override the stage's variables. All other stage variables stay in effect. */
  readonly variableOverrides: StageVariables;
  readonly useStageCache: boolean;
};

/**
 * Returns why AWS refuses a deployment with canary settings; undefined means that it is accepted.
 * @param stageName the stage of the deployment; undefined if the deployment does not name a stage
 * @param isThere whether the stage exists already
 */
export function refusalOfCanary(stageName: string | undefined, isThere: boolean): string | undefined {
  if ((stageName ?? '') === '')
    return `Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is ${stageName ?? 'null'}`;
  return isThere
    ? undefined
    : `Invalid deployment content specified.Stage ${stageName} must already be created before making a canary release deployment`;
}

/**
 * Reads the canary; undefined if the stage has none. A canary without its own deployment begins with the deployment of
 * the stage.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readCanary(stage: PropertyBag): CanarySettings | undefined {
  const block = readBlock(stage, 'CanarySetting');
  if (block === undefined) return undefined;
  return {
    deploymentId: readText(block, 'DeploymentId', readText(stage, 'DeploymentId')),
    percentTraffic: readPercent(block),
    variableOverrides: readStageVariables(block, 'StageVariableOverrides') ?? {},
    useStageCache: readFlag(block, 'UseStageCache'),
  };
}

function readPercent(block: PropertyBag): number {
  const percent = Number(readText(block, 'PercentTraffic', '0'));
  if (percent >= 0 && percent <= 100) return percent;
  throw new DefinitionError(
    block.place('PercentTraffic'),
    'Invalid value for percentTraffic: it must be a number from 0.0 to 100.0',
  );
}
