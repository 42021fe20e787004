/**
 * Handles `AWS::Logs::SubscriptionFilter`: it sends the lines of a log group to a function in batches, as CloudWatch
 * Logs does. A request only appends its line. Batches are packed and sent later, and never delay a request.
 * @see CloudWatch Logs user guide, "Log group-level subscription filters", example 2
 */
import { gzipSync } from 'node:zlib';
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { asNonEmptyText, asText } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { LogLine, ServicePorts } from '../../kernel/service.ts';
import { eventIdOf, OWN_STREAM } from './kept-events.ts';
import { InvalidPattern } from './pattern/pattern-text.ts';
import { readLinePattern } from './pattern/read-pattern.ts';
import { LONGEST_RUN_MS } from '../../core/stack/function.ts';

type LogSubscription = {
  readonly filterName: string;
  readonly logGroup: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly pattern: string;
};

type SubscriptionPorts = Pick<ServicePorts, 'lines' | 'invoker' | 'random' | 'accountId' | 'report'>;

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

type Line = {
  readonly stream: string;
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
};

/**
 * Reads a subscription. Destinations other than functions are not supported. For these, `functionName` is the ARN of
 * the destination.
 */
export function readLogSubscription(
  { logicalId, properties }: ResolvedResource,
  home?: FunctionHome,
): LogSubscription {
  const { DestinationArn, FilterName, FilterPattern, LogGroupName } = properties;
  const arn = asText(DestinationArn) ?? '';
  return {
    filterName: asNonEmptyText(FilterName) ?? logicalId,
    logGroup: asText(LogGroupName) ?? '',
    ...(parseArn(arn)?.service === 'lambda'
      ? readFunctionName(arn, home)
      : { functionName: arn, qualifier: undefined }),
    pattern: asText(FilterPattern) ?? '',
  };
}

export class LogSubscriptions {
  readonly #ports: SubscriptionPorts;
  #queues = new Map<string, Queue[]>();
  #count = 0;
  #unfollow: (() => void) | undefined;

  constructor(ports: SubscriptionPorts) {
    this.#ports = ports;
  }

  define(subscriptions: readonly LogSubscription[]): void {
    const { invoker, report, lines } = this.#ports;
    const open = [...this.#queues.values()].flat();
    const next = subscriptions.map((each) => {
      if (!invoker.has(each.functionName))
        report(
          `lines of ${each.logGroup} are not delivered: ${each.functionName} is not a function of the loaded stacks`,
        );
      return open.find((queue) => queue.isFor(each)) ?? new Queue(each, this.#ports);
    });
    this.#queues = Map.groupBy(next, (queue) => queue.logGroup);
    if (next.length > 0) this.#unfollow ??= lines.follow((line) => this.#take(line));
    else this.#end();
  }

  /** Drops the lines that wait. */
  reset(): void {
    for (const queue of [...this.#queues.values()].flat()) queue.drop();
  }

  /** Delivers the gathered lines. It takes a second at most. */
  async close(): Promise<void> {
    this.#end();
    const ends = Promise.all([...this.#queues.values()].flat().map((queue) => queue.drain()));
    await Promise.race([ends, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
  }

  #end(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #take({ group, stream = OWN_STREAM, prefix = '', text, epochMs: timestamp }: LogLine): void {
    const subscribed = this.#queues.get(group);
    if (subscribed === undefined) return;
    this.#count += 1;
    const id = eventIdOf({ epochMs: timestamp, number: this.#count });
    for (const queue of subscribed) queue.push({ stream, id, timestamp, message: `${prefix}${text}` });
  }
}

class Queue {
  readonly #to: LogSubscription;
  readonly #ports: SubscriptionPorts;
  readonly #isWanted: (message: string) => boolean;
  #waiting: Line[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /**
   * The running delivery. There is only one at a time, so a slow function gets larger batches instead of more batches.
   */
  #sending: Promise<void> | undefined;

  constructor(to: LogSubscription, ports: SubscriptionPorts) {
    this.#to = to;
    this.#ports = ports;
    this.#isWanted = testOf(to.pattern);
  }

  get logGroup(): string {
    return this.#to.logGroup;
  }

  isFor(other: LogSubscription): boolean {
    return JSON.stringify(other) === JSON.stringify(this.#to);
  }

  drop(): void {
    this.#waiting = [];
  }

  push(line: Line): void {
    if (!this.#isWanted(line.message)) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#timer ??= setTimeout(() => void this.drain(), FLUSH_MS).unref();
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
        this.#ports.report(
          `${this.#dropped} line${this.#dropped === 1 ? '' : 's'} of ${this.logGroup} did not reach ${this.#to.functionName}`,
        );
      this.#dropped = 0;
    }
  }

  /** Delivers a batch. Like Lambda, it retries a failed event twice. */
  async #deliver(batch: readonly Line[]): Promise<boolean> {
    const { invoker, random, accountId } = this.#ports;
    const { functionName, qualifier, logGroup, filterName } = this.#to;
    const message = {
      messageType: 'DATA_MESSAGE',
      owner: accountId,
      logGroup,
      logStream: batch[0]?.stream ?? OWN_STREAM,
      subscriptionFilters: [filterName],
      logEvents: batch.map(({ id, timestamp, message: text }) => ({ id, timestamp, message: text })),
    };
    const data = gzipSync(JSON.stringify(message)).toString('base64');
    const payload = JSON.stringify({ awslogs: { data } });
    for (let attempt = 1; attempt <= TRIES && invoker.has(functionName); attempt += 1) {
      const traceHeader = `Root=1-${random.hex(8)}-${random.hex(24)};Parent=${random.hex(16)};Sampled=0`;
      const result = await invoker.invoke({
        functionName,
        qualifier,
        payload,
        timeoutMs: LONGEST_RUN_MS,
        traceHeader,
      });
      if (result.kind === 'returned') return true;
      if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
    return false;
  }
}

/** Takes lines of one stream from the list, because an event of CloudWatch Logs names its stream. */
function takeBatch(waiting: Line[]): readonly Line[] {
  const [{ stream } = { stream: '' }] = waiting;
  const batch: Line[] = [];
  const left: Line[] = [];
  let characters = 0;
  let isFull = false;
  for (const line of waiting.splice(0)) {
    if (line.stream === stream && !isFull)
      isFull =
        batch.length >= MAX_BATCH_LINES ||
        (batch.length > 0 && characters + line.message.length > MAX_BATCH_CHARACTERS);
    if (line.stream !== stream || isFull) left.push(line);
    else {
      batch.push(line);
      characters += line.message.length;
    }
  }
  for (const line of left) waiting.push(line);
  return batch;
}

/**
 * A pattern that AWS refuses is reported when the stack is read. The returned test of such a pattern accepts every
 * line.
 */
function testOf(pattern: string): (message: string) => boolean {
  try {
    const test = readLinePattern(pattern);
    return (message) => test(message);
  } catch (error) {
    if (error instanceof InvalidPattern) return () => true;
    throw error;
  }
}
