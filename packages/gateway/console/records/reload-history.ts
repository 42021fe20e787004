/**
 * The reloads of this run, as events, and its deployments, numbered from 1. A request was handled by the deployment
 * that was current when the request arrived, so requests store no number.
 */
import type { Clock } from '../../core/ports.ts';
import type { Snapshot } from './deployment-snapshot.ts';
import type { Change, ShownReload, ShownReloads, UnloadedSave } from './reload-model.ts';

/** The maximum number of reloads that are shown. */
const MOST_SHOWN = 100;
/** The maximum number of deployments that can be compared. */
const MOST_COMPARED = 20;
/** The maximum number of start times that are stored, one for each deployment. */
const MOST_VERSIONS = 5_000;
const MOST_CHANGES = 100;
/** Maximum time between reloads of functions that count as one event. Functions in one file are built one by one. */
const TOGETHER_MS = 1_000;
export const STACKS = 'the stacks';

type ReloadedStacks = { readonly snapshot: Snapshot; readonly changes: readonly Change[] };
type CompareSnapshots = (before: Snapshot, after: Snapshot) => readonly Change[];

type Compared = {
  readonly version: number;
  readonly fromEpochMs: number;
  /** The snapshot is undefined until the first reload of the stacks. */
  readonly stacks: { snapshot: Snapshot | undefined };
  /** How often the code of each function was loaded. */
  readonly code: ReadonlyMap<string, number>;
};

/** The result of a reload, as `onReload` reports it. */
type ReloadResult = {
  readonly what: string;
  readonly tookMs?: number;
  /** Why the previous code stays in use; undefined means that the code was reloaded. */
  readonly kept?: Pick<ShownReload, 'file' | 'line'> & { readonly message: string };
  /** The time from which the new code is in use; the default is now. */
  readonly fromMs?: number;
};

/** The time in which saved code or stacks could not be loaded, so that the earlier ones stayed in use. */
type Unloaded = Pick<ShownReload, 'file' | 'line'> & {
  readonly what: string;
  readonly message: string;
  readonly fromMs: number;
  untilMs: number;
};

export class ReloadHistory {
  readonly #clock: Clock;
  #reloads: readonly ShownReload[] = [];
  readonly #broken = new Map<string, ShownReload>();
  #unloaded: readonly Unloaded[] = [];
  #current: Compared;
  #earlier: readonly Compared[] = [];
  /** The times when the versions came into use, by the monotonic clock. The first element is for version `#first`. */
  readonly #times: number[] = [-Infinity];
  #first = 1;
  #lastMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    const fromEpochMs = clock.nowEpochMs();
    this.#current = { version: 1, fromEpochMs, stacks: { snapshot: undefined }, code: new Map() };
  }

  /** Returns the version that was in use at this time; undefined if it is no longer known. */
  versionAt(monotonicMs: number): number | undefined {
    const index = this.#times.findLastIndex((fromMs) => fromMs <= monotonicMs);
    return index === -1 ? undefined : this.#first + index;
  }

  /** Returns what was saved before this time and could not be loaded: the stacks, or the code of these functions. */
  unloadedAt(monotonicMs: number, functions: readonly string[]): readonly UnloadedSave[] {
    return this.#unloaded.flatMap(({ what, message, file, line, fromMs, untilMs }) =>
      fromMs <= monotonicMs && monotonicMs < untilMs && (what === STACKS || functions.includes(what))
        ? [{ ...(what !== STACKS && { functionName: what }), message, file, line }]
        : [],
    );
  }

  get #compared(): readonly Compared[] {
    return [...this.#earlier, this.#current];
  }

  /** Returns the state of the stacks as last seen. It must be read before the stacks change. */
  get snapshot(): Snapshot | undefined {
    return this.#current.stacks.snapshot;
  }

  set snapshot(taken: Snapshot | undefined) {
    this.#current.stacks.snapshot = taken;
  }

  /**
   * Records the result of a reload.
   * @param after the reloaded stacks, with what differs from `snapshot`
   */
  note({ what, tookMs, kept, fromMs }: ReloadResult, after?: ReloadedStacks): void {
    const before = this.#current;
    if (kept !== undefined) {
      this.#noteKept(what, kept);
      return;
    }
    const changes = what === STACKS ? (after?.changes ?? []) : [newCode(what)];
    if (what === STACKS) this.#forgetMended(changes);
    this.#broken.delete(what);
    this.#endUnloaded(what);
    const last = this.#joined('reloaded', what);
    if (last === undefined) this.#begin(before, what, fromMs ?? this.#clock.monotonicMs(), after?.snapshot);
    else this.#replaceCode(before, what);
    this.#add({ kind: 'reloaded', what: [what], tookMs, changes, changed: changes.length }, last);
  }

  show(): ShownReloads {
    return {
      versions: this.#compared.map(({ version, fromEpochMs }) => ({ version, fromEpochMs })),
      reloads: this.#reloads.toReversed(),
      broken: [...new Set(this.#broken.values())],
    };
  }

  /**
   * Compares two versions. Returns undefined if one of the versions is no longer stored.
   * @param compareSnapshots loaded when it is needed
   */
  compare(from: number, to: number, compareSnapshots: CompareSnapshots): readonly Change[] | undefined {
    const [one, other] = [from, to].map((wanted) => this.#compared.find(({ version }) => version === wanted));
    if (one === undefined || other === undefined) return undefined;
    const changes = compareSnapshots(one.stacks.snapshot ?? new Map(), other.stacks.snapshot ?? new Map());
    const named = new Set(changes.flatMap(({ part, name }) => (part === 'function' ? [name] : [])));
    const recoded = [...new Set([...one.code.keys(), ...other.code.keys()])].filter(
      (name) => one.code.get(name) !== other.code.get(name) && !named.has(name),
    );
    return [...changes, ...recoded.map(newCode)];
  }

  #endUnloaded(what: string): void {
    for (const one of this.#unloaded)
      if (one.what === what) one.untilMs = Math.min(one.untilMs, this.#clock.monotonicMs());
  }

  #noteKept(what: string, kept: NonNullable<ReloadResult['kept']>): void {
    this.#endUnloaded(what);
    const unloaded = { what, ...kept, fromMs: this.#clock.monotonicMs(), untilMs: Infinity };
    this.#unloaded = [...this.#unloaded, unloaded].slice(-MOST_SHOWN);
    const last = this.#joined('kept', what, kept.message);
    this.#broken.set(what, this.#add({ kind: 'kept', what: [what], changes: [], changed: 0, ...kept }, last));
  }

  /**
   * Forgets failed reloads of functions whose definition has changed. Such a function is treated as a different
   * function.
   */
  #forgetMended(changes: readonly Change[]): void {
    for (const { part, name } of changes)
      if (part === 'function') {
        this.#broken.delete(name);
        this.#endUnloaded(name);
      }
  }

  #begin(before: Compared, what: string, fromMs: number, after: Snapshot | undefined): void {
    const isStacks = what === STACKS;
    this.#earlier = this.#compared.slice(1 - MOST_COMPARED);
    this.#current = {
      version: before.version + 1,
      fromEpochMs: this.#clock.nowEpochMs(),
      stacks: isStacks ? { snapshot: after } : before.stacks,
      code: isStacks ? before.code : loadedOnce(before.code, what),
    };
    this.#times.push(fromMs);
    if (this.#times.length <= MOST_VERSIONS) return;
    this.#times.shift();
    this.#first += 1;
  }

  #replaceCode(before: Compared, what: string): void {
    this.#current = { ...before, code: loadedOnce(before.code, what) };
  }

  /** Returns the event that this reload of functions belongs to; undefined if it begins a new one. */
  #joined(kind: ShownReload['kind'], what: string, message?: string): ShownReload | undefined {
    const last = this.#reloads.at(-1);
    const sinceMs = this.#clock.monotonicMs() - this.#lastMs;
    if (last === undefined || what === STACKS || last.what.includes(STACKS) || sinceMs > TOGETHER_MS)
      return undefined;
    return last.kind === kind && last.message === message && !last.what.includes(what) ? last : undefined;
  }

  #add(
    added: Pick<ShownReload, 'kind' | 'what' | 'changes' | 'changed'> & Partial<ShownReload>,
    joined: ShownReload | undefined,
  ): ShownReload {
    const { number = 0 } = this.#reloads.at(-1) ?? {};
    const reload: ShownReload = {
      number: joined?.number ?? number + 1,
      atEpochMs: joined?.atEpochMs ?? this.#clock.nowEpochMs(),
      kind: added.kind,
      what: [...(joined?.what ?? []), ...added.what],
      tookMs: added.tookMs,
      version: this.#current.version,
      message: added.message,
      file: added.file,
      line: added.line,
      changes: [...(joined?.changes ?? []), ...added.changes].slice(0, MOST_CHANGES),
      changed: (joined?.changed ?? 0) + added.changed,
    };
    const others = joined === undefined ? this.#reloads : this.#reloads.slice(0, -1);
    this.#reloads = [...others, reload].slice(-MOST_SHOWN);
    for (const what of joined?.what ?? []) if (this.#broken.has(what)) this.#broken.set(what, reload);
    this.#lastMs = this.#clock.monotonicMs();
    return reload;
  }
}

function newCode(name: string): Change {
  return { part: 'function', name, how: 'changed', members: [{ name: 'code' }] };
}

function loadedOnce(code: ReadonlyMap<string, number>, name: string): ReadonlyMap<string, number> {
  return new Map(code).set(name, (code.get(name) ?? 0) + 1);
}
