/** Checks segment documents as `PutTraceSegments` does (X-Ray developer guide, "Segment documents"; docs/aws §22.5). */
import { asList, asText, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { toTraceId } from './traces.ts';

/** AWS's limit for the size of a segment document in bytes. */
const MAX_SEGMENT_BYTES = 64 * 1024;
const NAME = /^[\p{L}\p{N}\p{Z}\s_.:/%&#=+\\\-@]{1,200}$/u;

/** Returns the entry of UnprocessedTraceSegments for a document; undefined if the document can be processed. */
export function refuseDocument(document: unknown): UnknownMembers | undefined {
  const text = asText(document) ?? '';
  const parsed = parseJson(text);
  const fields = membersOf(parsed);
  const Id = asText(fields['id']);
  const refuse = (ErrorCode: string, Message: string): UnknownMembers => ({
    ...(Id !== undefined && { Id }),
    ErrorCode,
    Message,
  });
  const code =
    parsed === undefined
      ? 'ParseError'
      : Buffer.byteLength(text) > MAX_SEGMENT_BYTES
        ? 'DocumentTooLarge'
        : findFaultOfDocument(fields);
  const isSegment = fields['type'] !== 'subsegment';
  if (code !== undefined)
    return refuse(code, isSegment ? `Invalid segment. ErrorCode: ${code}` : ofSubsegment(code));
  const inner = findFaultBelow(fields);
  return inner === undefined ? undefined : refuse(inner, ofSubsegment(inner));
}

function ofSubsegment(code: string): string {
  return `Invalid subsegment. ErrorCode: ${code}, Cause: null`;
}

function findFaultOfDocument(fields: UnknownMembers): string | undefined {
  const { id, trace_id: traceId } = fields;
  if (id === undefined) return 'MissingId';
  if (traceId === undefined) return 'MissingTraceId';
  return toTraceId(traceId) === undefined ? 'InvalidTraceId' : findFault(fields);
}

/** Finds the first fault of the subsegments, at any depth. */
function findFaultBelow(fields: UnknownMembers): string | undefined {
  const open = [...asList(fields['subsegments'])];
  // The list grows while it is read.
  for (const one of open) {
    const subsegment = membersOf(one);
    const code = findFault(subsegment);
    if (code !== undefined) return code;
    open.push(...asList(subsegment['subsegments']));
  }
  return undefined;
}

/** Finds the first fault in the fields that segments and subsegments have in common. */
function findFault({
  id,
  name,
  start_time: start,
  end_time: end,
  ...rest
}: UnknownMembers): string | undefined {
  if (id === undefined) return 'MissingId';
  if (name === undefined) return 'MissingName';
  if (typeof name !== 'string' || !NAME.test(name)) return 'InvalidName';
  if (typeof start !== 'number') return 'MissingStartTime';
  return typeof end === 'number' || rest['in_progress'] === true ? undefined : 'MissingEndTime';
}
