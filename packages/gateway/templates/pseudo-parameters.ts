import { partitionOf } from '@gatewright/aws/arn';
import { NO_VALUE } from './cloudformation/intrinsics.ts';
import { awsDomainOf } from '@gatewright/aws/service-address';
import { makeUuid } from '@gatewright/aws/physical-ids';
import type { Resolved } from './cloudformation/intrinsics.ts';
import type { RawStack } from './raw-stack.ts';

export function pseudoParameter(
  name: string,
  { stackName, region, accountId }: Pick<RawStack, 'stackName' | 'region' | 'accountId'>,
): Resolved | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return accountId;
    case 'AWS::Region':
      return region;
    case 'AWS::Partition':
      return partitionOf(region);
    case 'AWS::URLSuffix':
      return awsDomainOf(region);
    case 'AWS::StackName':
      return stackName;
    case 'AWS::StackId':
      return stackIdOf({ stackName, region, accountId });
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
    default:
      return undefined;
  }
}

export function stackIdOf({
  stackName,
  region,
  accountId,
}: Pick<RawStack, 'stackName' | 'region' | 'accountId'>): string {
  return `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:stack/${stackName}/${makeUuid(stackName)}`;
}
