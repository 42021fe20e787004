/** Other ids of a record, which its client or the log of its function may show. */
import { HeaderList } from '../../core/events/header-list.ts';
import { callsOf } from './function-calls.ts';
import { isEvent } from './recorded-request.ts';
import type { Recorded } from './recorded-request.ts';

/**
 * Headers of replies with an id. Behind an HTTP API, `x-amzn-RequestId` is the id that the called AWS service gave to
 * the call (docs/aws §1.6).
 */
const ID_HEADERS = ['apigw-requestid', 'x-amz-apigw-id', 'x-amzn-requestid', 'x-amz-request-id'];

export function otherIdsOf(recorded: Recorded): readonly (string | undefined)[] {
  const invocations = callsOf(recorded).map(({ requestId }) => requestId);
  if (isEvent(recorded)) return invocations;
  const reply = new HeaderList(recorded.replyHeaders);
  return [...ID_HEADERS.map((name) => reply.last(name)), ...invocations];
}
