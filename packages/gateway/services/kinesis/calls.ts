import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Clock } from '../../core/ports.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ADMINISTRATION } from './administration.ts';
import type { LocalStreams } from './local-streams.ts';
import { RECORD_CALLS } from './records.ts';
import type { StreamPlace } from './stream-place.ts';

/** Undefined for an unknown operation. */
export function answerKinesis(
  action: string,
  input: UnknownMembers,
  place: StreamPlace,
  { streams, clock }: { readonly streams: LocalStreams; readonly clock: Clock },
): OperationResult | undefined {
  const administer = Object.hasOwn(ADMINISTRATION, action) ? ADMINISTRATION[action] : undefined;
  const move = Object.hasOwn(RECORD_CALLS, action) ? RECORD_CALLS[action] : undefined;
  const nowEpochMs = clock.nowEpochMs();
  try {
    const fields = administer?.(input, place, streams) ?? move?.({ input, place, streams, nowEpochMs });
    return fields && { kind: 'result', fields };
  } catch (error) {
    if (error instanceof OperationRefused) return error.toResult();
    throw error;
  }
}
