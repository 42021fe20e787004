/**
 * Reads traces, which are the stored segment documents grouped by trace (X-Ray developer guide, "Segment documents").
 */
import { asJsonObject, asList, asText, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { KeptFeed } from '../../kernel/kept-feed.ts';

export type Segment = {
  readonly id: string;
  readonly traceId: string;
  readonly document: string;
  readonly fields: UnknownMembers;
  readonly startS: number;
  /** The end time in epoch seconds. For a segment in progress, it is the start time. */
  readonly endS: number;
};

export type Trace = {
  readonly id: string;
  /** The segments by id. A later document of a segment replaces the earlier document. */
  readonly segments: ReadonlyMap<string, Segment>;
};

const SLICE_MS = 8;
const X_RAY_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
/** A trace id in the form of W3C Trace Context, which X-Ray also accepts. */
const W3C_ID = /^([0-9a-f]{8})([0-9a-f]{24})$/i;

/** Converts a string to X-Ray's form of a trace id; undefined if the string is not a trace id. */
export function toTraceId(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return X_RAY_ID.test(text) ? text : W3C_ID.test(text) ? text.replace(W3C_ID, '1-$1-$2') : undefined;
}

/** Parses a segment document; undefined if it is not a segment. */
export function readSegment(document: string): Segment | undefined {
  const fields = parseJsonObject(document);
  const traceId = toTraceId(fields?.['trace_id']);
  const id = asText(fields?.['id']);
  const startS = fields?.['start_time'];
  if (fields === undefined || traceId === undefined || id === undefined || typeof startS !== 'number')
    return undefined;
  const endS = fields['end_time'];
  return { id, traceId, document, fields, startS, endS: typeof endS === 'number' ? endS : startS };
}

/**
 * Reads the traces, and lets other work run in between.
 * @param mayBeOf tests the text of a document before it is parsed
 */
export async function readTraces(
  segments: KeptFeed<string>,
  mayBeOf: (document: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Trace>> {
  const traces = new Map<string, { readonly id: string; readonly segments: Map<string, Segment> }>();
  let since = performance.now();
  for (const { item } of segments.kept()) {
    const segment = mayBeOf(item) ? readSegment(item) : undefined;
    if (segment !== undefined) {
      const trace = traces.get(segment.traceId) ?? {
        id: segment.traceId,
        segments: new Map<string, Segment>(),
      };
      trace.segments.set(segment.id, segment);
      traces.set(segment.traceId, trace);
    }
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
  return traces;
}

/**
 * Returns the segment that has no parent in the trace. If there are several, or if each segment has a parent, returns
 * the earliest.
 */
export function rootOf({ segments }: Trace): Segment | undefined {
  const all = [...segments.values()].toSorted((one, other) => one.startS - other.startS);
  return all.find(({ fields }) => !segments.has(asText(fields['parent_id']) ?? '')) ?? all[0];
}

/**
 * Returns the time in the trace's id, in epoch seconds. By default, `GetTraceSummaries` selects traces by this time.
 */
export function startedAtS({ id }: Trace): number {
  return parseInt(id.slice(2, 10), 16);
}

/** Returns the annotations of a segment and of its subsegments. */
export function annotationsIn({ fields }: Segment): readonly (readonly [key: string, value: unknown])[] {
  const found: [string, unknown][] = [];
  const open = [fields];
  // The list grows while it is read.
  for (const { annotations, subsegments } of open) {
    found.push(...Object.entries(membersOf(annotations)));
    open.push(...asList(subsegments).map((one) => membersOf(one)));
  }
  return found;
}

export function durationOf({ segments }: Trace): number {
  const all = [...segments.values()];
  const start = all.reduce((least, { startS }) => Math.min(least, startS), Infinity);
  const end = all.reduce((most, { endS }) => Math.max(most, endS), -Infinity);
  return round(end - start);
}

export function responseTimeOf(trace: Trace): number {
  const root = rootOf(trace);
  return root === undefined ? 0 : round(root.endS - root.startS);
}

export function hasFlag(trace: Trace, flag: 'fault' | 'error' | 'throttle' | 'in_progress'): boolean {
  return [...trace.segments.values()].some(({ fields }) => fields[flag] === true);
}

/** Returns `http.request` and `http.response` of a segment. */
export function httpOf({ fields }: Segment): {
  readonly request: UnknownMembers;
  readonly response: UnknownMembers;
} {
  const { request, response } = membersOf(asJsonObject(fields['http']));
  return { request: membersOf(request), response: membersOf(response) };
}

/** Rounds to milliseconds, as AWS does. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
