/**
 * Decides which rules apply to a request or a table call. With the same seed, the same sequence of requests gets the
 * same faults.
 */
import { actsOn } from './acts-on.ts';
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { BoundRule } from './bind-rules.ts';
import type { Fault, FaultFile, FaultRule, TableAnswer } from './model.ts';
import type { ShownFaultRule } from '../../console/endpoints/differs-model.ts';

type RequestTraits = {
  readonly apiId: string;
  readonly routeKey: string;
  readonly integration: RoutePlan['integration']['kind'];
  /** The function that is called; undefined if no function is called. */
  readonly functionName: string | undefined;
};

type TableCall = { readonly table: string; readonly functionName: string };

type Chosen<Kind> = {
  /** The file and the rule, such as `faults.yml rule 2 (slow orders)`. */
  readonly by: string;
  readonly fault: Kind;
};

export type RequestFault =
  | { readonly kind: 'latency'; readonly ms: number }
  | Exclude<Fault, { kind: 'latency' | 'table' }>;

type RuleState = { matched: number; injected: number; isOn: boolean };

/** The values of `use` for `draw`. They distinguish the random numbers that are drawn for one request. */
const BY_SHARE = 0;
const FOR_LENGTH = 1;

export class FaultRules {
  readonly file: FaultFile;
  readonly #startedAt: number;
  readonly #states: ReadonlyMap<FaultRule, RuleState>;
  #bound: readonly BoundRule[] = [];

  constructor(file: FaultFile, startedAtEpochMs: number) {
    this.file = file;
    this.#startedAt = startedAtEpochMs;
    this.#states = new Map(file.rules.map((rule) => [rule, { matched: 0, injected: 0, isOn: true }]));
  }

  /** Replaces the rules that can apply. Rules that are not in this list never apply. */
  follow(bound: readonly BoundRule[]): void {
    this.#bound = bound;
  }

  get hasTables(): boolean {
    return this.file.rules.some(({ fault }) => fault.kind === 'table');
  }

  ofRequest(traits: RequestTraits, nowEpochMs: number): readonly Chosen<RequestFault>[] {
    return this.#bound.flatMap((bound) => {
      const { rule } = bound;
      const { fault } = rule;
      if (fault.kind === 'table' || !fits(bound, traits)) return [];
      const number = this.#meet(rule, nowEpochMs);
      if (number === undefined) return [];
      return [{ by: this.describe(rule), fault: this.#lasting(rule, fault, number) }];
    });
  }

  /**
   * Returns the first rule that applies to the call; undefined if none does. Each rule that covers the call counts it.
   */
  ofTable(call: TableCall, nowEpochMs: number): Chosen<TableAnswer> | undefined {
    let first: Chosen<TableAnswer> | undefined;
    for (const { rule, functions, table } of this.#bound) {
      const { fault } = rule;
      if (fault.kind !== 'table' || table !== call.table) continue;
      if (functions?.has(call.functionName) === false) continue;
      if (this.#meet(rule, nowEpochMs) !== undefined)
        first ??= { by: this.describe(rule), fault: fault.answer };
    }
    return first;
  }

  describe({ number, name }: FaultRule): string {
    const file = this.file.file.split(/[\\/]/).at(-1) ?? '';
    return `${file} rule ${number}${name === undefined ? '' : ` (${name})`}`;
  }

  get rows(): readonly ShownFaultRule[] {
    return [...this.#states].map(([rule, state]) => ({
      number: rule.number,
      name: rule.name ?? '',
      what: describeRule(rule),
      ...state,
    }));
  }

  /**
   * Switches a rule on or off.
   * @returns false if there is no rule with this number
   */
  turn(number: number, isOn: boolean): boolean {
    const rule = this.file.rules.find((one) => one.number === number);
    const state = rule && this.#states.get(rule);
    if (state !== undefined) state.isOn = isOn;
    return state !== undefined;
  }

  #lasting(rule: FaultRule, fault: Exclude<Fault, { kind: 'table' }>, number: number): RequestFault {
    if (fault.kind !== 'latency') return fault;
    const part = draw(this.file.seed, rule.number, number, FOR_LENGTH);
    return { kind: 'latency', ms: Math.round(fault.fromMs + part * (fault.toMs - fault.fromMs)) };
  }

  /**
   * Counts a request that matches the rule. The request is counted even if the rule is switched off or not yet due. The
   * faults of later requests therefore do not depend on when the rule is active.
   * @returns the number of the request if the rule applies to it
   */
  #meet(rule: FaultRule, nowEpochMs: number): number | undefined {
    const state = this.#states.get(rule);
    if (state === undefined) return undefined;
    state.matched += 1;
    const sinceMs = nowEpochMs - this.#startedAt;
    if (!state.isOn || sinceMs < rule.fromMs || sinceMs >= rule.untilMs) return undefined;
    if (draw(this.file.seed, rule.number, state.matched, BY_SHARE) >= rule.share) return undefined;
    state.injected += 1;
    return state.matched;
  }
}

function fits(
  { rule, apiIds, functions }: BoundRule,
  { apiId, routeKey, integration, functionName = '' }: RequestTraits,
): boolean {
  return (
    actsOn(rule, integration) &&
    (rule.route === undefined || rule.route === routeKey) &&
    apiIds?.has(apiId) !== false &&
    functions?.has(functionName) !== false
  );
}

/** Describes a rule, such as `latency on GET /orders, 20 %, from 30 s to 120 s`. */
function describeRule({ fault, api, route, function: named, share, fromMs, untilMs }: FaultRule): string {
  const table = fault.kind === 'table' ? fault.table : undefined;
  const where = [api, route, named, table].filter((part) => part !== undefined).join(', ');
  const until = untilMs === Infinity ? '' : ` to ${untilMs / 1000} s`;
  const when = fromMs === 0 && until === '' ? '' : `, from ${fromMs / 1000} s${until}`;
  return `${fault.kind} on ${where === '' ? 'all' : where}, ${Math.round(share * 1000) / 10} %${when}`;
}

/**
 * Returns a random number that can be repeated. The same seed, rule and request number always give the same value. Each
 * rule counts its own requests.
 * @param use distinguishes two draws for one request
 * @returns x with 0 ≤ x < 1
 */
export function draw(seed: number, rule: number, request: number, use: number): number {
  let mixed = 0x9e3779b9;
  for (const part of [seed, rule, request, use]) mixed = mix(mixed ^ part);
  return (mixed >>> 0) / 2 ** 32;
}

/**
 * Mixes the bits of a 32-bit number. Different inputs have different outputs, and each bit of the input changes about
 * half of the output's bits.
 */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
