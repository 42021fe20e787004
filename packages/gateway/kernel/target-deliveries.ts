/**
 * Delivers events of rules and schedules to their targets, with the retries and the dead-letter queue of each target
 * (docs/aws §18.5). A failed delivery is retried for up to a day.
 */
import { describeLoss } from './event-ports.ts';
import type { Delivery, EventPorts, EventTargets } from './event-ports.ts';

export type EventTarget = {
  readonly arn: string;
  readonly deadLetterArn: string | undefined;
  readonly maxRetries: number;
  readonly maxAgeMs: number;
  /** The role with which the target is called. If it is absent, the target's own resource policy decides. */
  readonly roleArn?: string | undefined;
};

/**
 * The default settings for retries: "By default, EventBridge retries sending the event for 24 hours and up to 185
 * times"
 */
export const DEFAULT_TARGET = { maxRetries: 185, maxAgeMs: 86_400_000 } as const;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
const MAX_WAITING = 20_000;

type Options = Pick<EventPorts, 'agenda' | 'clock' | 'work' | 'report' | 'journal'> & {
  readonly targets: EventTargets;
};

export class TargetDeliveries {
  readonly #options: Options;
  #waiting = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sets the number of waiting retries to 0. It must be called after the agenda has dropped the retries. */
  forget(): void {
    this.#waiting = 0;
  }

  /** @param facts more attributes of the message in the dead-letter queue */
  deliver(
    target: EventTarget,
    body: string,
    delivery: Delivery,
    sourceArn: string,
    facts: Readonly<Record<string, string>> = {},
  ): void {
    const now = this.#options.clock.nowEpochMs();
    const cause = this.#options.journal.begin();
    this.#track({ target, body, delivery, sourceArn, facts, cause, startedAt: now }, 0, now);
  }

  #track(one: One, retries: number, dueMs: number): void {
    const { work, report, journal } = this.#options;
    work.track(
      () => journal.within(one.cause, () => this.#try(one, retries, dueMs)),
      (fault) => report(`${one.sourceArn}: ${String(fault)}`),
    );
  }

  async #try(one: One, retries: number, dueMs: number): Promise<void> {
    const { targets, agenda, report, journal } = this.#options;
    const { target, body, delivery, sourceArn, cause, startedAt } = one;
    const outcome = await targets.send(target.arn, body, { ...delivery, ...byRole(one) });
    const way = { from: sourceArn, to: target.arn, tries: retries + 1 };
    if (outcome.kind === 'delivered') {
      journal.note({ kind: 'delivered', ...way, isRecorded: outcome.isRecorded === true }, cause);
      return;
    }
    const at = dueMs + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, retries));
    const mayTry = !outcome.isFinal && retries < target.maxRetries && at - startedAt <= target.maxAgeMs;
    const { code, message } = outcome;
    const isAgain = mayTry && this.#waiting < MAX_WAITING;
    journal.note(
      {
        kind: 'refused',
        ...way,
        code,
        message,
        next: isAgain ? { kind: 'again', atEpochMs: at } : { kind: 'none' },
      },
      cause,
    );
    if (isAgain) {
      this.#waiting += 1;
      agenda.at(at, (due) => {
        this.#waiting -= 1;
        this.#track(one, retries + 1, due);
      });
      return;
    }
    report(`${sourceArn} could not deliver an event to ${target.arn}: ${outcome.message}`);
    await this.#bury(one, outcome, retries);
  }

  /** Moves an undeliverable event to the dead-letter queue, or drops it if the target has none. */
  async #bury(one: One, outcome: Undelivered, retries: number): Promise<void> {
    const { targets, report, journal } = this.#options;
    const { target, body, sourceArn, facts, cause } = one;
    const isSchedule = sourceArn.includes(':scheduler:');
    const end = {
      kind: 'ended',
      from: sourceArn,
      condition: outcome.isFinal ? outcome.code : 'RetriesExhausted',
    } as const;
    if (target.deadLetterArn === undefined) {
      journal.note({ ...end, as: 'dropped' }, cause);
      return;
    }
    const exhausted = outcome.isFinal
      ? undefined
      : retries >= target.maxRetries
        ? 'MaximumRetryAttempts'
        : 'MaximumEventAgeInSeconds';
    const text = (StringValue: string) => ({ DataType: 'String', StringValue: StringValue || '-' });
    const attributes = {
      [isSchedule ? 'SCHEDULE_ARN' : 'RULE_ARN']: text(sourceArn),
      TARGET_ARN: text(target.arn),
      ERROR_CODE: text(outcome.code),
      ERROR_MESSAGE: text(outcome.message.slice(0, 1_024)),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
      RETRY_ATTEMPTS: text(String(retries)),
      ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, text(value)])),
    };
    // A schedule sends to its dead-letter queue with its role. A rule has no role for this (docs/aws §18.13).
    const from = isSchedule ? byRole(one) : { sender: sourceArn };
    const buried = await targets.send(target.deadLetterArn, body, { attributes, ...from });
    const loss = describeLoss(buried);
    journal.note({ ...end, as: 'dead-letter queue', to: target.deadLetterArn, loss }, cause);
    if (loss !== undefined)
      report(`the dead-letter queue ${target.deadLetterArn} did not receive the event: ${loss}`);
  }
}

function byRole({ target, sourceArn }: One): { readonly sender: string; readonly roleArn?: string } {
  return { sender: sourceArn, ...(target.roleArn !== undefined && { roleArn: target.roleArn }) };
}

type Undelivered = Exclude<Awaited<ReturnType<EventTargets['send']>>, { readonly kind: 'delivered' }>;

type One = {
  readonly target: EventTarget;
  readonly body: string;
  readonly delivery: Delivery;
  readonly sourceArn: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly cause: string;
  readonly startedAt: number;
};
