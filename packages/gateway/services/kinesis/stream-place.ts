/** The stream of a call: by name in the caller's account and region, or by ARN. */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { streamNotFound } from './error.ts';
import { InputReader } from './input.ts';
import type { LocalStream, LocalStreams } from './local-streams.ts';

export type StreamPlace = { readonly region: string; readonly accountId: string };

export function arnOfStream(name: string, { region, accountId }: StreamPlace): string {
  return `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${name}`;
}

export function nameOfStream(arn: string): string {
  return arn.split(':stream/')[1] ?? '';
}

/**
 * The last check of an input.
 * @param reader after it has read the other members
 * @throws OperationRefused ValidationException, ResourceNotFoundException
 */
export function findStream(
  input: UnknownMembers,
  place: StreamPlace,
  streams: LocalStreams,
  reader = new InputReader(input),
): LocalStream {
  const given = reader.stream();
  reader.check();
  const arn = given.arn ?? arnOfStream(given.name ?? '', place);
  const stream = streams.find(arn);
  if (stream === undefined) throw streamNotFound(nameOfStream(arn), parseArn(arn)?.accountId ?? '');
  return stream;
}
