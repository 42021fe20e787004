/** Runs rules with a schedule, and the schedules of EventBridge Scheduler, by the gateway's clock (docs/aws §18.4). */
import { lastPartOf } from './event-rows.ts';
import type { EventSource, HandTarget } from './event-rows.ts';
import type { Schedule } from './delivery/schedule.ts';
import type { Wake } from './agenda.ts';
import type { EventPorts } from './event-ports.ts';

export type ScheduleDefinition = {
  readonly arn: string;
  readonly name: string;
  readonly expression: string;
  readonly schedule: Schedule;
  /** The earliest and the latest time at which the schedule may run, in epoch milliseconds. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** Whether the schedule also runs once when it is added, which is at startup or in a reload. */
  readonly isMadeRunning?: boolean;
  readonly targets: readonly string[];
  readonly run: (scheduledAt: number) => void;
};

/**
 * The maximum number of runs of one schedule after the clock has been moved forward. Any further runs are skipped and
 * reported.
 */
const MAX_PLAYED = 100;

/** The maximum time in milliseconds that a run after a clock jump waits for the work of the previous run. */
const SETTLED_WITHIN_MS = 2_000;

type Options = Pick<EventPorts, 'agenda' | 'clock' | 'report' | 'work'>;
/** `at` is the next run, in epoch milliseconds. `played` is the number of runs so far in the current clock jump. */
type Running = { readonly definition: ScheduleDefinition; at: number | undefined; played: number };

export class Schedules {
  readonly #options: Options;
  readonly #owners = new Map<string, readonly Running[]>();
  /**
   * The schedules of each service before the current change, identified by ARN and expression. Schedules that are not
   * among them are new.
   */
  readonly #made = new Map<string, ReadonlySet<string>>();
  #wake: Wake | undefined;
  #pause: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Replaces the schedules of a service.
   * @param owner the name of the service that has the schedules
   */
  replace(owner: string, definitions: readonly ScheduleDefinition[]): void {
    const now = this.#options.clock.nowEpochMs();
    const made = this.#made.get(owner);
    const running = definitions.map((definition) => {
      const isMade = definition.isMadeRunning === true && made?.has(identify(definition)) !== true;
      return { definition, at: isMade ? now : nextOf(definition, now), played: 0 };
    });
    this.#owners.set(owner, running);
    // A reset empties the list for a short time, but the schedules must not count as new after the reset.
    if (definitions.length > 0) this.#made.set(owner, new Set(definitions.map(identify)));
    this.#wake?.cancel();
    this.#wait();
  }

  rowsOf(owner: string): readonly EventSource[] {
    const now = this.#options.clock.nowEpochMs();
    return (this.#owners.get(owner) ?? []).map(({ definition }) => {
      const at = nextOf(definition, now);
      const next = at === undefined ? 'never again' : `next ${new Date(at).toISOString()}`;
      const { name, expression, targets } = definition;
      return { kind: 'schedule', name, targets: targets.map(lastPartOf), state: `${expression}, ${next}` };
    });
  }

  /** Returns the schedules as targets that can be run by hand, as if they were due. */
  handTargetsOf(owner: string): readonly HandTarget[] {
    return (this.#owners.get(owner) ?? []).map(({ definition: { arn, name, run } }) => ({
      arn,
      name,
      run: () => run(this.#options.clock.nowEpochMs()),
    }));
  }

  get #running(): readonly Running[] {
    return [...this.#owners.values()].flat();
  }

  get pause(): Promise<void> | undefined {
    return this.#pause;
  }

  get #earliest(): { readonly running: Running; readonly at: number } | undefined {
    const waiting = this.#running.flatMap((running) =>
      running.at === undefined ? [] : [{ running, at: running.at }],
    );
    return waiting.sort((one, other) => one.at - other.at)[0];
  }

  #wait(): void {
    const next = this.#earliest;
    if (next === undefined || this.#pause !== undefined) return;
    this.#wake = this.#options.agenda.at(next.at, () => this.#play());
  }

  /**
   * Runs a schedule once, and continues with its next due time. The runs are started one after the other, because a
   * large clock jump would otherwise start up to a hundred instances of a function at once.
   */
  #play(): void {
    const { clock } = this.#options;
    const due = this.#earliest;
    if (due === undefined || due.at > clock.nowEpochMs()) {
      this.#wait();
      return;
    }
    due.running.definition.run(due.at);
    this.#advance(due.running, due.at);
    const next = this.#earliest;
    if (next === undefined || next.at > clock.nowEpochMs()) {
      this.#wait();
      return;
    }
    this.#pause = this.#settle().then(() => {
      this.#pause = undefined;
      this.#wait();
    });
  }

  async #settle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const timer = setTimeout(resolve, SETTLED_WITHIN_MS).unref();
    await Promise.race([promise, this.#options.work.idle()]);
    clearTimeout(timer);
  }

  #advance(running: Running, ranAt: number): void {
    const { clock, report } = this.#options;
    const now = clock.nowEpochMs();
    const { definition } = running;
    const next = nextOf(definition, ranAt);
    running.played = next !== undefined && next <= now ? running.played + 1 : 0;
    if (running.played < MAX_PLAYED) {
      running.at = next;
      return;
    }
    report(
      `${definition.name}: the clock jumped over more than ${MAX_PLAYED} of its scheduled times; the remaining ones are skipped`,
    );
    running.at = nextOf(definition, now);
    running.played = 0;
  }
}

function identify({ arn, expression }: ScheduleDefinition): string {
  return `${arn} ${expression}`;
}

function nextOf({ schedule, from, until }: ScheduleDefinition, afterMs: number): number | undefined {
  const at = schedule.next(from === undefined ? afterMs : Math.max(afterMs, from - 1));
  return at === undefined || (until !== undefined && at > until) ? undefined : at;
}
