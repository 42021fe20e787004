/**
 * Handles `AWS::Logs::SubscriptionFilter`: it sends the lines of a log group to a function in batches, as CloudWatch
 * Logs does. A request only appends its line. Batches are packed and sent later, and never delay a request.
 * @see CloudWatch Logs user guide, "Log group-level subscription filters", example 2
 */
import { gzipSync } from 'node:zlib';
import { asNonEmptyText, asText } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { Clock, Invoker, LogGroups, Random } from '../../core/ports.ts';

export type LogSubscription = {
  readonly filterName: string;
  readonly logGroup: string;
  readonly functionName: string;
};

type LogSubscriptionOptions = {
  readonly invoker: Pick<Invoker, 'invoke' | 'has'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly accountId: string;
  readonly report: (message: string) => void;
  readonly flushMs?: number;
};

export interface LogSubscriptions extends LogGroups {
  subscribe(subscriptions: readonly LogSubscription[]): void;
  /** Delivers the gathered lines. It takes a second at most. */
  close(): Promise<void>;
}

/**
 * The time in milliseconds for which lines are gathered. CloudWatch gathers lines for several seconds, but with half a
 * second the batches are large enough and the user does not have to wait long.
 */
const FLUSH_MS = 500;
const MAX_BATCH_LINES = 1000;
const MAX_BATCH_CHARACTERS = 900_000;
/** The maximum number of lines that wait for a slow function. Further lines are dropped and counted. */
const MAX_WAITING = 20_000;
const TRIES = 3;
const RETRY_MS = 1000;
const CLOSE_MS = 1000;
const LONGEST_MS = 900_000 + 60_000;

type Line = { readonly id: string; readonly timestamp: number; readonly message: string };

/**
 * Reads a subscription. Destinations other than functions are not supported. For these, `functionName` is the ARN of
 * the destination.
 */
export function readLogSubscription({ logicalId, properties }: ResolvedResource): LogSubscription {
  const { DestinationArn, FilterName, LogGroupName } = properties;
  const arn = asText(DestinationArn) ?? '';
  return {
    filterName: asNonEmptyText(FilterName) ?? logicalId,
    logGroup: asText(LogGroupName) ?? '',
    functionName: /:function:([^:]+)/.exec(arn)?.[1] ?? arn,
  };
}

export function createLogSubscriptions(groups: LogGroups, options: LogSubscriptionOptions): LogSubscriptions {
  const { clock, flushMs = FLUSH_MS, invoker, report } = options;
  let queues = new Map<string, Queue[]>();
  let isClosed = false;
  let sequence = 0;
  return {
    write(group, line) {
      groups.write(group, line);
      const subscribed = queues.get(group);
      if (subscribed === undefined || isClosed) return;
      const timestamp = clock.nowEpochMs();
      sequence += 1;
      const id = `${timestamp}${String(sequence).padStart(12, '0')}`.padStart(56, '0');
      for (const queue of subscribed) queue.push({ id, timestamp, message: line });
    },
    subscribe(subscriptions) {
      const open = [...queues.values()].flat();
      const next = subscriptions.map((each) => {
        if (!invoker.has(each.functionName))
          report(
            `lines of ${each.logGroup} are not delivered: ${each.functionName} is not a function of the loaded stacks`,
          );
        return open.find((queue) => queue.isFor(each)) ?? new Queue(each, flushMs, options);
      });
      queues = Map.groupBy(next, (queue) => queue.logGroup);
    },
    async close() {
      isClosed = true;
      const ends = Promise.all([...queues.values()].flat().map((queue) => queue.drain()));
      await Promise.race([ends, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    },
  };
}

class Queue {
  readonly #to: LogSubscription;
  readonly #flushMs: number;
  readonly #options: LogSubscriptionOptions;
  #waiting: Line[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /**
   * The running delivery. There is only one at a time, so a slow function gets larger batches instead of more batches.
   */
  #sending: Promise<void> | undefined;

  constructor(to: LogSubscription, flushMs: number, options: LogSubscriptionOptions) {
    this.#to = to;
    this.#flushMs = flushMs;
    this.#options = options;
  }

  get logGroup(): string {
    return this.#to.logGroup;
  }

  isFor({ filterName, logGroup, functionName }: LogSubscription): boolean {
    const own = this.#to;
    return own.filterName === filterName && own.logGroup === logGroup && own.functionName === functionName;
  }

  push(line: Line): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#timer ??= setTimeout(() => void this.drain(), this.#flushMs).unref();
  }

  drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = takeBatch(this.#waiting);
      if (!(await this.#deliver(batch))) this.#dropped += batch.length;
      if (this.#dropped > 0)
        this.#options.report(
          `${this.#dropped} line${this.#dropped === 1 ? '' : 's'} of ${this.logGroup} did not reach ${this.#to.functionName}`,
        );
      this.#dropped = 0;
    }
  }

  /** Delivers a batch. Like Lambda, it retries a failed event twice. */
  async #deliver(logEvents: readonly Line[]): Promise<boolean> {
    const { invoker, random, accountId } = this.#options;
    const { functionName, logGroup, filterName } = this.#to;
    const message = {
      messageType: 'DATA_MESSAGE',
      owner: accountId,
      logGroup,
      logStream: 'gatewright',
      subscriptionFilters: [filterName],
      logEvents,
    };
    const data = gzipSync(JSON.stringify(message)).toString('base64');
    const payload = JSON.stringify({ awslogs: { data } });
    for (let attempt = 1; attempt <= TRIES && invoker.has(functionName); attempt += 1) {
      const traceHeader = `Root=1-${random.hex(8)}-${random.hex(24)};Parent=${random.hex(16)};Sampled=0`;
      const result = await invoker.invoke({ functionName, payload, timeoutMs: LONGEST_MS, traceHeader });
      if (result.kind === 'returned') return true;
      if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
    return false;
  }
}

function takeBatch(waiting: Line[]): readonly Line[] {
  let characters = 0;
  let count = 0;
  for (const { message } of waiting) {
    if (count >= MAX_BATCH_LINES || (count > 0 && characters + message.length > MAX_BATCH_CHARACTERS)) break;
    characters += message.length;
    count += 1;
  }
  return waiting.splice(0, count);
}
