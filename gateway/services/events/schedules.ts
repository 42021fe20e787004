/** Rules with a schedule, and schedules of EventBridge Scheduler, on the clock of the gateway (docs/aws §18.4). */
import type { Schedule } from '../../delivery/schedule.ts';
import type { Wake } from './agenda.ts';
import type { EventPorts } from './event-ports.ts';

export type ScheduleDefinition = {
  readonly arn: string;
  readonly name: string;
  readonly expression: string;
  readonly schedule: Schedule;
  /** Epoch milliseconds; the first and the last moment at which it may run. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** ARNs. */
  readonly targets: readonly string[];
  readonly run: (scheduledAt: number) => void;
};

/** Times of one schedule that a jump of the clock plays; the others are left out, and that is said. */
const MAX_PLAYED = 100;

type Options = Pick<EventPorts, 'agenda' | 'clock' | 'report'>;
type Running = { readonly definition: ScheduleDefinition; wake: Wake | undefined };

export class Schedules {
  readonly #options: Options;
  #running: readonly Running[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  replace(definitions: readonly ScheduleDefinition[]): void {
    for (const { wake } of this.#running) wake?.cancel();
    const now = this.#options.clock.nowEpochMs();
    this.#running = definitions.map((definition) => ({ definition, wake: undefined }));
    for (const running of this.#running) this.#plan(running, now, 0);
  }

  /** When each runs next. */
  get next(): readonly { readonly definition: ScheduleDefinition; readonly at: number | undefined }[] {
    const now = this.#options.clock.nowEpochMs();
    return this.#running.map(({ definition }) => ({ definition, at: nextOf(definition, now) }));
  }

  find(name: string): ScheduleDefinition | undefined {
    return this.#running.find(({ definition }) => definition.name === name || definition.arn === name)
      ?.definition;
  }

  /** As if it were its time. */
  runNow(definition: ScheduleDefinition): void {
    definition.run(this.#options.clock.nowEpochMs());
  }

  /** @param played times that it has run since it was last ahead of the clock */
  #plan(running: Running, afterMs: number, played: number): void {
    const { agenda, clock, report } = this.#options;
    const now = clock.nowEpochMs();
    const { definition } = running;
    let at = nextOf(definition, afterMs);
    if (at !== undefined && at <= now && played >= MAX_PLAYED) {
      report(
        `${definition.name}: the clock has jumped over more than ${MAX_PLAYED} of its times; it goes on from now`,
      );
      at = nextOf(definition, now);
    }
    if (at === undefined) return;
    running.wake = agenda.at(at, (due) => {
      definition.run(due);
      // Not before what has become due meanwhile, of others too.
      this.#plan(running, due, due + 1 <= clock.nowEpochMs() ? played + 1 : 0);
    });
  }
}

function nextOf({ schedule, from, until }: ScheduleDefinition, afterMs: number): number | undefined {
  const at = schedule.next(from === undefined ? afterMs : Math.max(afterMs, from - 1));
  return at === undefined || (until !== undefined && at > until) ? undefined : at;
}
