/**
 * Rules of composite alarms, for example `ALARM("a") AND NOT OK(b)`.
 * @see CloudWatch API reference, PutCompositeAlarm, "AlarmRule"
 */

export const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type StateValue = (typeof STATES)[number];

export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly code = 'ALARM_RULE_INVALID';
}

export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  /** `alarm` is a name or an ARN. */
  | { readonly kind: 'state'; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: 'not'; readonly rule: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly AlarmRule[] };

const TOKEN =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s()"']+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;
const MAX_LENGTH = 10_240;
/** "Each element in the Rule property ... can contain up to 500 elements" */
const MAX_ELEMENTS = 500;
const MAX_DEPTH = 50;

type Token = { readonly sign: string; readonly state?: StateValue; readonly alarm?: string };

/**
 * Parses the rule of a composite alarm.
 * @throws RuleError if the rule is invalid or too long
 */
export function parseAlarmRule(text: string): AlarmRule {
  if (text.length > MAX_LENGTH)
    throw new RuleError(`has ${text.length} characters; at most ${MAX_LENGTH} are allowed`);
  const parser = new RuleParser(tokenize(text));
  const rule = parser.readOr(0);
  parser.end();
  return rule;
}

export function holds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.rule, stateOf);
    case 'and':
      return rule.rules.every((one) => holds(one, stateOf));
    case 'or':
      return rule.rules.some((one) => holds(one, stateOf));
  }
}

/** Returns the names and ARNs of the alarms that the rule refers to. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
  if (rule.kind === 'state') return [rule.alarm];
  if (rule.kind === 'not') return alarmsIn(rule.rule);
  return rule.kind === 'constant' ? [] : [...new Set(rule.rules.flatMap(alarmsIn))];
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(trimmed);
    if (found === null) throw new RuleError(`cannot be read at "${trimmed.slice(at, at + 30).trim()}"`);
    const [, state, double, single, plain, word = '', sign = ''] = found;
    if (state === undefined) tokens.push({ sign: word || sign });
    else tokens.push({ sign: 'state', state: state as StateValue, alarm: double ?? single ?? plain ?? '' });
    if (tokens.length > MAX_ELEMENTS) throw new RuleError(`has more than ${MAX_ELEMENTS} elements`);
  }
  return tokens;
}

class RuleParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  readOr(depth: number): AlarmRule {
    const rules = [this.#readAnd(depth)];
    while (this.#takes('OR')) rules.push(this.#readAnd(depth));
    const [only, ...others] = rules;
    return only !== undefined && others.length === 0 ? only : { kind: 'or', rules };
  }

  end(): void {
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new RuleError(`has ${left.alarm ?? left.sign} after its end`);
  }

  #readAnd(depth: number): AlarmRule {
    const rules = [this.#readOne(depth)];
    while (this.#takes('AND')) rules.push(this.#readOne(depth));
    const [only, ...others] = rules;
    return only !== undefined && others.length === 0 ? only : { kind: 'and', rules };
  }

  #readOne(depth: number): AlarmRule {
    if (depth > MAX_DEPTH) throw new RuleError(`is nested more than ${MAX_DEPTH} deep`);
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) throw new RuleError('ends early');
    if (token.state !== undefined) return { kind: 'state', state: token.state, alarm: token.alarm ?? '' };
    if (token.sign === 'TRUE' || token.sign === 'FALSE')
      return { kind: 'constant', value: token.sign === 'TRUE' };
    if (token.sign === 'NOT') return { kind: 'not', rule: this.#readOne(depth + 1) };
    if (token.sign !== '(') throw new RuleError(`has ${token.sign} where a condition is expected`);
    const inner = this.readOr(depth + 1);
    if (!this.#takes(')')) throw new RuleError('has a "(" that is not closed');
    return inner;
  }

  #takes(sign: string): boolean {
    const isIt = this.#tokens[this.#at]?.sign === sign;
    if (isIt) this.#at += 1;
    return isIt;
  }
}
