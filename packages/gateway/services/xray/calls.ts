/** Handles `GetTraceSummaries`, `BatchGetTraces` and `PutTraceSegments` (X-Ray API reference). */
import { asText, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import { InvalidExpression, readFilterExpression } from './filter-expression.ts';
import {
  durationOf,
  hasFlag,
  httpOf,
  readSegment,
  readTraces,
  responseTimeOf,
  rootOf,
  toTraceId,
} from './traces.ts';
import type { Segment, Trace } from './traces.ts';

/**
 * AWS's limits: the number of traces in a `BatchGetTraces` call, the size of a segment document in bytes, and the
 * number of documents in a `PutTraceSegments` call.
 */
const MAX_TRACES = 5;
const MAX_SEGMENT_BYTES = 64 * 1024;
const MAX_DOCUMENTS = 100;
const PAGE = 1_000;
const DAY_S = 86_400;

type TraceCall = (
  input: UnknownMembers,
  segments: KeptFeed<string>,
) => UnknownMembers | Promise<UnknownMembers>;

/** The calls by path, because the protocol does not name operations. */
export const TRACE_CALLS: Readonly<Record<string, TraceCall>> = {
  '/TraceSummaries': getTraceSummaries,
  '/Traces': batchGetTraces,
  '/TraceSegments': putTraceSegments,
};

async function getTraceSummaries(input: UnknownMembers, segments: KeptFeed<string>): Promise<UnknownMembers> {
  const {
    StartTime: fromS,
    EndTime: toS,
    FilterExpression: filter,
    TimeRangeType: range = 'TraceId',
  } = input;
  if (typeof fromS !== 'number' || typeof toS !== 'number' || fromS > toS)
    throw invalid('StartTime and EndTime are required, in seconds, and EndTime must not be before StartTime');
  if (toS - fromS > DAY_S) throw invalid('the time range is longer than 24 hours');
  if (range !== 'TraceId' && range !== 'Event' && range !== 'Service')
    throw invalid('TimeRangeType must be TraceId, Event or Service');
  const test = readFilter(filter);
  const traces = [...(await readTraces(segments)).values()].map((trace) => ({ trace, ...timesOf(trace) }));
  const found = traces
    .filter(({ startS, endS }) => {
      const timeS = range === 'TraceId' ? startS : endS;
      return timeS >= fromS && timeS <= toS;
    })
    .filter(({ trace }) => test(trace))
    .toSorted((one, other) => one.startS - other.startS);
  const from = readToken(input['NextToken']);
  const page = found.slice(from, from + PAGE);
  return {
    ApproximateTime: toS,
    TracesProcessedCount: traces.length,
    TraceSummaries: page.map(({ trace }) => summarize(trace)),
    ...(from + PAGE < found.length && { NextToken: String(from + PAGE) }),
  };
}

async function batchGetTraces(input: UnknownMembers, segments: KeptFeed<string>): Promise<UnknownMembers> {
  const { TraceIds: given } = input;
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_TRACES)
    throw invalid(`TraceIds must have 1 to ${MAX_TRACES} ids`);
  const ids = given.map((id: unknown) => toTraceId(id) ?? invalidId(id));
  // Some documents contain the trace id in its W3C form, which has no hyphens.
  const written = ids.flatMap((id) => [id, id.slice(2).replace('-', '')]);
  const traces = await readTraces(segments, (document) => written.some((id) => document.includes(id)));
  const found = ids.flatMap((id) => traces.get(id) ?? []);
  return {
    Traces: found.map((trace) => ({
      Id: trace.id,
      Duration: durationOf(trace),
      LimitExceeded: false,
      Segments: [...trace.segments.values()].map(({ id, document }) => ({ Id: id, Document: document })),
    })),
    UnprocessedTraceIds: ids.filter((id) => !traces.has(id)),
  };
}

function putTraceSegments(input: UnknownMembers, segments: KeptFeed<string>): UnknownMembers {
  const { TraceSegmentDocuments: given } = input;
  if (!Array.isArray(given) || given.length > MAX_DOCUMENTS)
    throw invalid(`TraceSegmentDocuments can have at most ${MAX_DOCUMENTS} documents`);
  const unprocessed: UnknownMembers[] = [];
  for (const document of given as readonly unknown[]) {
    const refusal = refuseDocument(document);
    if (refusal === undefined) segments.publish(String(document));
    else unprocessed.push(refusal);
  }
  return { UnprocessedTraceSegments: unprocessed };
}

function refuseDocument(document: unknown): UnknownMembers | undefined {
  const text = asText(document);
  const fields = text === undefined ? undefined : parseJsonObject(text);
  const Id = asText(fields?.['id']) ?? '';
  if (text === undefined || fields === undefined)
    return { Id, ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' };
  if (Buffer.byteLength(text) > MAX_SEGMENT_BYTES)
    return {
      Id,
      ErrorCode: 'DocumentTooLarge',
      Message: `A segment can have at most ${MAX_SEGMENT_BYTES} bytes`,
    };
  if (readSegment(text) !== undefined) return undefined;
  return {
    Id,
    ErrorCode: 'MissingFields',
    Message: 'A segment must have an id, a trace_id and a start_time',
  };
}

function summarize(trace: Trace): UnknownMembers {
  const root = rootOf(trace);
  const http = root === undefined ? undefined : describeHttp(root);
  const services = [...trace.segments.values()].map(serviceOf);
  const users = [...trace.segments.values()].flatMap(({ fields }) => asText(fields['user']) ?? []);
  return {
    Id: trace.id,
    StartTime: timesOf(trace).startS,
    Duration: durationOf(trace),
    ResponseTime: responseTimeOf(trace),
    HasFault: hasFlag(trace, 'fault'),
    HasError: hasFlag(trace, 'error'),
    HasThrottle: hasFlag(trace, 'throttle'),
    IsPartial: hasFlag(trace, 'in_progress'),
    ...(http !== undefined && { Http: http }),
    Annotations: annotationsOf(trace),
    Users: users.map((UserName) => ({ UserName })),
    ServiceIds: services,
    ...(root !== undefined && { EntryPoint: serviceOf(root) }),
    Revision: trace.segments.size,
  };
}

function describeHttp(root: Segment): UnknownMembers | undefined {
  const { request, response } = httpOf(root);
  const entries = Object.entries({
    HttpURL: request['url'],
    HttpStatus: response['status'],
    HttpMethod: request['method'],
    UserAgent: request['user_agent'],
    ClientIp: request['client_ip'],
  }).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function annotationsOf({ segments }: Trace): UnknownMembers {
  const found = new Map<string, UnknownMembers[]>();
  for (const segment of segments.values())
    for (const [key, value] of Object.entries(membersOf(segment.fields['annotations']))) {
      const kind = ANNOTATION_KINDS[typeof value];
      if (kind === undefined) continue;
      const of = found.get(key) ?? [];
      of.push({ AnnotationValue: { [kind]: value }, ServiceIds: [serviceOf(segment)] });
      found.set(key, of);
    }
  return Object.fromEntries(found);
}

const ANNOTATION_KINDS: Readonly<Record<string, string>> = {
  string: 'StringValue',
  number: 'NumberValue',
  boolean: 'BooleanValue',
};

function serviceOf({ fields }: Segment): UnknownMembers {
  const Name = asText(fields['name']) ?? '';
  const Type = asText(fields['origin']);
  return { Name, Names: [Name], ...(Type !== undefined && { Type }) };
}

function timesOf({ segments }: Trace): { readonly startS: number; readonly endS: number } {
  const all = [...segments.values()];
  return {
    startS: all.reduce((least, { startS }) => Math.min(least, startS), Infinity),
    endS: all.reduce((most, { endS }) => Math.max(most, endS), -Infinity),
  };
}

function readFilter(filter: unknown): (trace: Trace) => boolean {
  if (filter === undefined || filter === null || filter === '') return () => true;
  if (typeof filter !== 'string') throw invalid('FilterExpression must be a string');
  try {
    return readFilterExpression(filter);
  } catch (error) {
    if (error instanceof InvalidExpression) throw invalid(`Invalid filter expression: ${error.message}`);
    throw error;
  }
}

function readToken(token: unknown): number {
  if (token === undefined || token === null) return 0;
  return typeof token === 'string' && /^\d{1,9}$/.test(token) ? Number(token) : failToken();
}

function failToken(): never {
  throw invalid('the NextToken is invalid');
}

function invalidId(id: unknown): never {
  throw invalid(`Invalid trace id: ${JSON.stringify(id)}`);
}

function invalid(message: string): OperationRefused {
  return new OperationRefused('InvalidRequestException', message);
}
