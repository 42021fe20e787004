import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import { RECORDED } from '../../core/resource-types/resource-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const stateMachineAlias: Namer = (resource) => {
  const version =
    resource.text('DeploymentPreference.StateMachineVersionArn') ??
    resource.text('RoutingConfiguration.0.StateMachineVersionArn') ??
    '';
  return `${version.replace(/:\d+$/, '')}:${resource.text('Name') ?? ''}`;
};

export const STATES_TYPES = {
  'AWS::StepFunctions::StateMachine': {
    names: row(arnOf('states', named('StateMachineName', 80), 'stateMachine:'), {
      Arn: arnOf('states', named('StateMachineName', 80), 'stateMachine:'),
      Name: named('StateMachineName', 80),
    }),
    consequence: RECORDED,
  },
  'AWS::StepFunctions::StateMachineVersion': {
    names: row((resource) => `${resource.text('StateMachineArn') ?? ''}:1`, {
      Arn: (resource) => `${resource.text('StateMachineArn') ?? ''}:1`,
    }),
    consequence: RECORDED,
  },
  'AWS::StepFunctions::StateMachineAlias': {
    names: row(stateMachineAlias, { Arn: stateMachineAlias }),
    consequence: RECORDED,
  },
} satisfies ResourceTypeTable;
