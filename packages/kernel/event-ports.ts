/** What event sources share: how they reach functions, time, each other and whoever reads the log. */
import type { MessageAttribute } from './delivery/queue-model.ts';
import type { Clock, InvocationWishes, Invoker, Random } from '../core/ports.ts';
import type { Agenda } from './agenda.ts';
import type { KeptEntries } from './kept-entries.ts';
import type { Work } from './work.ts';

export type EventPorts = {
  readonly invoker: Pick<Invoker, 'invoke' | 'has'>;
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly work: Work;
  readonly kept: KeptEntries;
  /** One sentence about an event that did not reach its function. */
  readonly report: (message: string) => void;
};

/** Above the longest timeout of a function, so that the function's own comes first. */
export const LONGEST_RUN_MS = 900_000 + 60_000;

export function makeTrace(random: Random): string {
  return `Root=1-${random.hex(8)}-${random.hex(24)};Parent=${random.hex(16)};Sampled=0`;
}

/** What an event is handed to by its ARN: a function, a queue, a topic, a bus. */
export type Delivery = {
  /** Of a FIFO queue or topic. */
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** Attributes of the message where the target is a queue or a topic. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  /** Where the target is a bus. */
  readonly source?: string;
  readonly detailType?: string;
  readonly resources?: readonly string[];
  /** Where the target is a function: what the caller asks of the invocation. */
  readonly wishes?: InvocationWishes | undefined;
};

export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  /** `isFinal`: trying again cannot help. */
  | { readonly kind: 'failed'; readonly isFinal: boolean; readonly code: string; readonly message: string };

export const DELIVERED: DeliveryOutcome = { kind: 'delivered' };

/** Trying again cannot help. */
export function final(code: string, message: string): DeliveryOutcome {
  return { kind: 'failed', isFinal: true, code, message };
}

export interface EventTargets {
  /** Never rejects. */
  send(arn: string, body: string, delivery?: Delivery): Promise<DeliveryOutcome>;
  /** To what is of this start, and to nothing else. */
  sendHere(arn: string, body: string, delivery: Delivery): Promise<DeliveryOutcome>;
}
