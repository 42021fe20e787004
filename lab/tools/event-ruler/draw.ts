/** Draws event patterns and events that are likely to match each other, and patterns that the engine refuses. */
import { Seed } from '../dynamodb-local/seed.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Members = { readonly [name: string]: Json };

const NAMES = ['a', 'b', 'c', 'a.b', 'b.c'];
const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'aB',
  'abc',
  'ABC',
  'b*a',
  'a\\b',
  'äb',
  'ÄB',
  'ß',
  '10.0.0.1',
  '10.0.0.2',
];
const RARE_TEXTS = [
  '::1',
  '0:0::1',
  '1',
  'σ',
  'ς',
  '010.0.0.1',
  '10.0.0.1/32',
  'abab',
  'aaaaaaaaaaaa',
  'b\\*a',
];
const NUMBERS = [0, 1, 2, -1, 1.5, 10, 1e3, 0.1, 123456789012];
const RANGES = ['10.0.0.0/24', '10.0.0.1/31', '10.0.0.2/30', '::/16', '0.0.0.0/0', '::1/127'];
const BAD_RANGES = [
  '10.0.0.1',
  '10.0.0/8',
  'x/8',
  '10.0.0.1/32',
  '10.0.0.1/33',
  '::1/128',
  '::1/129',
  '1.1.1.1/-1',
];
const WORSE_RANGES = [
  '10.0.0.0/x',
  '300.1.1.1/8',
  '::1/',
  '/8',
  '1/2/3',
  '',
  '/',
  '::1::/8',
  'g::/8',
  '1.1.1.1/+8',
];
const WILDCARDS = ['*', 'a*', '*b', '*a*', 'a*b', 'b\\*a', 'a\\\\b', '*b*b', '*a*a*a*', '*abab*', 'ab', ''];
const HARD_WILDCARDS = [
  '*a*a*a*a*',
  '*a*a*a*a*a*',
  'ab*ab*ab*ab*ab',
  '*aaaaaaaaa*',
  '*aaaaaaaaaa*',
  '*a*b*a*b*a*b*',
];
const BAD_WILDCARDS = ['**', 'a**b', 'a\\b', '\\', 'a\\**', 'a***'];

class Draw extends Seed {
  readonly #isSound: boolean;

  constructor(seed: number, isSound: boolean) {
    super(seed);
    this.#isSound = isSound;
  }

  /** Returns whether to insert a fault at this point. A sound pattern contains no faults. */
  isFaulty(share = 0.03): boolean {
    return this.chance(share) && !this.#isSound;
  }

  text(): string {
    return this.pick(this.chance(0.1) ? RARE_TEXTS : TEXTS);
  }

  scalar(): Json {
    const kind = this.next();
    if (kind < 0.6) return this.text();
    return kind < 0.85 ? this.pick(NUMBERS) : this.pick([true, false, null]);
  }

  event(depth = 0): Members {
    const members = this.many(1 + this.below(4), () => [this.pick(NAMES), this.#value(depth)] as const);
    return Object.fromEntries(members);
  }

  #value(depth: number): Json {
    const kind = this.next();
    if (depth > 2 || kind < 0.5) return this.scalar();
    if (kind < 0.75) return this.event(depth + 1);
    return this.many(this.below(4), () => this.#value(depth + 1));
  }

  pattern(depth = 0): Members {
    const members = this.many(this.isFaulty() ? 0 : 1 + this.below(2), () =>
      this.chance(0.12) ? (['$or', this.#or(depth)] as const) : ([this.#name(), this.#field(depth)] as const),
    );
    return Object.fromEntries(members);
  }

  #name(): string {
    return this.isFaulty() ? this.pick(['prefix', 'numeric', 'exists', '<', 'regex']) : this.pick(NAMES);
  }

  #or(depth: number): Json {
    if (this.isFaulty()) return this.pick<Json>(['x', 1, {}, [], ['x'], [1, 2]]);
    return this.many(this.isFaulty() ? 1 : 2 + this.below(2), () => this.pattern(depth + 1));
  }

  #field(depth: number): Json {
    if (this.isFaulty()) return this.pick<Json>(['a', 1, null, true]);
    if (depth < 3 && this.chance(0.4)) return this.pattern(depth + 1);
    return this.many(this.isFaulty() ? 0 : 1 + this.below(3), () => this.#rule());
  }

  #rule(): Json {
    if (this.chance(0.35)) return this.scalar();
    if (this.isFaulty()) return this.pick<Json>([['a'], [], {}, { like: 'a' }, { like: ['a'] }]);
    const rule = this.#operator();
    return this.isFaulty() ? { ...rule, ...this.#operator() } : rule;
  }

  #operator(): Members {
    switch (this.below(9)) {
      case 0:
        return { exists: this.isFaulty() ? this.scalar() : this.chance(0.5) };
      case 1:
        return { [this.pick(['prefix', 'suffix'])]: this.#end() };
      case 2:
        return { 'equals-ignore-case': this.#operand(TEXTS) };
      case 3:
        return { wildcard: this.#operand(this.#wildcards()) };
      case 4:
        return { numeric: this.#numeric() };
      case 5:
        return { cidr: this.#operand(this.isFaulty(0.3) ? [...BAD_RANGES, ...WORSE_RANGES] : RANGES) };
      case 6:
        return { exactly: this.#operand(TEXTS) };
      default:
        return { 'anything-but': this.#except() };
    }
  }

  #operand(choices: readonly string[]): Json {
    return this.isFaulty() ? this.pick<Json>([1, null, true, [], ['a'], {}]) : this.pick(choices);
  }

  #wildcards(): readonly string[] {
    if (this.isFaulty(0.2)) return BAD_WILDCARDS;
    return this.isFaulty(0.2) ? HARD_WILDCARDS : WILDCARDS;
  }

  #end(): Json {
    if (!this.chance(0.3)) return this.#operand(TEXTS);
    return this.isFaulty(0.1)
      ? this.pick<Json>([{}, { prefix: 'a' }, { 'equals-ignore-case': 'a', prefix: 'a' }])
      : { 'equals-ignore-case': this.#operand(TEXTS) };
  }

  #numeric(): Json {
    if (this.isFaulty(0.1)) return this.pick<Json>(['x', 1, [], {}, [1], [['x']], [null], [{}]]);
    const number = (): Json => (this.isFaulty() ? this.scalar() : this.pick(NUMBERS));
    const operator = (...operators: string[]): Json =>
      this.pick(this.isFaulty() ? ['!=', '>', '=', 1] : operators);
    if (this.chance(0.5)) return [operator('=', '<', '<=', '>', '>='), number()];
    const bottom = this.pick([0, -1, 0.5]);
    const range = [operator('>', '>='), bottom, operator('<', '<='), this.isFaulty() ? number() : bottom + 2];
    if (this.isFaulty(0.1)) return range.slice(0, 1 + this.below(3));
    return this.isFaulty(0.1) ? [...range, this.scalar()] : range;
  }

  #except(): Json {
    if (this.isFaulty(0.1)) return this.scalar();
    if (this.chance(0.2)) return this.chance(0.5) ? this.text() : this.pick(NUMBERS);
    const count = this.isFaulty() ? 0 : 1 + this.below(2);
    if (this.chance(0.3)) return this.many(count, () => (this.isFaulty(0.1) ? this.scalar() : this.text()));
    if (this.chance(0.2)) return this.many(count, () => this.pick(NUMBERS));
    if (this.isFaulty()) return this.pick<Json>([{}, { prefix: 'a', suffix: 'b' }, { numeric: ['<', 1] }]);
    const name = this.pick(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);
    const texts = TEXTS.filter((text) => text !== '' || this.isFaulty(0.3));
    const operand = (): Json => this.#operand(name === 'wildcard' ? this.#wildcards() : texts);
    return { [name]: this.chance(0.4) ? this.many(count, operand) : operand() };
  }
}

/** Draws a pattern and an event as JSON texts. Two of three patterns are sound. */
export function drawPair(seed: number): { readonly pattern: string; readonly event: string } {
  const draw = new Draw(seed, seed % 3 !== 0);
  return { pattern: JSON.stringify(draw.pattern()), event: JSON.stringify(draw.event()) };
}
