/** Handles `GetTraceSummaries`, `BatchGetTraces` and `PutTraceSegments` (X-Ray API reference). */
import { asList, asText, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { InputPolicy } from '@gatewright/aws/call-input';
import type { ServiceRequest } from '../../core/ports.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { printPageToken, readPageToken } from '../../kernel/calls/page-token.ts';
import { XRAY_MODEL } from '../../kernel/calls/models/xray.ts';
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import { InvalidExpression, readFilterExpression } from './filter-expression.ts';
import { refuseDocument } from './refuse-document.ts';
import {
  annotationsIn,
  durationOf,
  hasFlag,
  httpOf,
  readTraces,
  responseTimeOf,
  rootOf,
  startedAtS,
  toTraceId,
} from './traces.ts';
import type { Segment, Trace } from './traces.ts';

/**
 * AWS's limits: the number of traces in a `BatchGetTraces` call, and the number of documents in a `PutTraceSegments`
 * call.
 */
const MAX_TRACES = 5;
const MAX_DOCUMENTS = 100;
const PAGE = 1_000;
const DAY_S = 86_400;

type TraceCall = (
  input: UnknownMembers,
  segments: KeptFeed<string>,
) => UnknownMembers | Promise<UnknownMembers>;

const MODEL = new CallModel(XRAY_MODEL);
const POLICY: InputPolicy = { names: 'all', refuse: invalid, wrongType: invalid };

export const TRACE_CALLS: Readonly<Record<string, TraceCall>> = {
  BatchGetTraces: batchGetTraces,
  GetTraceSummaries: getTraceSummaries,
  PutTraceSegments: putTraceSegments,
};

/**
 * Returns the result of a call; undefined if the operation, which the path names, is not supported.
 * @throws OperationRefused if the call is refused
 */
export function answerTraces(
  { method, path, query, headers, body }: ServiceRequest,
  segments: KeptFeed<string>,
): UnknownMembers | Promise<UnknownMembers> | undefined {
  const text = body?.toString() ?? '{}';
  const { operation = '', members } =
    MODEL.readRest({ method, path, query, rawHeaders: headers, body: text }) ?? {};
  const call = Object.hasOwn(TRACE_CALLS, operation) ? TRACE_CALLS[operation] : undefined;
  if (call === undefined || members === undefined) return undefined;
  if (parseJsonObject(text) === undefined) throw invalid('the body is not a JSON object');
  MODEL.check(operation, members, POLICY);
  return call(members, segments);
}

async function getTraceSummaries(input: UnknownMembers, segments: KeptFeed<string>): Promise<UnknownMembers> {
  const {
    StartTime: fromS,
    EndTime: toS,
    FilterExpression: filter,
    TimeRangeType: range = 'TraceId',
  } = input;
  if (typeof fromS !== 'number' || typeof toS !== 'number' || fromS > toS)
    throw invalid(
      'StartTime and EndTime must be numbers of epoch seconds, and EndTime must not be before StartTime',
    );
  if (toS - fromS > DAY_S) throw invalid('the time range is longer than 24 hours');
  const isWithin = (timeS: number): boolean => timeS >= fromS && timeS < toS;
  const test = readFilter(filter);
  const traces = [...(await readTraces(segments)).values()].map((trace) => ({ trace, ...timesOf(trace) }));
  const found = traces
    .filter(({ trace, startS, endS }) => {
      if (range === 'TraceId') return isWithin(startedAtS(trace));
      return range === 'Service' ? isWithin(endS) : startS < toS && endS >= fromS;
    })
    .filter(({ trace }) => test(trace))
    // "The first page contains the most recent results, closest to the end of the time frame."
    .toSorted((one, other) => other.startS - one.startS);
  const list = ['GetTraceSummaries', input['StartTime'], input['EndTime'], input['FilterExpression']];
  const from = readToken(list, input['NextToken']);
  const page = found.slice(from, from + PAGE);
  return {
    ApproximateTime: fromS,
    TracesProcessedCount: traces.length,
    TraceSummaries: page.map(({ trace }) => summarize(trace)),
    ...(from + PAGE < found.length && { NextToken: printPageToken(list, from + PAGE) }),
  };
}

async function batchGetTraces(input: UnknownMembers, segments: KeptFeed<string>): Promise<UnknownMembers> {
  const given = asList(input['TraceIds']);
  if (given.length === 0 || given.length > MAX_TRACES)
    throw invalid(`TraceIds must have 1 to ${MAX_TRACES} ids, not ${given.length}`);
  const ids = given.map((id) => toTraceId(id) ?? invalidId(id));
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
  const given = asList(input['TraceSegmentDocuments']);
  if (given.length > MAX_DOCUMENTS)
    throw invalid(`TraceSegmentDocuments can have at most ${MAX_DOCUMENTS} documents, not ${given.length}`);
  const unprocessed: UnknownMembers[] = [];
  for (const document of given) {
    const refusal = refuseDocument(document);
    if (refusal === undefined) segments.publish(String(document));
    else unprocessed.push(refusal);
  }
  return { UnprocessedTraceSegments: unprocessed };
}

function summarize(trace: Trace): UnknownMembers {
  const root = rootOf(trace);
  const http = root === undefined ? undefined : describeHttp(root);
  const segments = [...trace.segments.values()];
  const users = segments.flatMap((segment) => {
    const UserName = asText(segment.fields['user']);
    return UserName === undefined ? [] : [{ UserName, ServiceIds: [serviceOf(segment)] }];
  });
  return {
    Id: trace.id,
    StartTime: timesOf(trace).startS,
    Duration: durationOf(trace),
    ResponseTime: responseTimeOf(trace),
    // API reference, TraceSummary: only the root segment decides whether a trace has an error or a fault.
    HasFault: root?.fields['fault'] === true,
    HasError: root?.fields['error'] === true,
    HasThrottle: hasFlag(trace, 'throttle'),
    IsPartial: hasFlag(trace, 'in_progress'),
    ...(http !== undefined && { Http: http }),
    Annotations: annotationsOf(trace),
    Users: users,
    ServiceIds: distinct(segments.map(serviceOf)),
    ResourceARNs: distinct(segments.flatMap(({ fields }) => asText(fields['resource_arn']) ?? [])).map(
      (ARN) => ({ ARN }),
    ),
    InstanceIds: [],
    AvailabilityZones: [],
    ...(root !== undefined && { EntryPoint: serviceOf(root) }),
    // The gateway does not analyze root causes.
    FaultRootCauses: [],
    ErrorRootCauses: [],
    ResponseTimeRootCauses: [],
    Revision: trace.segments.size,
  };
}

function distinct<Item>(all: readonly Item[]): readonly Item[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
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
    for (const [key, value] of annotationsIn(segment)) {
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
  const AccountId = asText(membersOf(fields['aws'])['account_id']);
  return {
    Name,
    Names: [Name],
    ...(AccountId !== undefined && { AccountId }),
    ...(Type !== undefined && { Type }),
  };
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
  if (typeof filter !== 'string')
    throw invalid(`FilterExpression must be a string, not ${JSON.stringify(filter)}`);
  try {
    return readFilterExpression(filter);
  } catch (error) {
    if (error instanceof InvalidExpression) throw invalid(`Invalid filter expression: ${error.message}`);
    throw error;
  }
}

function readToken(list: readonly unknown[], token: unknown): number {
  if (token === undefined || token === null) return 0;
  return (typeof token === 'string' ? readPageToken(list, token) : undefined) ?? failToken();
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
