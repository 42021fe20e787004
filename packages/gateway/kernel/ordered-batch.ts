/**
 * Calls a function once with a batch of ordered records, as Lambda does for streams of DynamoDB tables and of Kinesis
 * (docs/aws §18.7). The result contains which records are done or discarded, which records must be retried, and when.
 */
import type { InvocationResult } from '../core/ports.ts';
import { readBatchFailures, unreadOf } from './delivery/batch-failures.ts';
import { streamWaitMs } from './delivery/retries.ts';
import { versionOf } from './destination-record.ts';
import { describeRun } from './describe-run.ts';
import type { NextTry } from './event-step.ts';
import { describeLoss } from './event-ports.ts';
import type { EventPorts, EventTargets } from './event-ports.ts';
import { LONGEST_RUN_MS } from '../core/stack/function.ts';

export type Batch<Item> = {
  readonly records: readonly Item[];
  readonly tries: number;
  readonly runs: number;
};

export type BatchRules = {
  /** The physical id of the event source mapping. */
  readonly id: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly bisects: boolean;
  /** The maximum number of retries; undefined means that records are retried as long as the stream keeps them. */
  readonly maxRetries: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly reportsItems: boolean;
  readonly onFailureArn: string | undefined;
};

export type BatchSource<Item> = {
  readonly arn: string;
  /** The name of the stream or the table, for the log. */
  readonly name: string;
  readonly retentionMs: number;
  /** Returns a record in the form that the function receives. */
  print(record: Item): unknown;
  sequenceOf(record: Item): string;
  /** Returns the arrival time in epoch milliseconds. */
  arrivedAt(record: Item): number;
  /** Formats a time of arrival for the description of lost records. */
  printArrival(epochMs: number): string;
  /**
   * Returns the description of lost records, such as `{ KinesisBatchInfo: … }`. The on-failure destination receives it
   * instead of the records themselves.
   */
  lossInfo(lost: BatchRange): object;
};

type BatchRange = {
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  /** The time in ISO 8601 format, as the source prints it. */
  readonly approximateArrivalOfFirstRecord: string;
  readonly approximateArrivalOfLastRecord: string;
  readonly batchSize: number;
};

export type BatchPorts = Pick<EventPorts, 'invoker' | 'random' | 'clock' | 'report' | 'journal'> & {
  readonly targets: EventTargets;
  readonly functionArnOf: (functionName: string) => string;
};

type TriedBatch<Item> = {
  readonly over: readonly Item[];
  /** The batches that must be tried before any later record, in this order. */
  readonly left: readonly Batch<Item>[];
  /** The time of the next try, in epoch milliseconds; undefined means at once. */
  readonly againAt: number | undefined;
  readonly endedMs: number;
};

type At<Item> = {
  readonly rules: BatchRules;
  readonly source: BatchSource<Item>;
  readonly ports: BatchPorts;
};
type LossCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/**
 * Calls the function with a batch once.
 * @param dueMs the time when this try was due, from which retry delays are counted
 * @param isOver whether another reader took over the records while the function ran; the result is then undefined
 */
export async function tryBatch<Item>(
  given: Batch<Item>,
  dueMs: number,
  at: At<Item>,
  isOver: () => boolean,
): Promise<TriedBatch<Item> | undefined> {
  const { rules, source, ports } = at;
  const { fresh, old } = await failExpired(given, dueMs, at);
  if (fresh.records.length === 0) return { over: old, left: [], againAt: undefined, endedMs: dueMs };
  const startedMs = ports.clock.monotonicMs();
  const cause = ports.journal.join(fresh.records.map((record) => recordId(source, record)));
  const payload = JSON.stringify({ Records: fresh.records.map((record) => source.print(record)) });
  const result = await invoke(payload, cause, at);
  if (isOver()) return undefined;
  const endedMs = dueMs + Math.max(0, ports.clock.monotonicMs() - startedMs);
  const { done, isCut, unread } = judge(fresh, result, at);
  const over = [...old, ...fresh.records.slice(0, done)];
  const rest = { records: fresh.records.slice(done), tries: fresh.tries, runs: fresh.runs + 1 };
  const { id: mapping, functionName } = rules;
  ports.journal.note(
    {
      ...describeRun(result, payload),
      functionName,
      from: source.arn,
      mapping,
      records: fresh.records.length,
      tries: fresh.runs + 1,
      ...(result.kind === 'returned' && rules.reportsItems && { failedItems: unread ?? rest.records.length }),
      unreadItems: unreadOf(result, rules),
      next: rest.records.length === 0 ? undefined : nextOf(rules, rest, endedMs, result),
    },
    cause,
  );
  if (rest.records.length === 0) return { over, left: [], againAt: undefined, endedMs };
  const fault =
    result.kind === 'failed'
      ? result.errorMessage
      : unread && `the batchItemFailures that it returned cannot be read: ${unread}`;
  if (fault !== undefined)
    ports.report(
      `${rules.functionName} failed on a batch of ${countRecords(fresh.records)} from ${source.name}: ${fault}${describeNext(rules, rest)}`,
    );
  return retry(rest, { at, over, result, endedMs, isCut });
}

/** Returns the id that the journal uses for a record of a stream. */
export function recordId<Item>(
  { arn, sequenceOf }: Pick<BatchSource<Item>, 'arn' | 'sequenceOf'>,
  record: Item,
): string {
  return `${arn} ${sequenceOf(record)}`;
}

function nextOf<Item>(
  { bisects, maxRetries = Infinity }: BatchRules,
  { records, tries, runs }: Batch<Item>,
  endedMs: number,
  result: InvocationResult,
): NextTry {
  if (result.kind === 'failed' && bisects && records.length > 1) return { kind: 'halves' };
  const isThrottled = result.kind === 'refused' && result.reason === 'throttled';
  return !isThrottled && tries >= maxRetries
    ? { kind: 'none' }
    : { kind: 'again', atEpochMs: endedMs + streamWaitMs(runs) };
}

/** Returns a sentence for the log about whether the failed records are tried again. */
function describeNext<Item>(
  { bisects, maxRetries }: At<Item>['rules'],
  { records, tries }: Batch<Item>,
): string {
  if (bisects && records.length > 1) return '. Each half of the batch is tried again';
  if (maxRetries === undefined)
    return '. The mapping has no MaximumRetryAttempts, so the batch is tried again until it succeeds or its records expire; later records of the shard wait';
  return tries >= maxRetries
    ? `. This was the last try (MaximumRetryAttempts ${maxRetries})`
    : `. The batch is tried again, as retry ${tries + 1} of ${maxRetries} (MaximumRetryAttempts), and later records of the shard wait`;
}

function invoke<Item>(payload: string, cause: string, { rules, ports }: At<Item>): Promise<InvocationResult> {
  const { functionName, qualifier } = rules;
  return ports.invoker.invoke({
    functionName,
    timeoutMs: LONGEST_RUN_MS,
    traceHeader: ports.journal.trace(cause),
    ...(qualifier === undefined ? {} : { qualifier }),
    payload,
  });
}

/** Decides how many records are done. `isCut` is true if the function's response names the first record to retry. */
function judge<Item>(
  { records }: Batch<Item>,
  result: InvocationResult,
  { rules, source }: At<Item>,
): { readonly done: number; readonly isCut: boolean; readonly unread?: string } {
  if (result.kind !== 'returned') return { done: 0, isCut: false };
  if (!rules.reportsItems) return { done: records.length, isCut: false };
  const numbers = records.map((record) => source.sequenceOf(record));
  const outcome = readBatchFailures(result.payload, new Set(numbers));
  if (outcome.kind === 'all') return { done: 0, isCut: false, unread: outcome.reason };
  const first = numbers.findIndex((number) => outcome.failed.has(number));
  return { done: first === -1 ? records.length : first, isCut: true };
}

type Failed<Item> = Pick<TriedBatch<Item>, 'over' | 'endedMs'> & {
  readonly at: At<Item>;
  readonly result: InvocationResult;
  readonly isCut: boolean;
};

async function retry<Item>(
  batch: Batch<Item>,
  { at, over, result, endedMs, isCut }: Failed<Item>,
): Promise<TriedBatch<Item>> {
  const { bisects, maxRetries = Infinity } = at.rules;
  const { records, tries, runs } = batch;
  const isThrottled = result.kind === 'refused' && result.reason === 'throttled';
  if (!isThrottled && bisects && !isCut && records.length > 1) {
    // A failed batch is split in two halves. The split does not count as a retry.
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return { over, left: halves.map((half) => ({ ...batch, records: half })), againAt: undefined, endedMs };
  }
  if (!isThrottled && tries >= maxRetries) {
    await failBatch(batch, at, { condition: 'RetryAttemptsExhausted', result });
    return { over: [...over, ...records], left: [], againAt: undefined, endedMs };
  }
  const again = { ...batch, tries: tries + (isThrottled ? 0 : 1) };
  return { over, left: [again], againAt: endedMs + streamWaitMs(runs), endedMs };
}

/**
 * Discards the records that are older than the mapping's maximum age or the stream's retention period, and sends them
 * to the mapping's failure destination, if there is one.
 */
async function failExpired<Item>(
  batch: Batch<Item>,
  dueMs: number,
  at: At<Item>,
): Promise<{ readonly fresh: Batch<Item>; readonly old: readonly Item[] }> {
  const { rules, source } = at;
  const limitMs = Math.min(rules.maxAgeMs ?? source.retentionMs, source.retentionMs);
  const old = batch.records.filter((record) => dueMs - source.arrivedAt(record) > limitMs);
  if (old.length === 0) return { fresh: batch, old };
  await failBatch({ ...batch, records: old }, at, { condition: 'RecordAgeExceeded', result: undefined });
  return { fresh: { ...batch, records: batch.records.slice(old.length) }, old };
}

function countRecords({ length }: readonly unknown[]): string {
  return `${length} record${length === 1 ? '' : 's'}`;
}

async function failBatch<Item>(
  { records, runs }: Batch<Item>,
  { rules, source, ports }: At<Item>,
  { condition, result }: { readonly condition: LossCondition; readonly result: InvocationResult | undefined },
): Promise<void> {
  const { functionName, onFailureArn } = rules;
  const { targets, report, random, clock, functionArnOf, journal } = ports;
  const cause = journal.join(records.map((record) => recordId(source, record)));
  const ended = { kind: 'ended', from: source.arn, condition } as const;
  report(
    `the batch of ${countRecords(records)} from ${source.name} for ${functionName} was discarded: ${condition}`,
  );
  if (onFailureArn === undefined) {
    journal.note({ ...ended, as: 'dropped' }, cause);
    return;
  }
  const outcome = await targets.send(
    onFailureArn,
    JSON.stringify({
      requestContext: {
        requestId: random.uuid(),
        functionArn: functionArnOf(functionName),
        condition,
        approximateInvokeCount: runs,
      },
      ...describeResult(result),
      version: '1.0',
      timestamp: new Date(clock.nowEpochMs()).toISOString(),
      ...source.lossInfo(rangeOf(records, source)),
    }),
  );
  const loss = describeLoss(outcome);
  journal.note({ ...ended, as: 'destination', to: onFailureArn, loss }, cause);
  if (loss !== undefined)
    report(`the on-failure destination ${onFailureArn} did not receive the record: ${loss}`);
}

function describeResult(result: InvocationResult | undefined): object {
  if (result?.kind !== 'returned' && result?.kind !== 'failed') return {};
  const functionError = result.kind === 'failed' ? { functionError: 'Unhandled' } : {};
  return { responseContext: { statusCode: 200, executedVersion: versionOf(result), ...functionError } };
}

function rangeOf<Item>(records: readonly Item[], source: BatchSource<Item>): BatchRange {
  const [first] = records;
  const last = records.at(-1);
  const sequenceOf = (record: Item | undefined): string => (record ? source.sequenceOf(record) : '');
  const timeOf = (record: Item | undefined): string =>
    source.printArrival(record ? source.arrivedAt(record) : 0);
  return {
    startSequenceNumber: sequenceOf(first),
    endSequenceNumber: sequenceOf(last),
    approximateArrivalOfFirstRecord: timeOf(first),
    approximateArrivalOfLastRecord: timeOf(last),
    batchSize: records.length,
  };
}
