/** Resources of a stack, as CloudFormation's API has them. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { stackIdOf } from '../../templates/pseudo-parameters.ts';
import { pageOf, printTime } from './loaded-stacks.ts';
import type { LoadedStacks, StackCall } from './loaded-stacks.ts';

/** "DescribeStackResources": use `ListStackResources` for more. */
const MOST_AT_ONCE = 100;
const DRIFT = { StackResourceDriftStatus: 'NOT_CHECKED' };

export function describeResources(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const stack = findStack(call, stacks);
  const wanted = call.text('LogicalResourceId');
  const resources = [...stack.resources.values()].filter(
    ({ logicalId }) => (wanted ?? logicalId) === logicalId,
  );
  if (wanted !== undefined && resources.length === 0) throw noResource(wanted, stack);
  const member = resources.slice(0, MOST_AT_ONCE).map((resource) => ({
    ...placeOf(stack),
    ...describe(resource, stack, stacks),
    Timestamp: printTime(lastTimeOf(stack, stacks)),
  }));
  return { StackResources: { member } };
}

export function describeResource(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const stack = stacks.require(call);
  const wanted = call.text('LogicalResourceId') ?? '';
  const resource = stack.resources.get(wanted);
  if (resource === undefined) throw noResource(wanted, stack);
  const { Resources: declared } = membersOf(stack.source?.template);
  const { Metadata: metadata } = membersOf(membersOf(declared)[wanted]);
  return {
    StackResourceDetail: {
      ...placeOf(stack),
      ...describe(resource, stack, stacks),
      LastUpdatedTimestamp: printTime(lastTimeOf(stack, stacks)),
      ...(metadata !== undefined && { Metadata: JSON.stringify(metadata) }),
    },
  };
}

export function summarizeResources(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const stack = stacks.require(call);
  const { page, next } = pageOf([...stack.resources.values()], call);
  const member = page.map((resource) => ({
    ...describe(resource, stack, stacks),
    LastUpdatedTimestamp: printTime(lastTimeOf(stack, stacks)),
  }));
  return { StackResourceSummaries: { member }, ...next };
}

/** By its name, or by the physical id of one of its resources; exactly one of both. */
function findStack(call: StackCall, stacks: LoadedStacks): ResolvedStack {
  const physicalId = call.text('PhysicalResourceId') ?? '';
  if (physicalId === '') return stacks.require(call);
  if ((call.text('StackName') ?? '') !== '')
    throw new OperationRefused('ValidationError', 'StackName and PhysicalResourceId exclude each other');
  const found = stacks
    .all(call)
    .find(({ resources }) => [...resources.values()].some((resource) => resource.physicalId === physicalId));
  if (found === undefined)
    throw new OperationRefused('ValidationError', `Stack for ${physicalId} does not exist`);
  return found;
}

function describe(
  { logicalId, physicalId, type }: ResolvedResource,
  stack: ResolvedStack,
  stacks: LoadedStacks,
): UnknownMembers {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: stacks.statusOf(stack),
    DriftInformation: DRIFT,
  };
}

function placeOf(stack: ResolvedStack): UnknownMembers {
  return { StackName: stack.stackName, StackId: stackIdOf(stack) };
}

function lastTimeOf(stack: ResolvedStack, stacks: LoadedStacks): number {
  const { createdMs, updatedMs } = stacks.timeOf(stack);
  return updatedMs ?? createdMs;
}

function noResource(logicalId: string, { stackName }: ResolvedStack): OperationRefused {
  return new OperationRefused(
    'ValidationError',
    `Resource ${logicalId} does not exist for stack ${stackName}`,
  );
}
