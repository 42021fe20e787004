/**
 * An event source mapping of a queue (docs/aws §18.3). Batches of messages go to the function. Messages that are
 * processed successfully are deleted. All other messages become visible again after their visibility timeout.
 */
import { describeDrop, DroppedEvents } from '../../kernel/dropped-events.ts';
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { readBatchFailures, unreadOf } from '../../kernel/delivery/batch-failures.ts';
import { bytesOf, type QueuedMessage } from '../../kernel/delivery/queue-model.ts';
import type { EventTest } from '../../kernel/delivery/event-pattern.ts';
import type { InvocationResult } from '../../core/ports.ts';
import { describeRun } from '../../kernel/describe-run.ts';
import type { Envelope } from '../../kernel/event-step.ts';
import { type EventPorts, RUN_TIMED_OUT } from '../../kernel/event-ports.ts';
import { digestOfAttributes, digestOfBody } from './message-digest.ts';
import type { LocalQueue } from './queues.ts';
import { systemAttributes } from './messages.ts';
import type { Wake } from '../../kernel/agenda.ts';
import { FULL_BATCH_BYTES, LONGEST_RUN_MS } from '../../core/stack/function.ts';

export type QueueMapping = {
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly maxConcurrency: number | undefined;
  readonly reportsItems: boolean;
  /**
   * Tests messages. Messages that do not match are deleted without invoking the function. If undefined, all messages
   * match.
   */
  readonly filter: EventTest | undefined;
};

/** The number of concurrent batches if the mapping does not set one: "Lambda reads up to five batches" */
const USUAL_BATCHES = 5;

type Options = Pick<EventPorts, 'invoker' | 'agenda' | 'clock' | 'random' | 'work' | 'report' | 'journal'> & {
  readonly region: string;
};

export class QueueConsumer {
  readonly mapping: QueueMapping;
  readonly #queue: LocalQueue;
  readonly #options: Options;
  readonly #stop: () => void;
  readonly #dropped: DroppedEvents;
  #running = 0;
  #isClosed = false;
  /** Messages gathered while the batching window is open. */
  #gathered: QueuedMessage[] = [];
  #window: Wake | undefined;

  constructor(mapping: QueueMapping, queue: LocalQueue, options: Options) {
    this.mapping = mapping;
    this.#queue = queue;
    this.#options = options;
    this.#dropped = new DroppedEvents(options);
    this.#stop = queue.listen(() => this.#pump());
  }

  start(): void {
    this.#pump();
  }

  /** Stops receiving messages. Running batches finish. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#window?.cancel();
    for (const { receipt = '' } of this.#gathered.splice(0)) this.#queue.changeVisibility(receipt, 0);
  }

  #pump(): void {
    const { batchSize, windowMs, maxConcurrency = USUAL_BATCHES } = this.mapping;
    while (!this.#isClosed && this.#running < maxConcurrency) {
      const most = batchSize - this.#gathered.length;
      const received = this.#take(most);
      this.#gathered.push(...received);
      if (this.#gathered.length === 0) return;
      const isFull = this.#gathered.length >= batchSize || this.#gatheredBytes() >= FULL_BATCH_BYTES;
      if (windowMs > 0 && !isFull) {
        this.#openWindow(windowMs);
        if (received.length < most) return;
      } else this.#flush();
    }
  }

  #take(most: number): readonly QueuedMessage[] {
    const taken: QueuedMessage[] = [];
    while (taken.length < most) {
      const mostBytes = Math.max(1, FULL_BATCH_BYTES - this.#gatheredBytes());
      const received = this.#queue.receive({ most: most - taken.length, mostBytes });
      if (received.length === 0) break;
      for (const message of received) {
        const { filter } = this.mapping;
        const view = filter && filterView(message, this.#queue);
        if (filter?.(view) !== false) taken.push(message);
        else {
          this.#noteFiltered(message.id, filter.explain?.(view) ?? '', view?.body);
          this.#dropped.note(() => describeDrop(this.mapping, this.#queue.definition.name, filter, view));
          this.#queue.delete(message.receipt ?? '');
        }
      }
      if (this.mapping.filter === undefined) break;
    }
    return taken;
  }

  #noteFiltered(id: string, why: string, body: unknown): void {
    const { journal } = this.#options;
    const { id: rule, queueArn: from, functionName: to } = this.mapping;
    journal.note(
      {
        kind: 'filtered',
        from,
        to,
        by: 'FilterCriteria',
        rule,
        why,
        ...(typeof body === 'string' && { isTextBody: true as const }),
        ...(typeof body === 'string' && isBase64OfJson(body) && { isBase64Body: true as const }),
      },
      journal.causeOf(id) ?? journal.begin(),
    );
  }

  #gatheredBytes(): number {
    return this.#gathered.reduce((sum, { body }) => sum + bytesOf(body), 0);
  }

  #openWindow(windowMs: number): void {
    const { agenda, clock } = this.#options;
    this.#window ??= agenda.at(clock.nowEpochMs() + windowMs, () => {
      this.#window = undefined;
      if (this.#gathered.length > 0) this.#flush();
      this.#pump();
    });
  }

  #flush(): void {
    this.#window?.cancel();
    this.#window = undefined;
    const batch = this.#gathered;
    this.#gathered = [];
    this.#running += 1;
    const { work, report } = this.#options;
    work.track(
      () =>
        this.#run(batch).finally(() => {
          this.#running -= 1;
          this.#pump();
        }),
      (fault) => report(`${this.mapping.functionName}: ${String(fault)}`),
    );
  }

  async #run(batch: readonly QueuedMessage[]): Promise<void> {
    const { invoker, region, journal } = this.#options;
    const { functionName, qualifier, queueArn, windowMs } = this.mapping;
    const place = { queueArn, region, hasWindow: windowMs > 0 };
    const records = batch.map((message) => printRecord(message, this.#queue, place));
    // The receipts are read before the function runs, because a message that is received again has a new receipt.
    const receipts = batch.map(({ id, receipt = '' }) => ({ id, receipt }));
    const payload = JSON.stringify({ Records: records });
    const cause = journal.join(receipts.map(({ id }) => id));
    const tries = Math.max(...batch.map(({ receiveCount }) => receiveCount));
    const result = await invoker.invoke({
      functionName,
      timeoutMs: LONGEST_RUN_MS,
      traceHeader: journal.trace(
        cause,
        receipts.map(({ id }) => id),
      ),
      ...(qualifier === undefined ? {} : { qualifier }),
      payload,
    });
    const { failed, failedItems } = this.#failedOf(result, new Set(receipts.map(({ id }) => id)));
    const { visibilityMs, redrive } = this.#queue.definition.settings;
    const isFailed = result.kind !== 'returned' || (failedItems ?? 0) !== 0;
    journal.note(
      {
        ...describeRun(result, payload),
        functionName,
        from: queueArn,
        mapping: this.mapping.id,
        records: batch.length,
        tries,
        failedItems,
        unreadItems: unreadOf(result, this.mapping),
        envelope: envelopeOf(batch[0]?.body ?? ''),
        next: isFailed ? { kind: 'visible', afterMs: visibilityMs, redrive } : undefined,
      },
      cause,
    );
    for (const { id, receipt } of receipts) if (!failed(id)) this.#queue.delete(receipt);
  }

  /**
   * Describes what happens to failed messages next: they return to the queue, or move to the dead-letter queue after
   * the last receive.
   */
  #describeNext(): string {
    const { visibilityMs, redrive } = this.#queue.definition.settings;
    const again = `. The messages of the batch can be received again after ${visibilityMs / 1000} s (VisibilityTimeout)`;
    return redrive === undefined
      ? `${again}, until they expire, because the queue has no RedrivePolicy`
      : `${again}, and move to ${lastPartOf(redrive.deadLetterArn)} once each has been received ${redrive.maxReceiveCount} ${redrive.maxReceiveCount === 1 ? 'time' : 'times'}`;
  }

  #failedOf(
    result: InvocationResult,
    known: ReadonlySet<string>,
  ): { readonly failed: (id: string) => boolean; readonly failedItems?: number | string } {
    const { functionName, reportsItems } = this.mapping;
    const { report } = this.#options;
    const { name } = this.#queue.definition;
    const batch = `batch of ${known.size} message${known.size === 1 ? '' : 's'} from ${name}`;
    if (result.kind !== 'returned') {
      const why = result.kind === 'failed' ? result.errorMessage : describe(result);
      report(`${functionName} failed on a ${batch}: ${why}${this.#describeNext()}`);
      return { failed: () => true };
    }
    if (!reportsItems) return { failed: () => false };
    const outcome = readBatchFailures(result.payload, known);
    if (outcome.kind === 'all') {
      report(
        `the batchItemFailures that ${functionName} returned cannot be read, because ${outcome.reason}. The whole ${batch} counts as failed${this.#describeNext()}`,
      );
      return { failed: () => true, failedItems: outcome.reason };
    }
    return { failed: (id) => outcome.failed.has(id), failedItems: outcome.failed.size };
  }
}

/** Recognizes the envelope of a topic or a rule by the beginning of the body, which always has the same form. */
function envelopeOf(body: string): Envelope | undefined {
  const [, topicArn] = /^\{"Type":"Notification","MessageId":"[^"]*","TopicArn":"([^"]*)"/.exec(body) ?? [];
  if (topicArn !== undefined) return { of: 'topic', topicArn };
  return /^\{"version":"0","id":"[^"]*",.*"detail-type":/s.test(body.slice(0, 2_000))
    ? { of: 'rule' }
    : undefined;
}

function describe(result: Extract<InvocationResult, { kind: 'timed-out' | 'refused' }>): string {
  return result.kind === 'refused' ? result.message : RUN_TIMED_OUT;
}

function printRecord(
  message: QueuedMessage,
  { definition }: LocalQueue,
  { queueArn, region, hasWindow }: { queueArn: string; region: string; hasWindow: boolean },
): object {
  const digest = digestOfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: Buffer.from(message.receipt ?? '').toString('base64'),
    body: message.body,
    attributes: systemAttributes(message, definition),
    messageAttributes: printAttributes(message),
    // If the mapping has a batching window, the digest of a message without attributes is null; otherwise it is absent
    // [obs: events].
    ...(digest === undefined && !hasWindow ? {} : { md5OfMessageAttributes: digest ?? null }),
    md5OfBody: digestOfBody(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function printAttributes({ attributes }: QueuedMessage): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue === undefined ? { binaryValue: BinaryValue } : { stringValue: StringValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
}

/**
 * Returns a message for filters. "For SQS, the body" is parsed if it is a JSON object or list, and is otherwise a
 * string. The other fields come from the record.
 */
function filterView(
  message: QueuedMessage,
  { definition }: LocalQueue,
): { readonly body: unknown; readonly [member: string]: unknown } {
  return {
    messageId: message.id,
    body: parse(message.body),
    attributes: systemAttributes(message, definition),
    messageAttributes: printAttributes(message),
  };
}

function parse(text: string): unknown {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? value : text;
}

function isBase64OfJson(text: string): boolean {
  return isJsonObject(parseJson(Buffer.from(text, 'base64').toString()));
}
