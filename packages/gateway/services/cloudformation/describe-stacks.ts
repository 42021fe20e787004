/** Describes stacks, their outputs and their exports in the form of CloudFormation's API. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import { stackIdOf } from '../../templates/pseudo-parameters.ts';
import { pageOf, printTime } from './loaded-stacks.ts';
import type { LoadedStacks, StackCall } from './loaded-stacks.ts';

const NOT_CHECKED = { StackDriftStatus: 'NOT_CHECKED' };

export function describeStacks(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const isOne = (call.text('StackName') ?? '') !== '';
  const { page, next } = pageOf(isOne ? [stacks.require(call)] : stacks.all(call), call);
  return { Stacks: { member: page.map((stack) => describeStack(stack, stacks)) }, ...next };
}

export function summarizeStacks(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const wanted = [...call.parameters]
    .filter(([name]) => name.startsWith('StackStatusFilter.'))
    .map(([, status]) => status);
  const found = stacks
    .all(call)
    .filter((stack) => wanted.length === 0 || wanted.includes(stacks.statusOf(stack)));
  const { page, next } = pageOf(found, call);
  const member = page.map((stack) => ({
    ...identityOf(stack, stacks),
    ...describedBy(stack),
    DriftInformation: NOT_CHECKED,
  }));
  return { StackSummaries: { member }, ...next };
}

export function describeExports(call: StackCall, stacks: LoadedStacks): UnknownMembers {
  const found = stacks
    .all(call)
    .flatMap((stack) =>
      [...stack.exports].map(([Name, value]) => ({
        ExportingStackId: stackIdOf(stack),
        Name,
        Value: printJsonText(value),
      })),
    )
    .toSorted((one, other) => (one.Name < other.Name ? -1 : 1));
  const { page, next } = pageOf(found, call);
  return { Exports: { member: page }, ...next };
}

function describeStack(stack: ResolvedStack, stacks: LoadedStacks): UnknownMembers {
  return {
    ...identityOf(stack, stacks),
    ...describedBy(stack),
    Parameters: { member: parametersOf(stack) },
    DisableRollback: false,
    NotificationARNs: { member: [] },
    Capabilities: { member: [] },
    Outputs: { member: outputsOf(stack) },
    Tags: { member: [] },
    EnableTerminationProtection: false,
    DriftInformation: NOT_CHECKED,
  };
}

function identityOf(stack: ResolvedStack, stacks: LoadedStacks): UnknownMembers {
  const { createdMs, updatedMs } = stacks.timeOf(stack);
  return {
    StackId: stackIdOf(stack),
    StackName: stack.stackName,
    CreationTime: printTime(createdMs),
    ...(updatedMs !== undefined && { LastUpdatedTime: printTime(updatedMs) }),
    StackStatus: stacks.statusOf(stack),
  };
}

function describedBy({ source }: ResolvedStack): UnknownMembers {
  const { Description: description } = membersOf(source?.template);
  return typeof description === 'string' ? { Description: description } : {};
}

/**
 * Returns the parameters of a stack. As in CloudFormation, the value of a parameter with `NoEcho` is shown as
 * asterisks.
 */
function parametersOf({ source }: ResolvedStack): readonly UnknownMembers[] {
  const { Parameters: declared } = membersOf(source?.template);
  return Object.entries(membersOf(declared)).flatMap(([ParameterKey, declaration]) => {
    const { Default: fallback, NoEcho: noEcho } = membersOf(declaration);
    const given = Object.hasOwn(source?.parameters ?? {}, ParameterKey)
      ? source?.parameters[ParameterKey]
      : undefined;
    const value = given ?? fallback;
    if (value === undefined || value === null) return [];
    const isHidden = noEcho === true || (typeof noEcho === 'string' && noEcho.toLowerCase() === 'true');
    return [{ ParameterKey, ParameterValue: isHidden ? '****' : printJsonText(value) }];
  });
}

function outputsOf({ outputs, source }: ResolvedStack): readonly UnknownMembers[] {
  const { Outputs: declared } = membersOf(source?.template);
  const exportOf = new Map([...(source?.exportNames ?? [])].map(([name, output]) => [output, name]));
  return [...outputs].map(([OutputKey, value]) => {
    const { Description: description } = membersOf(membersOf(declared)[OutputKey]);
    const ExportName = exportOf.get(OutputKey);
    return {
      OutputKey,
      OutputValue: printJsonText(value),
      ...(typeof description === 'string' && { Description: description }),
      ...(ExportName !== undefined && { ExportName }),
    };
  });
}

function printJsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
