import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const stateMachineAlias: Namer = (resource) => {
  const version =
    resource.text('DeploymentPreference.StateMachineVersionArn') ??
    resource.text('RoutingConfiguration.0.StateMachineVersionArn') ??
    '';
  return `${version.replace(/:\d+$/, '')}:${resource.text('Name') ?? ''}`;
};

const STARTED =
  'StartSyncExecution runs an express state machine; other executions are recorded, but have no further effect';

export const STATES_TYPES = {
  'AWS::StepFunctions::StateMachine': {
    names: row(arnOf('states', named('StateMachineName', 80), 'stateMachine:'), {
      Arn: arnOf('states', named('StateMachineName', 80), 'stateMachine:'),
      Name: named('StateMachineName', 80),
    }),
    consequence: STARTED,
  },
  'AWS::StepFunctions::StateMachineVersion': {
    names: row((resource) => `${resource.text('StateMachineArn') ?? ''}:1`, {
      Arn: (resource) => `${resource.text('StateMachineArn') ?? ''}:1`,
    }),
    consequence: STARTED,
  },
  'AWS::StepFunctions::StateMachineAlias': {
    names: row(stateMachineAlias, { Arn: stateMachineAlias }),
    consequence: STARTED,
  },
} satisfies ResourceTypeTable;
