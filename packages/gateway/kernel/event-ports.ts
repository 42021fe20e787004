/** The parts that all event sources use: functions, the clock, the log, and other event sources. */
import type { MessageAttribute } from './delivery/queue-model.ts';
import type { Clock, InvokeOptions, Invoker, Random } from '../core/ports.ts';
import type { Agenda } from './agenda.ts';
import type { EventJournal } from './event-journal.ts';
import type { StoredEntries } from './stored-entries.ts';
import type { Work } from './work.ts';
import { LONGEST_RUN_MS } from '../core/stack/function.ts';

export type EventPorts = {
  readonly invoker: Pick<Invoker, 'invoke' | 'has'>;
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly work: Work;
  readonly kept: StoredEntries;
  readonly journal: EventJournal;
  readonly report: (message: string) => void;
};

export const RUN_TIMED_OUT = `the function did not end within ${LONGEST_RUN_MS / 1000} s`;

export function makeTrace(random: Random): string {
  return `Root=1-${random.hex(8)}-${random.hex(24)};Parent=${random.hex(16)};Sampled=0`;
}

/** Details of the delivery of an event to a function, a queue, a topic or a bus. */
export type Delivery = {
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** Message attributes, if the target is a queue or a topic. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  /** The subject, only if the target is a topic. */
  readonly subject?: string;
  /** The event's source, only if the target is a bus. */
  readonly source?: string;
  readonly detailType?: string;
  readonly resources?: readonly string[];
  /** The options of the invocation, if the target is a function. */
  readonly options?: InvokeOptions | undefined;
  /** The ARN of the topic, rule, schedule or bucket that delivers the event. */
  readonly sender?: string | undefined;
  /** The role with which the target is called; absent if the policy of the target decides. */
  readonly roleArn?: string | undefined;
};

export type DeliveryOutcome =
  /**
   * `isRecorded` means that no resource of this gateway has the ARN and no endpoint is set, so the call is only
   * recorded.
   */
  | { readonly kind: 'delivered'; readonly isRecorded?: true }
  /** `isFinal` means that a retry would also fail. */
  | { readonly kind: 'failed'; readonly isFinal: boolean; readonly code: string; readonly message: string };

export const DELIVERED: DeliveryOutcome = { kind: 'delivered' };

/** Returns why the event is lost; undefined if it was delivered. */
export function describeLoss(outcome: DeliveryOutcome): string | undefined {
  if (outcome.kind === 'failed') return outcome.message;
  return outcome.isRecorded ? 'the target is not in a loaded stack, so the call is only recorded' : undefined;
}

export function final(code: string, message: string): DeliveryOutcome {
  return { kind: 'failed', isFinal: true, code, message };
}

export interface EventTargets {
  /** Delivers an event to the target with this ARN. Never rejects. */
  send(arn: string, body: string, delivery?: Delivery): Promise<DeliveryOutcome>;
  /** Delivers an event to a resource of this run. Unlike `send`, it never delivers to AWS or an endpoint. */
  sendHere(arn: string, body: string, delivery: Delivery): Promise<DeliveryOutcome>;
}
