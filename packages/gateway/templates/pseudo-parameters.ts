import { partitionOf } from '@gatewright/aws/arn';
import { NO_VALUE } from './cloudformation/intrinsics.ts';
import { awsDomainOf } from '@gatewright/aws/service-address';
import { makeUuid } from '@gatewright/aws/physical-ids';
import { PSEUDO_PARAMETERS } from '../core/stack/intrinsic-functions.ts';
import type { Resolved } from './cloudformation/intrinsics.ts';
import type { RawStack } from './raw-stack.ts';

type Home = Pick<RawStack, 'stackName' | 'region' | 'accountId'>;

const VALUES: Readonly<Record<(typeof PSEUDO_PARAMETERS)[number], (home: Home) => Resolved>> = {
  'AWS::AccountId': ({ accountId }) => accountId,
  'AWS::NoValue': () => NO_VALUE,
  'AWS::NotificationARNs': () => [],
  'AWS::Partition': ({ region }) => partitionOf(region),
  'AWS::Region': ({ region }) => region,
  'AWS::StackId': stackIdOf,
  'AWS::StackName': ({ stackName }) => stackName,
  'AWS::URLSuffix': ({ region }) => awsDomainOf(region),
};

export function pseudoParameter(name: string, home: Home): Resolved | undefined {
  const known = PSEUDO_PARAMETERS.find((one) => one === name);
  return known === undefined ? undefined : VALUES[known](home);
}

export function stackIdOf({ stackName, region, accountId }: Home): string {
  return `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:stack/${stackName}/${makeUuid(stackName)}`;
}
