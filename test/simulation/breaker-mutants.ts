/** Shared circuit breakers, broken. */
import { patch } from './patch.ts';
import type { Mutant, Patch } from './patch.ts';

const breaker = (find: string, replace: string): Patch => patch('../resilience/breaker.ts', find, replace);
const item = (find: string, replace: string): Patch => patch('../resilience/breaker-item.ts', find, replace);
const local = (find: string, replace: string): Patch =>
  patch('../resilience/local-breaker.ts', find, replace);

const PATCHES: readonly { readonly name: string; readonly patches: readonly Patch[] }[] = [
  {
    name: 'the end of the open time is written with the opening',
    patches: [
      item(
        "{ state: 'open', why: change.why, at: change.tableEpochMs }",
        "{ state: 'open', why: change.why, at: change.tableEpochMs, openUntil: change.tableEpochMs + TIME_MARGIN_MS + 1000 }",
      ),
    ],
  },
  {
    name: 'a Date is taken for the exact time',
    patches: [
      item(
        'const TIME_MARGIN_MS = RESOLUTION_MS + 2 * SERVER_SKEW_MS + PROBE_START_MS;',
        'const TIME_MARGIN_MS = 0 * (RESOLUTION_MS + SERVER_SKEW_MS);',
      ),
    ],
  },
  {
    name: 'the clock of the instance says when the breaker was open long enough',
    patches: [
      breaker(
        'this.#view = { shared: parseBreaker(item), tableEpochMs, sentAt };',
        'this.#view = { shared: parseBreaker(item), tableEpochMs: this.#ports.clock.nowEpochMs(), sentAt };',
      ),
    ],
  },
  {
    name: 'the state is written whatever it is by now',
    patches: [
      item(
        'when: [isStill(generation), ...tests],\n    change: { kind',
        'when: [...tests],\n    change: { kind',
      ),
    ],
  },
  {
    name: 'one probe too many',
    patches: [item("is: 'at-most', value: probes - 1 }", "is: 'at-most', value: probes }")],
  },
  {
    name: 'probes are counted by each instance',
    patches: [item("      { attribute: 'taken', is: 'at-most', value: probes - 1 },\n", '')],
  },
  {
    name: 'timeout taken as admitted',
    patches: [breaker("return outcome.kind === 'done';", "return outcome.kind !== 'refused';")],
  },
  {
    name: 'a probe starts however long it was frozen',
    patches: [
      breaker(
        'if (elapsedMs(this.#ports.clock, sentAt) > PROBE_START_MS) return REFUSED_BY_TABLE;',
        'if (elapsedMs(this.#ports.clock, sentAt) > 1000 * PROBE_START_MS) return REFUSED_BY_TABLE;',
      ),
    ],
  },
  {
    name: 'a success that is sent twice counts twice',
    patches: [
      item(
        "when: [isStill(generation), { attribute: nameOf(id), is: 'equal', value: RUNNING }],",
        'when: [isStill(generation)],',
      ),
    ],
  },
  {
    name: 'an admission that is sent twice admits twice',
    patches: [item('set: { [nameOf(id)]: REPORTED }', 'remove: [nameOf(id)]')],
  },
  {
    name: 'the first success closes',
    patches: [
      item('value: change.probes }', 'value: Math.min(1, change.probes) }'),
      breaker(
        'else if (seen !== undefined && seen.shared.succeeded >= this.#rules.probes)',
        'else if (seen !== undefined && seen.shared.succeeded >= 1)',
      ),
    ],
  },
  {
    name: 'failures open a newer generation than theirs',
    patches: [
      local(
        'if (pass.round !== this.#round || pass.generation !== this.#generation) return undefined;',
        "if (this.#state.kind === 'open') return undefined;",
      ),
    ],
  },
  {
    name: 'an instance that opened alone opens whatever comes',
    patches: [
      local(
        "if (generation !== this.#generation) this.#change(generation, { kind: 'closed' });",
        "if (this.#state.kind === 'closed') this.#change(generation, { kind: 'closed' });",
      ),
    ],
  },
  {
    name: 'a probe is silent at once',
    patches: [
      item(
        'seen.taken > seen.succeeded && seen.decideByEpochMs <= tableEpochMs',
        'seen.taken > seen.succeeded && tableEpochMs > 0',
      ),
      item("    { attribute: 'decideBy', is: 'at-most', value: tableEpochMs },\n", ''),
    ],
  },
  {
    name: 'a late probe shortens the time of the others',
    patches: [item("      { attribute: 'decideBy', is: 'at-most', value: decideBy(probe) },\n", '')],
  },
  {
    name: 'a silent probe is waited for',
    patches: [
      breaker(
        "else if (isSilent(shared, tableEpochMs)) await this.#reopen(shared, 'probe-silent');",
        'else if (isSilent(shared, tableEpochMs)) return REFUSED_BY_TABLE;',
      ),
    ],
  },
  {
    name: 'silence is concluded although a success has come in',
    patches: [item("    { attribute: 'ok', is: 'equal', value: seen.succeeded },\n", '')],
  },
  {
    name: 'what was seen long ago decides',
    patches: [
      breaker(
        'return elapsedMs(this.#ports.clock, sentAt) <= FRESH_MS;',
        'return elapsedMs(this.#ports.clock, sentAt) <= 5 * FRESH_MS;',
      ),
    ],
  },
  {
    name: 'age by a clock that stands still',
    patches: [
      patch(
        'age.ts',
        'Math.max(0, clock.monotonicMs() - since.monotonicMs, clock.nowEpochMs() - since.wallMs)',
        'Math.max(0, clock.monotonicMs() - since.monotonicMs)',
      ),
    ],
  },
  {
    name: 'age counted from the answer',
    patches: [
      breaker(
        'this.#note(sentAt, outcome.item, outcome.storeEpochMs);\n    else this.#noteFailure(sentAt, outcome);\n  }',
        'this.#note(momentOf(this.#ports.clock), outcome.item, outcome.storeEpochMs);\n    else this.#noteFailure(sentAt, outcome);\n  }',
      ),
    ],
  },
  {
    name: 'an answer that came late is used',
    patches: [
      breaker(
        'return this.#view !== undefined && this.#isFresh(this.#view) ? this.#view : undefined;',
        'return this.#view;',
      ),
    ],
  },
  {
    name: 'a read for each call while the table is out of reach',
    patches: [
      breaker('if (hasJustRead && !isAgedByWall) return true;', ''),
      breaker('this.#wait = { since, ms };', 'this.#wait = { since, ms: ms / 4 };'),
    ],
  },
  {
    name: 'a read and a write under way give two reads in a second',
    patches: [breaker('if (hasJustRead && !isAgedByWall) return true;', '')],
  },
  {
    name: 'a table out of reach refuses calls',
    patches: [
      breaker(
        'view === undefined ? this.#admitAlone() : await this.#follow(view);',
        "view === undefined ? ({ kind: 'refused', by: 'instance' } as Admission) : await this.#follow(view);\n    if (view === undefined) this.#admitAlone();",
      ),
    ],
  },
  {
    name: 'a lost end of the open time is written by none',
    patches: [
      breaker(
        'if (shared.openUntilEpochMs === undefined) await this.#stamp();\n        else if (shared.openUntilEpochMs <= tableEpochMs)',
        'if (shared.openUntilEpochMs !== undefined && shared.openUntilEpochMs <= tableEpochMs)',
      ),
    ],
  },
  {
    name: 'a lost closing is repeated by none',
    patches: [
      breaker(
        'if (shared.succeeded >= this.#rules.probes) await this.#close(shared);\n        else if (isSilent',
        'if (isSilent',
      ),
    ],
  },
];

export const BREAKER_MUTANTS: readonly Mutant[] = PATCHES.map((mutant) => ({
  ...mutant,
  model: 'breaker-harsh',
}));
