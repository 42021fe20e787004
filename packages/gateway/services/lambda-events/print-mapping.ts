import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { findMappedSource } from '../../core/stack/event-sources.ts';
import type { EventSourceMapping } from './event-source-mappings.ts';

/** What is not given (Lambda API reference, "EventSourceMappingConfiguration"). */
const DEFAULTS_OF_QUEUE = { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
const DEFAULTS_OF_STREAM = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  BisectBatchOnFunctionError: false,
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
  DestinationConfig: { OnFailure: {} },
};

const SHOWN_OTHERWISE = ['FunctionName', 'Enabled', 'KmsKeyArn', 'Tags'];

/** @param state where it is not yet what the mapping says: `Creating` */
export function printMapping(
  { id, region, properties, modifiedAt }: EventSourceMapping,
  { accountId, functionArn }: { readonly accountId: string; readonly functionArn: string },
  state?: string,
): UnknownMembers {
  const given = Object.entries(properties).filter(([name]) => !SHOWN_OTHERWISE.includes(name));
  const { EventSourceArn: source, Enabled: isEnabled, KmsKeyArn: keyArn } = properties;
  const kind = findMappedSource(parseArn(asText(source) ?? '')?.service ?? '')?.kind;
  return {
    ...(kind === 'queue' ? DEFAULTS_OF_QUEUE : DEFAULTS_OF_STREAM),
    ...Object.fromEntries(given),
    ...(keyArn === undefined ? {} : { KMSKeyArn: keyArn }),
    UUID: id,
    EventSourceMappingArn: `arn:${partitionOf(region)}:lambda:${region}:${accountId}:event-source-mapping:${id}`,
    FunctionArn: functionArn,
    LastModified: modifiedAt / 1000,
    State: state ?? (isOff(isEnabled) ? 'Disabled' : 'Enabled'),
    StateTransitionReason: 'User action',
  };
}

/** Templates may write it as a text. */
export function isOff(isEnabled: unknown): boolean {
  return isEnabled === false || isEnabled === 'false';
}
