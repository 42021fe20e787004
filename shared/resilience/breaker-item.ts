/**
 * The state of a circuit breaker that instances share: one item of a table, and every write to it, as data.
 *
 * | item    | pk              | sk               | attributes                                                       |
 * | ------- | --------------- | ---------------- | ---------------------------------------------------------------- |
 * | breaker | `B#{namespace}` | `BREAKER#{name}` | `state`, `gen`, `why`, `at`; open: `openUntil`; half-open: below |
 *
 * Every change of state increases `gen`, and is written only if `gen` is still what its writer saw. Therefore, only one
 * of several writers changes the state, and a late or repeated write changes nothing. Without an item the breaker is
 * closed, and `gen` is 0.
 *
 * In the half-open state, `taken` counts admitted probes and `ok` counts successes. `p<id>` is 1 for a probe, and 0
 * once the probe has succeeded. A probe that has not reported when the table's time reaches `decideBy` counts as
 * failed, because its process may be dead.
 *
 * Time is the table's time, from the `Date` of its responses. No clock of an instance is compared with anything stored.
 * A response gives only a bound, because it was made at or after its `Date`. Therefore, `openUntil` is written in a
 * second write, from a response that shows the breaker open. From then on at least the whole time passes, although the
 * first write may have arrived late.
 */
import type { Item, ItemKey, ItemWrite, Test } from '../table/item-write.ts';
import { printKeyPart } from '../table/item-write.ts';

export type SharedState = {
  readonly state: 'closed' | 'open' | 'half-open';
  readonly generation: number;
  /**
   * The time until which the breaker stays open. It is undefined if it is open but no response has yet shown when it
   * opened.
   */
  readonly openUntilEpochMs: number | undefined;
  readonly taken: number;
  readonly succeeded: number;
  readonly decideByEpochMs: number;
};

/**
 * The reason for a change of state. `calls-failed`: too many calls failed. `probe-failed`: a probe failed.
 * `probe-silent`: a probe did not report. `probes-succeeded`: all probes succeeded. `reset`: an operator reset the
 * breaker.
 */
type ChangeReason = 'calls-failed' | 'probe-failed' | 'probe-silent' | 'probes-succeeded' | 'reset';

/** `RUNNING` and `REPORTED` are the values of the attribute `p<id>`. */
const RUNNING = 1;
const REPORTED = 0;
/** Resolution of `Date`, which has whole seconds. */
const RESOLUTION_MS = 1000;
/**
 * Maximum difference between the clocks of two servers that serve the same table. AWS keeps them within milliseconds.
 */
const SERVER_SKEW_MS = 500;
/** Maximum time between the request for a probe and its start. After this time the probe is not started. */
export const PROBE_START_MS = 1000;
/**
 * Margin that is added to a `Date` if at least a given time must pass before a probe starts. The response was made up
 * to 1500 ms after its `Date`; a server that is 500 ms ahead may admit the probe; a probe that was admitted before may
 * start 1000 ms later.
 */
const TIME_MARGIN_MS = RESOLUTION_MS + 2 * SERVER_SKEW_MS + PROBE_START_MS;

export function breakerPartition(namespace: string): string {
  return `B#${printKeyPart(namespace)}`;
}

export function breakerKey(namespace: string, name: string): ItemKey {
  return { pk: breakerPartition(namespace), sk: `BREAKER#${printKeyPart(name)}` };
}

export function parseBreaker(item: Item | undefined): SharedState {
  const state = item?.['state'];
  const openUntil = item?.['openUntil'];
  return {
    state: state === 'open' || state === 'half-open' ? state : 'closed',
    generation: Number(item?.['gen'] ?? 0),
    openUntilEpochMs: openUntil === undefined ? undefined : Number(openUntil),
    taken: Number(item?.['taken'] ?? 0),
    succeeded: Number(item?.['ok'] ?? 0),
    decideByEpochMs: Number(item?.['decideBy'] ?? 0),
  };
}

/** Changes the state from closed or half-open to open. `openUntil` is not set yet. */
export function openWrite(
  key: ItemKey,
  generation: number,
  change: { readonly why: ChangeReason; readonly tableEpochMs: number },
): ItemWrite {
  return changeState(key, generation, { state: 'open', why: change.why, at: change.tableEpochMs });
}

/**
 * Sets `openUntil`.
 * @param tableEpochMs `Date` of a response that shows the breaker open in this generation
 */
export function stampWrite(
  key: ItemKey,
  generation: number,
  { tableEpochMs, openMs }: { readonly tableEpochMs: number; readonly openMs: number },
): ItemWrite {
  return {
    purpose: 'breaker',
    key,
    when: [isStill(generation), { attribute: 'openUntil', is: 'absent' }],
    change: { kind: 'update', set: { openUntil: tableEpochMs + TIME_MARGIN_MS + openMs } },
  };
}

export type ProbeRequest = {
  readonly id: string;
  readonly tableEpochMs: number;
  /** Maximum time that a probe may take to report its outcome. */
  readonly reportMs: number;
};

/** Changes the state from open to half-open with the first probe, once the table's time has reached `openUntil`. */
export function beginWrite(key: ItemKey, generation: number, probe: ProbeRequest): ItemWrite {
  return changeState(
    key,
    generation,
    {
      state: 'half-open',
      why: 'probe',
      at: probe.tableEpochMs,
      taken: 1,
      ok: 0,
      decideBy: decideBy(probe),
      [nameOf(probe.id)]: RUNNING,
    },
    [{ attribute: 'openUntil', is: 'at-most', value: probe.tableEpochMs }],
  );
}

/** Admits one more probe, while fewer than `probes` were admitted in this generation. */
export function takeWrite(key: ItemKey, generation: number, probe: ProbeRequest, probes: number): ItemWrite {
  return {
    purpose: 'breaker',
    key,
    when: [
      isStill(generation),
      { attribute: 'taken', is: 'at-most', value: probes - 1 },
      { attribute: nameOf(probe.id), is: 'absent' },
      // The condition prevents a late probe from shortening the time of probes that are running.
      { attribute: 'decideBy', is: 'at-most', value: decideBy(probe) },
    ],
    change: {
      kind: 'update',
      add: { taken: 1 },
      set: { [nameOf(probe.id)]: RUNNING, decideBy: decideBy(probe) },
    },
  };
}

/** Counts a probe's success once, even if the write is sent again. */
export function succeedWrite(key: ItemKey, generation: number, id: string): ItemWrite {
  return {
    purpose: 'breaker',
    key,
    when: [isStill(generation), { attribute: nameOf(id), is: 'equal', value: RUNNING }],
    // The probe's id stays in the item, because a repeated admission would otherwise count the probe again.
    change: { kind: 'update', add: { ok: 1 }, set: { [nameOf(id)]: REPORTED } },
  };
}

/** Changes the state from half-open to closed, once `probes` probes have succeeded. */
export function closeWrite(
  key: ItemKey,
  generation: number,
  change: { readonly probes: number; readonly tableEpochMs: number },
): ItemWrite {
  return changeState(key, generation, { state: 'closed', why: 'probes-succeeded', at: change.tableEpochMs }, [
    { attribute: 'ok', is: 'at-least', value: change.probes },
  ]);
}

/**
 * Changes the state from half-open to open if a probe has not reported in time. `seen` is the state that shows this.
 */
export function expireWrite(key: ItemKey, seen: SharedState, tableEpochMs: number): ItemWrite {
  return changeState(key, seen.generation, { state: 'open', why: 'probe-silent', at: tableEpochMs }, [
    { attribute: 'decideBy', is: 'at-most', value: tableEpochMs },
    { attribute: 'taken', is: 'equal', value: seen.taken },
    { attribute: 'ok', is: 'equal', value: seen.succeeded },
  ]);
}

/** Changes any state to closed on an operator's request. */
export function resetWrite(key: ItemKey, generation: number, tableEpochMs: number): ItemWrite {
  return changeState(key, generation, { state: 'closed', why: 'reset', at: tableEpochMs });
}

/** Whether a probe of this generation should have reported by now and has not. */
export function isSilent(seen: SharedState, tableEpochMs: number): boolean {
  return seen.taken > seen.succeeded && seen.decideByEpochMs <= tableEpochMs;
}

function changeState(
  key: ItemKey,
  generation: number,
  item: Item & { readonly why: ChangeReason | 'probe' },
  tests: readonly Test[] = [],
): ItemWrite {
  return {
    purpose: 'breaker',
    key,
    when: [isStill(generation), ...tests],
    change: { kind: 'put', item: { ...item, gen: generation + 1 } },
  };
}

function isStill(generation: number): Test {
  return generation === 0
    ? { attribute: 'gen', is: 'absent' }
    : { attribute: 'gen', is: 'equal', value: generation };
}

function decideBy({ tableEpochMs, reportMs }: ProbeRequest): number {
  return tableEpochMs + TIME_MARGIN_MS + reportMs;
}

function nameOf(id: string): string {
  return `p${id}`;
}
