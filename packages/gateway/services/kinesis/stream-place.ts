/** Finds the stream of a call by its name in the caller's account and region, or by its ARN. */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import type { CallInput, MemberRule } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST } from '@gatewright/aws/violations';
import { streamNotFound } from './error.ts';
import { kinesisInput, NAME_RULE } from './input.ts';
import type { LocalStream, LocalStreams } from './local-streams.ts';

const ARN_RULE: MemberRule = {
  least: 1,
  most: 2048,
  pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+',
};

/** Kinesis checks this member, although it is "Not Implemented. Reserved for future use" (API reference, StreamId). */
const ID_RULE: MemberRule = { least: 1, most: 24, pattern: '[a-z0-9]{20}-[a-z0-9]{3}' };

export type StreamPlace = { readonly region: string; readonly accountId: string };

export function arnOfStream(name: string, { region, accountId }: StreamPlace): string {
  return `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${name}`;
}

export function nameOfStream(arn: string): string {
  return arn.split(':stream/')[1] ?? '';
}

/** Reads the members, other than the name, with which any call may identify its stream. */
export function readStreamArn(reader: CallInput): string | undefined {
  const arn = reader.optionalText('StreamARN', ARN_RULE);
  reader.optionalText('StreamId', ID_RULE);
  return arn;
}

/**
 * Finds the stream that an input names. This must be the last check of the input. If the input has both a name and an
 * ARN, the ARN applies.
 * @param reader the reader of the input, after it has read the other members
 * @throws OperationRefused ValidationException if the input is invalid, ResourceNotFoundException if the stream does
 * not exist
 */
export function findStream(
  input: UnknownMembers,
  place: StreamPlace,
  streams: LocalStreams,
  reader: CallInput = kinesisInput(input),
): LocalStream {
  const givenArn = readStreamArn(reader);
  const name = reader.optionalText('StreamName', NAME_RULE);
  if (givenArn === undefined && name === undefined) reader.violate('null', 'StreamName', MUST.notBeNull);
  reader.check();
  const arn = givenArn ?? arnOfStream(name ?? '', place);
  const stream = streams.find(arn);
  if (stream === undefined) throw streamNotFound(nameOfStream(arn), parseArn(arn)?.accountId ?? '');
  return stream;
}
