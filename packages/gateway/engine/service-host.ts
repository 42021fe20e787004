/**
 * The services of one run. Each service is opened only when it is needed. The steps `read`, `apply`, `clear` and
 * `close` run for all open services together.
 */
import { parseArn } from '@gatewright/aws/arn';
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { describeFault, Faults } from '../core/errors.ts';
import type { Tolerance } from '../core/errors.ts';
import type {
  ChosenInstance,
  Clock,
  HttpClient,
  Invoker,
  LocalOrigin,
  LogGroups,
  Measurement,
  Random,
  ServiceClient,
} from '../core/ports.ts';
import type { ScreenVerdict, StageScreens } from '../core/stage-screens.ts';
import type { ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import { Agenda } from '../kernel/agenda.ts';
import type { EventSource, HandTarget } from '../kernel/event-rows.ts';
import type { EdgeRecord } from '../kernel/edge-record.ts';
import { Feed } from '../kernel/feed.ts';
import { EventJournal } from '../kernel/event-journal.ts';
import { EarlyFeed } from '../kernel/early-feed.ts';
import { ItemFeed } from '../kernel/item-feed.ts';
import { KeptFeed } from '../kernel/kept-feed.ts';
import { LoadTimes } from '../kernel/load-times.ts';
import { StateFileError } from '../kernel/files/state-file.ts';
import type { StoredEntries } from '../kernel/stored-entries.ts';
import { Schedules } from '../kernel/schedules.ts';
import type {
  Front,
  LogLine,
  Service,
  ServiceEntry,
  ServiceModule,
  ServicePorts,
  ServiceSettings,
  WrittenObjects,
} from '../kernel/service.ts';
import { StackReading } from '../kernel/stack-reading.ts';
import { TargetDeliveries } from '../kernel/target-deliveries.ts';
import { Targets } from '../kernel/targets.ts';
import { Work } from '../kernel/work.ts';

type ServiceHostOptions = {
  readonly catalogue: readonly ServiceEntry[];
  readonly invoker: Pick<Invoker, 'invoke' | 'has'>;
  readonly clock: Clock;
  readonly random: Random;
  /** The client for integrations, and for targets that the gateway does not run. */
  readonly services: ServiceClient;
  /**
   * Whether calls to a service go to an endpoint of the user. For `dynamodb-streams`, this is the case if the tables
   * are at such an endpoint.
   */
  readonly isElsewhere: (service: string) => boolean;
  readonly accountId: string;
  /** Stored entries that outlive the gateway. */
  readonly kept: StoredEntries;
  readonly writtenObjects: WrittenObjects;
  readonly http: HttpClient;
  readonly logGroups: LogGroups;
  readonly settings: ServiceSettings;
  readonly report: (message: string) => void;
  readonly permits: ServicePorts['permits'];
  /** Returns why a delivery of a topic, rule, schedule or bucket is refused; absent if permissions are not checked. */
  readonly refuseDelivery?:
    | ((targetArn: string, sender: string, roleArn?: string) => string | undefined)
    | undefined;
  /** The feed of table changes; absent means that there is no store. */
  readonly items?: ItemFeed;
  /** The maximum time in milliseconds for closing each service. The default is 5 s. */
  readonly closeWithinMs?: number;
};

type ReadServices = { readonly unsupported: readonly UnsupportedItem[]; readonly apply: () => void };

const NO_VERDICT: ScreenVerdict = {
  kind: 'refused',
  reason: 'the service that screens the stage returned no verdict',
  because: ['The service that screens the stage returned no verdict, so the request is refused.'],
  changes: ["Return { kind: 'passed' } or a refusal from the service's screenOf, not a promise."],
};

/**
 * The time limit for closing a service, in milliseconds. If a service takes longer, it has lost its connection or waits
 * for a client that never leaves.
 */
const CLOSE_WITHIN_MS = 5_000;

/** The maximum memory for stored log lines, in bytes. The stored trace segments have a limit of the same size. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** The memory in bytes that a stored item takes in addition to its characters (measured). */
const BYTES_PER_ITEM = 220;

export class ServiceHost {
  readonly journal: EventJournal;
  readonly edges: Feed<EdgeRecord>;
  readonly items: ItemFeed;
  readonly lines: KeptFeed<LogLine>;
  readonly segments: KeptFeed<string>;
  readonly metrics: EarlyFeed<Measurement>;
  readonly #options: ServiceHostOptions;
  readonly #ports: ServicePorts;
  readonly #deliveries: TargetDeliveries;
  readonly #opened = new Map<string, Service>();
  #screening: readonly NonNullable<Service['screenOf']>[] = [];
  #resolving: readonly NonNullable<Service['originOf']>[] = [];
  readonly #opening = new Map<string, Promise<Service>>();
  #stacks: readonly ResolvedStack[] | undefined;
  readonly #times: LoadTimes;
  #functionArns: ReadonlyMap<string, string> = new Map();

  constructor(options: ServiceHostOptions) {
    const { clock, invoker, random, report, accountId, kept, writtenObjects, isElsewhere, services } =
      options;
    const names = options.catalogue.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new RangeError(`two services are called "${twice}"`);
    this.items = options.items ?? new ItemFeed();
    this.lines = new KeptFeed(report, {
      what: 'log lines',
      maxBytes: KEPT_BYTES,
      sizeOf: ({ text, prefix = '' }) => text.length + prefix.length + BYTES_PER_ITEM,
    });
    const sizeOf = (segment: string): number => segment.length + BYTES_PER_ITEM;
    this.segments = new KeptFeed(report, { what: 'trace segments', maxBytes: KEPT_BYTES, sizeOf });
    this.metrics = new EarlyFeed(report, () => void this.find('monitoring'));
    const work = new Work();
    const { refuseDelivery: refuse } = options;
    const targets = new Targets({ services, isElsewhere, refuse, find: (name) => this.#findByArn(name) });
    this.journal = new EventJournal(clock, random, report);
    // Work that becomes due, such as the evaluation of an alarm, is not caused by a request that happens to be running.
    const agenda = this.journal.uncaused(() => new Agenda(clock, report));
    this.edges = new Feed(report);
    const ports = { invoker, clock, random, report, kept, agenda, work, journal: this.journal };
    this.#options = options;
    this.#times = new LoadTimes(() => clock.nowEpochMs());
    this.#deliveries = new TargetDeliveries({ ...ports, targets });
    this.#ports = {
      ...ports,
      accountId,
      startedAt: clock.nowEpochMs(),
      targets,
      deliveries: this.#deliveries,
      schedules: new Schedules(ports),
      items: this.items,
      permits: options.permits,
      sources: {
        load: async (arn) => {
          await this.#findByArn(parseArn(arn)?.service ?? '');
        },
        readAgain: (isAccepted) => {
          const { apply } = this.read(this.#stacks ?? [], new Faults(true));
          if (isAccepted()) apply();
        },
      },
      lines: this.lines,
      segments: this.segments,
      metrics: this.metrics,
      edges: this.edges,
      http: options.http,
      services,
      screens: { judge: (arn, request) => this.screens.judge(arn, request) },
      logGroups: options.logGroups,
      settings: options.settings,
      writtenObjects,
      functionArnOf: (name) => this.#functionArns.get(name) ?? name,
    };
  }

  /**
   * Finds a service by signing name. Returns a promise while the service is not loaded, and undefined for an unknown
   * name.
   */
  find(name: string): Service | Promise<Service> | undefined {
    const entry = this.#options.catalogue.find((one) => one.name === name);
    return entry && (this.#opened.get(name) ?? this.#open(entry));
  }

  /** Opens a service whose code is already loaded. */
  adopt<Opened extends Service>(name: string, module: { open(ports: ServicePorts): Opened }): Opened {
    const service = module.open(this.#ports);
    this.#admit(name, service);
    return service;
  }

  #admit(name: string, service: Service): void {
    this.#opened.set(name, service);
    // The list of screen functions is created in advance, because every request calls them.
    this.#screening = this.#inOrder.flatMap((one) => one.screenOf?.bind(one) ?? []);
    this.#resolving = this.#inOrder.flatMap((one) => one.originOf?.bind(one) ?? []);
  }

  /** Loads services that resources of these stacks need, and services with stored entries. */
  async openNeeded(stacks: readonly ResolvedStack[]): Promise<void> {
    const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
    const sources = new Set(
      resources.flatMap(({ type, properties: { EventSourceArn: arn } }) =>
        type === 'AWS::Lambda::EventSourceMapping' && typeof arn === 'string' ? [parseArn(arn)?.service] : [],
      ),
    );
    const needed = this.#options.catalogue.filter((entry) => {
      const { name, arnService = name, types, keptPrefix } = entry;
      if (sources.has(arnService)) return true;
      if (keptPrefix !== undefined && this.#options.kept.list(keptPrefix).length > 0) return true;
      const isNeededBy =
        entry.isNeededBy ?? (({ type }) => Object.hasOwn(types, type) && isServed(types[type]));
      return resources.some(isNeededBy);
    });
    await Promise.all(needed.map(async ({ name }) => this.find(name)));
  }

  /** Lets the open services read the stacks. This has no effect before `apply`. */
  read(stacks: readonly ResolvedStack[], tolerance: Tolerance): ReadServices {
    const reading = this.#readingOf(stacks, tolerance);
    const read = new Map(this.#inOrder.map((service) => [service, service.prepare?.(reading)]));
    return {
      unsupported: reading.unsupported,
      apply: () => {
        this.#stacks = stacks;
        this.#times.serve(stacks);
        this.#functionArns = new Map(reading.functions.map(({ name, arn }) => [name, arn]));
        // All open services apply the new stacks. Services that were opened since `read` must read them first.
        for (const service of this.#inOrder) {
          try {
            if (read.has(service)) read.get(service)?.();
            else this.#catchUp(service, stacks);
          } catch (fault) {
            // The fault is only reported, and the remaining services still get the new stacks. If the load stopped
            // here, only some services would have them, which would be worse.
            this.#reportFault(service, 'could not apply the new stacks', fault);
          }
        }
      },
    };
  }

  get rows(): readonly EventSource[] {
    return this.#inOrder.flatMap((service) => service.rows?.() ?? []);
  }

  get handTargets(): readonly HandTarget[] {
    return this.#inOrder.flatMap((service) => service.handTargets?.() ?? []);
  }

  /** Returns the number of events that were accepted but are not finished. */
  get pending(): number {
    return this.#inOrder.reduce((sum, service) => sum + (service.pending ?? 0), 0);
  }

  /** Returns the request checks of all services. If several services check a stage, the first refusal decides. */
  get screens(): StageScreens {
    const screening = (): readonly NonNullable<Service['screenOf']>[] => this.#screening;
    return {
      get isEmpty() {
        return screening().length === 0;
      },
      judge(guardedArn, request) {
        let passed: Passed | undefined;
        for (const screenOf of screening()) {
          const screen = screenOf(guardedArn);
          if (screen === undefined) continue;
          const verdict = verdictOf(screen(request));
          if (verdict.kind !== 'passed') return verdict;
          passed = passed === undefined ? verdict : bothPassed(passed, verdict);
        }
        return passed;
      },
    };
  }

  originOf(host: string): LocalOrigin | undefined {
    for (const originOf of this.#resolving) {
      const origin = originOf(host);
      if (origin !== undefined) return origin;
    }
    return undefined;
  }

  /**
   * Finds an instance of the service that the ARN names. The code of Cloud Map, which has the instances, is loaded on
   * demand.
   */
  async findInstance(arn: string): Promise<ChosenInstance | undefined> {
    const service = await this.#findByArn(parseArn(arn)?.service ?? '');
    return service?.instanceOf?.(arn);
  }

  get fronts(): readonly Front[] {
    return this.#inOrder.flatMap((service) => service.fronts?.() ?? []);
  }

  get targets(): ServicePorts['targets'] {
    return this.#ports.targets;
  }

  moved(): void {
    this.#ports.agenda.moved();
  }

  /** Whether all remaining work waits for a later time of the clock. */
  get isIdle(): boolean {
    const { work, agenda, schedules } = this.#ports;
    return work.size === 0 && !agenda.isDue && schedules.pause === undefined;
  }

  get nextDue(): number | undefined {
    return this.#ports.agenda.nextDue;
  }

  /** Resolves when all remaining work waits for a later time of the clock. */
  async idle(): Promise<void> {
    const { work, agenda, schedules } = this.#ports;
    await work.idle();
    while (agenda.isDue || schedules.pause !== undefined) {
      agenda.moved();
      await work.idle();
      await schedules.pause;
    }
  }

  /**
   * Restores the state after startup. Waiting work is dropped. Running work ends and has no further effect.
   * @param between runs while no event starts anything
   */
  async clear(between: () => Promise<void>): Promise<void> {
    const stacks = this.#stacks ?? [];
    const { agenda, work } = this.#ports;
    const drop = (): void => {
      agenda.drop();
      for (const service of this.#inOrder) service.reset?.();
    };
    const none: readonly ResolvedStack[] = [];
    this.read(none, new Faults(true)).apply();
    drop();
    await work.idle();
    await between();
    await work.idle();
    drop();
    this.#deliveries.forget();
    this.journal.clear();
    this.lines.forget();
    this.metrics.forget();
    this.segments.forget();
    // The original stacks are read again, unless a reload has meanwhile given the services newer stacks.
    if (this.#stacks === none) this.read(stacks, new Faults(true)).apply();
  }

  /** Returns the states of the open services that `gatewright data` saves, by service name. */
  savedStates(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      this.#options.catalogue.flatMap(({ name }) => {
        const state = this.#opened.get(name)?.state;
        return state === undefined ? [] : [[name, state.save()]];
      }),
    );
  }

  /**
   * Checks the saved states of services.
   * @returns a function that loads the states
   * @throws StateFileError if a state is invalid, before anything has changed
   */
  async checkStates(saved: unknown): Promise<() => void> {
    if (!isJsonObject(saved))
      throw new StateFileError(
        'the services in the file are not an object keyed by service name; save the data again',
      );
    const loads: (() => void)[] = [];
    for (const [name, state] of Object.entries(saved)) {
      const service = await this.find(name);
      if (service?.state === undefined)
        throw new StateFileError(
          `the file contains state of the service "${name}", but this gateway keeps no state for that service`,
        );
      loads.push(service.state.check(state));
    }
    return () => {
      for (const load of loads) load();
    };
  }

  /** Closes all services. The service that was opened last is closed first. */
  async close(): Promise<void> {
    for (const [name, service] of [...this.#opened].toReversed()) await this.#end(name, service);
    this.#ports.agenda.close();
  }

  /** Closes a service. If it fails or does not end in time, the other services are still closed. */
  async #end(name: string, service: Service): Promise<void> {
    const { closeWithinMs = CLOSE_WITHIN_MS, report } = this.#options;
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), closeWithinMs);
    try {
      if ((await Promise.race([service.close?.(), late.promise])) === 'late')
        report(`${name} had not closed after ${closeWithinMs / 1000} s`);
    } catch (fault) {
      this.#reportFault(service, 'could not be closed', fault);
    } finally {
      clearTimeout(timer);
    }
  }

  #reportFault(service: Service, what: string, fault: unknown): void {
    const [name = ''] = [...this.#opened].find(([, one]) => one === service) ?? [];
    this.#options.report(`${name} ${what}: ${describeFault(fault)}`);
  }

  get #inOrder(): readonly Service[] {
    return this.#options.catalogue.flatMap(({ name }) => this.#opened.get(name) ?? []);
  }

  #findByArn(service: string): Service | Promise<Service> | undefined {
    const entry = this.#options.catalogue.find(({ name, arnService = name }) => arnService === service);
    return entry && this.find(entry.name);
  }

  #open({ name, load }: ServiceEntry): Promise<Service> {
    const known = this.#opening.get(name);
    if (known !== undefined) return known;
    const opening = load().then((module) => this.#openLoaded(name, module));
    this.#opening.set(name, opening);
    // The failed promise is removed, because a later attempt may succeed, for example if a file has become readable.
    opening.catch(() => this.#opening.delete(name));
    return opening;
  }

  /** Opens a loaded service. If it was loaded for a call or a target, it receives the current stacks. */
  #openLoaded(name: string, module: ServiceModule): Service {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const service = module.open(this.#ports);
    // The service reads the stacks before it receives its first call. If it cannot read them, it must not be used.
    if (this.#stacks !== undefined) this.#catchUp(service, this.#stacks);
    this.#admit(name, service);
    return service;
  }

  #catchUp(service: Service, stacks: readonly ResolvedStack[]): void {
    service.prepare?.(this.#readingOf(stacks, new Faults(true)))();
  }

  #readingOf(stacks: readonly ResolvedStack[], tolerance: Tolerance): StackReading {
    const { isElsewhere } = this.#options;
    return new StackReading(stacks, { isElsewhere, tolerance, times: this.#times.of(stacks) });
  }
}

/**
 * Checks the verdict of a screen. A service that is written in JavaScript may return something else, such as a promise.
 * In that case the request is refused.
 */
function verdictOf(given: unknown): ScreenVerdict {
  const kind = memberOf(given, 'kind');
  const isKnown = kind === 'passed' || kind === 'refused' || kind === 'closed';
  return isKnown ? (given as ScreenVerdict) : NO_VERDICT;
}

type Passed = Extract<ScreenVerdict, { kind: 'passed' }>;

/**
 * Combines the verdicts of two screens that both allow a request. `$context.webaclArn` can contain only one of the two
 * screens.
 */
function bothPassed(first: Passed, second: Passed): Passed {
  const by = second.by ?? first.by;
  return {
    kind: 'passed',
    inserts: [...(first.inserts ?? []), ...(second.inserts ?? [])],
    notes: () => [...(first.notes?.() ?? []), ...(second.notes?.() ?? [])],
    ...(by !== undefined && { by }),
  };
}

/** Whether this resource type needs its service. Types that have no effect or are only recorded do not need one. */
function isServed(type: ServiceEntry['types'][string] | undefined): boolean {
  return type?.enforced !== undefined && type.isWithoutEffect !== true;
}
