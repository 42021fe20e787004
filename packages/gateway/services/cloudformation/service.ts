/** CloudFormation's read operations on the loaded stacks (CloudFormation API reference). Nothing can be written. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { describeExports, describeStacks, summarizeStacks } from './describe-stacks.ts';
import { LoadedStacks, pageOf, printTime } from './loaded-stacks.ts';
import type { StackCall } from './loaded-stacks.ts';

// Describes the resources of a stack in the form of CloudFormation's API.

/**
 * The maximum number of resources in one response (API reference, "DescribeStackResources"). To get more, callers use
 * `ListStackResources`.
 */
const MOST_AT_ONCE = 100;
const DRIFT = { StackResourceDriftStatus: 'NOT_CHECKED' };

function describeResources(call: StackCall, stacks: LoadedStacks): UnknownMembers {
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

function describeResource(call: StackCall, stacks: LoadedStacks): UnknownMembers {
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

function summarizeResources(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const stack = stacks.require(call);
  const { page, next } = pageOf([...stack.resources.values()], call);
  const member = page.map((resource) => ({
    ...describe(resource, stack, stacks),
    LastUpdatedTimestamp: printTime(lastTimeOf(stack, stacks)),
  }));
  return { StackResourceSummaries: { member }, ...next };
}

/**
 * Finds a stack by its name or by the physical id of one of its resources. The call must pass exactly one of the two.
 */
function findStack(call: StackCall, stacks: LoadedStacks): ResolvedStack {
  const physicalId = call.text('PhysicalResourceId') ?? '';
  if (physicalId === '') return stacks.require(call);
  if ((call.text('StackName') ?? '') !== '')
    throw new OperationRefused('ValidationError', 'StackName and PhysicalResourceId are mutually exclusive');
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
import { membersOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { stackIdOf } from '../../templates/pseudo-parameters.ts';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { CLOUDFORMATION_MODEL } from '../../kernel/calls/models/cloudformation.ts';
import { membersOfQuery } from '../../kernel/calls/query-input.ts';

type Read = (call: StackCall, stacks: LoadedStacks) => UnknownMembers;

export const STACK_READS: Readonly<Record<string, Read>> = {
  DescribeStacks: describeStacks,
  ListStacks: summarizeStacks,
  DescribeStackResources: describeResources,
  DescribeStackResource: describeResource,
  ListStackResources: summarizeResources,
  ListExports: describeExports,
  GetTemplate(call, stacks) {
    refuseChangeSet(call);
    const { source } = stacks.require(call);
    return {
      TemplateBody: JSON.stringify(source?.template ?? {}),
      StagesAvailable: { member: ['Original', 'Processed'] },
    };
  },
};

const MODEL = new CallModel(CLOUDFORMATION_MODEL);
const refused = (message: string): OperationRefused => new OperationRefused('ValidationError', message);
/**
 * The gateway has no change sets.
 * @throws OperationRefused if the call names a change set, or neither a stack nor a change set
 */
function refuseChangeSet({ text }: StackCall): void {
  const [stack = '', changeSet = ''] = [text('StackName'), text('ChangeSetName')];
  if (changeSet === '' && stack === '')
    throw refused('StackName is required if ChangeSetName is not specified.');
  if (changeSet === '') return;
  if (stack === '' && !changeSet.startsWith('arn:')) throw refused('StackName is a required parameter.');
  throw new OperationRefused('ChangeSetNotFound', `ChangeSet [${changeSet}] does not exist`);
}

const POLICY: InputPolicy = { names: 'all', refuse: refused, wrongType: refused, readsTexts: true };

/** The operations that change a stack. */
const WRITES =
  /^(?:CancelUpdateStack|ContinueUpdateRollback|(?:Create|Delete|Execute)ChangeSet|(?:Create|Delete|Rollback|Update)Stack|SetStackPolicy|SignalResource|UpdateTerminationProtection)$/;

export function open({ clock }: ServicePorts): Service {
  const stacks = new LoadedStacks(() => clock.nowEpochMs());
  return {
    api: {
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
      answer({ operation, request: { region } }) {
        if (operation.protocol !== 'query') return undefined;
        const { action, parameters } = operation;
        const read = Object.hasOwn(STACK_READS, action) ? STACK_READS[action] : undefined;
        try {
          if (read === undefined && WRITES.test(action))
            throw new OperationRefused(
              'ValidationError',
              `${action} is refused, because the gateway serves the stacks that are on disk. Change their files instead; the gateway reloads them.`,
            );
          if (read === undefined) return undefined;
          MODEL.check(action, membersOfQuery(parameters), POLICY);
          const text = (name: string): string | undefined => parameters.get(name) ?? undefined;
          return { kind: 'result', fields: read({ action, region, text, parameters }, stacks) };
        } catch (error) {
          if (error instanceof OperationRefused) return error.toResult();
          throw error;
        }
      },
    },
    prepare(reading) {
      // During a reset no stacks are loaded for a while, so nothing is replaced.
      return reading.isEmpty ? () => undefined : () => stacks.replace(reading.stacks, reading.times);
    },
  };
}
