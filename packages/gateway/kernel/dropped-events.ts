/**
 * Reports events that nobody gets because a pattern or filter does not match them. Dropping events is the purpose of a
 * filter, so each different reason is reported only once.
 */
import type { EventTest } from './delivery/event-pattern.ts';
import type { EventPorts } from './event-ports.ts';

/**
 * The maximum number of reasons that are reported. It is limited because the values of a filtered member may differ in
 * every event.
 */
const MAX_REASONS = 20;

export class DroppedEvents {
  readonly #report: EventPorts['report'];
  readonly #said = new Set<string>();

  constructor({ report }: Pick<EventPorts, 'report'>) {
    this.#report = report;
  }

  /** @param describe returns the reason; it is not called once the maximum number of reasons has been reported */
  note(describe: () => string): void {
    if (this.#said.size >= MAX_REASONS) return;
    const reason = describe();
    if (this.#said.has(reason)) return;
    this.#said.add(reason);
    this.#report(reason);
  }

  /** Forgets the reported reasons, for example because the rules have changed. */
  clear(): void {
    this.#said.clear();
  }
}

/** Describes a record that the FilterCriteria of an event source mapping drop. */
export function describeDrop(
  { functionName }: { readonly functionName: string },
  source: string,
  filter: EventTest,
  record: unknown,
): string {
  return `a record of ${source} does not reach ${functionName}, because the FilterCriteria of the event source mapping drop it: ${filter.explain?.(record) ?? ''}`;
}
