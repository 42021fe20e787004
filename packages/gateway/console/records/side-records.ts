/**
 * Records that do not belong to an API: events that no request caused, and responses of a server in front of
 * an API.
 */
import { rootOf } from '../../kernel/event-journal.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { explain } from '../explain/explain.ts';
import { callsOf } from './function-calls.ts';
import { describeDeliveries } from './describe-deliveries.ts';
import { withoutProtocol } from './ledger-protocol.ts';
import { findLocalNames } from './local-names.ts';
import type { DeliveriesWith } from './describe-deliveries.ts';
import { findByArn, findEdgePlace } from './find-places.ts';
import { isEvent } from './recorded-request.ts';
import { showBody, showHeaders } from './shown.ts';
import { findToolkit } from '../../core/stack/own-first.ts';
import { formatOf } from '../../core/stack/source-format.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { EdgeRecord } from '../../kernel/edge-record.ts';
import type { EventJournal } from '../../kernel/event-journal.ts';
import type { EventRecord, StampedStep } from '../../kernel/event-step.ts';
import type { Circumstances, ToldStep } from '../explain/circumstances.ts';
import type { Recorded } from './recorded-request.ts';
import type { RequestDetail, RequestRow } from './model.ts';

export type SideRecord = EventRecord | EdgeRecord;
export type SideWith = DeliveriesWith & { readonly journal: EventJournal | undefined };

const OVERHEAD_BYTES = 500;

export function sizeOfSide(record: SideRecord): number {
  if (record.form === 'event') return OVERHEAD_BYTES;
  const { path, query, requestHeaders, replyHeaders, replyBody } = record;
  const texts = [path, query, ...requestHeaders, ...replyHeaders];
  return OVERHEAD_BYTES + replyBody.length + texts.reduce((sum, text) => sum + text.length, 0);
}

/** Returns the cause to which the events of a request or message belong. */
export function causeOf(recorded: Recorded, journal: EventJournal | undefined): string | undefined {
  const own = isEvent(recorded) ? undefined : rootOf(recorded.received.traceHeader);
  if (own !== undefined) return own;
  for (const { requestId } of callsOf(recorded)) {
    const cause = requestId === undefined ? undefined : journal?.causeOf(requestId);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

export function stepsOf(recorded: Recorded, journal: EventJournal | undefined): readonly StampedStep[] {
  const cause = causeOf(recorded, journal);
  return cause === undefined ? [] : (journal?.ofCause(cause) ?? []);
}

/** Whether `explain last` passes over the record: a schedule that ran without a fault. */
export function isQuiet(
  record: SideRecord,
  { journal, stacks }: Pick<SideWith, 'journal' | 'stacks'>,
): boolean {
  if (record.form === 'edge') return false;
  const steps = withoutProtocol(journal?.ofCause(record.cause) ?? [], stacks);
  const [first] = steps;
  return first === undefined || (first.kind === 'accepted' && first.what === 'run' && !steps.some(isFault));
}

function isFault(step: StampedStep): boolean {
  return (
    step.kind === 'refused' ||
    step.kind === 'denied' ||
    step.kind === 'forbidden' ||
    step.kind === 'rejected' ||
    step.kind === 'filtered' ||
    (step.kind === 'ran' && (step.outcome !== 'returned' || step.next !== undefined))
  );
}

export function isOfSide(record: SideRecord, id: string, journal: EventJournal | undefined): boolean {
  const own = record.form === 'edge' ? record.requestId : record.id;
  if (own === id || (id.length >= 8 && own.startsWith(id))) return true;
  const cause = record.form === 'event' ? record.cause : undefined;
  return cause !== undefined && journal?.causeOf(id) === cause;
}

export function describeSideRow(sequence: number, record: SideRecord, at: SideWith): RequestRow {
  return record.form === 'edge' ? rowOfEdge(sequence, record, at) : rowOfEvent(sequence, record, at);
}

const COMMON = {
  standsFor: 1,
  // The protocol of an HTTP API is used, because its explanations do not tell the user to deploy the API
  // again. A deployment is not needed for the resources of these records either.
  protocol: 'http',
  stage: undefined,
  routeKey: undefined,
  failure: undefined,
  caller: undefined,
  isColdStart: false,
  connectionId: undefined,
} as const;

function rowOfEdge(sequence: number, record: EdgeRecord, { redactor }: SideWith): RequestRow {
  const { requestId, atEpochMs, domainName, method, path, query, status, tookMs, answer } = record;
  const code = `CLOUDFRONT_${answer.kind.toUpperCase().replaceAll('-', '_')}`;
  const isError = status >= 400;
  return {
    ...COMMON,
    id: requestId,
    sequence,
    atEpochMs,
    kind: 'edge',
    apiId: record.distributionId,
    apiName: domainName,
    api: `CloudFront ${domainName}`,
    method,
    target: `${redactor.repeated(path)}${query === '' ? '' : `?${redactor.query(query)}`}`,
    status,
    tookMs,
    phase: 'cloudfront',
    code: isError ? code : undefined,
    cache: answer.kind === 'cached' ? 'hit' : undefined,
    notes: ['answered by CloudFront', ...(answer.kind === 'cached' ? ['cached'] : [])],
    requestBytes: record.requestBytes,
    responseBytes: record.replyBody.length,
  };
}

function rowOfEvent(
  sequence: number,
  { id, cause, atEpochMs }: EventRecord,
  { journal, stacks }: SideWith,
): RequestRow {
  const steps = withoutProtocol(journal?.ofCause(cause) ?? [], stacks);
  const [first] = steps;
  const last = steps.at(-1);
  const isFailed = steps.some(isFault);
  const where = first?.kind === 'accepted' ? first.at : '';
  return {
    ...COMMON,
    id,
    sequence,
    atEpochMs,
    kind: 'event',
    apiId: '',
    apiName: lastPartOf(where),
    api: lastPartOf(where),
    // A failed event of the toolkit is something that its owner must see.
    ...(!isFailed && isOfToolkit(where, stacks) && { isToolkit: true }),
    method: first?.kind === 'accepted' && first.what === 'run' ? 'SCHEDULE' : 'EVENT',
    target: lastPartOf(where),
    // An event has no status.
    status: 0,
    tookMs: last === undefined ? 0 : last.atEpochMs - atEpochMs,
    phase: 'event',
    code: undefined,
    cache: undefined,
    notes: isFailed ? ['failed or not delivered'] : [],
    requestBytes: 0,
    responseBytes: 0,
  };
}

export function describeSideDetail(sequence: number, record: SideRecord, at: SideWith): RequestDetail {
  const row = describeSideRow(sequence, record, at);
  const circumstances = circumstancesOf(record, row, at);
  const common = { ...row, circumstances, surprises: [], showsSecrets: false, phases: [] };
  const story = explain(circumstances);
  if (record.form === 'event')
    return {
      ...common,
      story,
      sourceIp: '',
      url: undefined,
      request: { headers: [], body: undefined },
      reply: { headers: [], body: undefined },
      noReplay: 'an event cannot be sent again; `gatewright events send` sends a new one',
    };
  const { redactor } = at;
  const { requestHeaders, replyHeaders, replyBody, host, protocol, sourceIp } = record;
  return {
    ...common,
    story,
    sourceIp,
    url: `${protocol}://${host}${row.target}`,
    request: { headers: showHeaders(requestHeaders, redactor), body: undefined },
    reply: {
      headers: showHeaders(replyHeaders, redactor),
      body: showBody(replyBody, replyHeaders, redactor),
    },
    noReplay: 'the request went to a distribution, not to an API; send it to the distribution again',
  };
}

/** Returns the earlier batch for which an event waits: in a shard, or in a FIFO queue. */
function describeBlock(steps: readonly StampedStep[], at: SideWith): readonly ToldStep[] {
  const [only, ...more] = steps;
  if (only?.kind !== 'accepted' || more.length > 0) return [];
  const isOrdered = only.what === 'record' || only.at.endsWith('.fifo');
  const block = isOrdered ? at.journal?.blockOf(only.at) : undefined;
  if (block === undefined || block.atEpochMs > only.atEpochMs + LONGEST_WAIT_MS) return [];
  return describeDeliveries([block], at).map((told) => ({ ...told, isBlock: true as const }));
}

/** The longest time between the arrival of an event and the failure of a batch for which the event waited. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Returns the format of the stack that received the event. The advice is written in this format. */
function definitionOfEvent(
  steps: readonly StampedStep[],
  stacks: readonly ResolvedStack[],
): Circumstances['definition'] {
  for (const step of steps) {
    const found = step.kind === 'accepted' ? findOwner(step.at, stacks) : undefined;
    if (found !== undefined)
      return {
        file: found.stack.file,
        form: formatOf(found.stack).kind,
        logicalId: found.resource.logicalId,
      };
  }
  return undefined;
}

/** Returns the resource with this ARN, and its stack. */
function findOwner(
  arn: string,
  stacks: readonly ResolvedStack[],
): { readonly resource: ResolvedResource; readonly stack: ResolvedStack } | undefined {
  const resource = findByArn(stacks, arn);
  const stack = stacks.find(({ resources }) => resources.get(resource?.logicalId ?? '') === resource);
  return resource === undefined || stack === undefined ? undefined : { resource, stack };
}

/** Stored results, by the stacks of a run and then by ARN, because each row of Traffic needs one. */
const OF_TOOLKIT = new WeakMap<readonly ResolvedStack[], Map<string, boolean>>();

/**
 * Whether the resource belongs to the toolkit's stack, whose alarms and schedules would crowd the list of the user's
 * requests.
 */
function isOfToolkit(arn: string, stacks: readonly ResolvedStack[]): boolean {
  const known = OF_TOOLKIT.get(stacks) ?? new Map<string, boolean>();
  OF_TOOLKIT.set(stacks, known);
  const before = known.get(arn);
  if (before !== undefined) return before;
  const owner = findOwner(arn, stacks);
  const isOwned = owner !== undefined && findToolkit(stacks).hasStack(owner.stack.stackName);
  known.set(arn, isOwned);
  return isOwned;
}

function circumstancesOf(record: SideRecord, row: RequestRow, at: SideWith): Circumstances {
  const { kind, method, target, status, tookMs, apiId, apiName, code } = row;
  const common = {
    kind,
    protocol: 'http',
    method,
    path: target.split('?', 1)[0] ?? '',
    status,
    tookMs,
    apiId,
    apiName,
    stageName: undefined,
    stages: [],
    routeKey: undefined,
    phase: row.phase,
    code,
    failure: undefined,
    defect: undefined,
    isDeployed: false,
    nearMisses: [],
    screened: [],
    injected: [],
    guard: undefined,
    policies: [],
    meter: undefined,
    validation: undefined,
    cache: undefined,
    integration: undefined,
    localNames: findLocalNames(at.stacks),
  } as const;
  if (record.form === 'event') {
    const steps = at.journal?.ofCause(record.cause) ?? [];
    return {
      ...common,
      definition: definitionOfEvent(steps, at.stacks),
      deliveries: [...describeDeliveries(steps, at), ...describeBlock(steps, at)],
    };
  }
  const { answer, domainName, protocol, pattern } = record;
  return {
    ...common,
    edge: { answer, domainName, protocol, pattern, place: findEdgePlace(at.stacks, record) },
  };
}
