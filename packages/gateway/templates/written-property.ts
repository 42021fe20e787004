/** Names a property of a resource as the author of the template wrote it, or would write it. */
import { mapOf, textOf } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { ResolvedStack } from '../core/stack/model.ts';
import { isRenamedBySam, nameInSam } from './sam/sam-places.ts';

/** Settings of functions and events in serverless.yml whose properties have other names. */
export const OF_OSLS: Readonly<Record<string, string>> = {
  Architectures: 'architecture',
  EventBusName: 'eventBus',
  EventPattern: 'pattern',
  FunctionResponseTypes: 'functionResponseType',
  MaximumBatchingWindowInSeconds: 'maximumBatchingWindow',
  MaximumEventAgeInSeconds: 'maximumEventAge',
  ReservedConcurrentExecutions: 'reservedConcurrency',
};

/** Returns the type of a resource of SAM; empty for any other resource, and for a resource that SAM generates. */
export function typeInSam({ source }: Pick<ResolvedStack, 'source'>, logicalId: string): string {
  const type = textOf(mapOf(mapOf(source?.original ?? {}, 'Resources'), logicalId), 'Type');
  return type.startsWith('AWS::Serverless::') ? type : '';
}

/** Whether `written` is what SAM or osls calls a property. */
export function isSpeltAs(property: string, written: string): boolean {
  return (
    written !== property &&
    (written === lowerFirst(property) || OF_OSLS[property] === written || isRenamedBySam(property, written))
  );
}

/** Returns the name of a property, such as `Type` for StateMachineType of an AWS::Serverless::StateMachine. */
export function writtenProperty(
  stack: Pick<ResolvedStack, 'source'>,
  logicalId: string,
  property: string,
): string {
  const ofSam = nameInSam(typeInSam(stack, logicalId), property);
  if (ofSam !== undefined) return ofSam;
  const last = stack.source?.pathOf?.(['Resources', logicalId, 'Properties', property])?.at(-1) ?? property;
  return isSpeltAs(property, last) ? last : property;
}
