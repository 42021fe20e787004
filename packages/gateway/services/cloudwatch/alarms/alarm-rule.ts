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
  | {
      readonly kind: 'at-least';
      readonly threshold: number;
      /** Whether the threshold is a percentage of the alarms. */
      readonly isPercentage: boolean;
      readonly state: StateValue;
      /** Whether the alarms that are not in the state are counted. */
      readonly isNot: boolean;
      readonly alarms: readonly string[];
    }
  | { readonly kind: 'not'; readonly rule: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly AlarmRule[] };

/**
 * "The AlarmRule can specify as many as 100 "children" alarms. The AlarmRule expression can have as many as 500
 * elements."
 */
const MAX_ALARMS = 100;
const MAX_ELEMENTS = 500;
const MAX_DEPTH = 50;

/**
 * The tokens with which a condition may begin, as CloudWatch lists them (badmintoncryer/cdk-preflight,
 * composite-alarm-rule-syntax).
 */
const CONDITIONS = "'(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA";

/**
 * Parses the rule of a composite alarm. The caller has checked its length.
 * @throws RuleError with AWS's message if the rule is invalid
 */
export function parseAlarmRule(text: string): AlarmRule {
  if (text.trim() !== text)
    throw new RuleError('AlarmRule must not contain leading or trailing whitespace or be null');
  return new RuleParser(text).read();
}

export function holds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'at-least': {
      const { threshold, isPercentage, state, isNot, alarms } = rule;
      const count = alarms.filter((alarm) => (stateOf(alarm) === state) !== isNot).length;
      return isPercentage ? count * 100 >= threshold * alarms.length : count >= threshold;
    }
    case 'not':
      return !holds(rule.rule, stateOf);
    case 'and':
      return rule.rules.every((one) => holds(one, stateOf));
    case 'or':
      return rule.rules.some((one) => holds(one, stateOf));
  }
}

/** Returns the names and ARNs of the alarms that the rule refers to, each once. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
  return [...new Set(allAlarms(rule))];
}

function allAlarms(rule: AlarmRule): readonly string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'at-least':
      return rule.alarms;
    case 'not':
      return allAlarms(rule.rule);
    case 'and':
    case 'or':
      return rule.rules.flatMap(allAlarms);
  }
}

/** Matches a parenthesis, a quoted name, or a word; in the lists of AT_LEAST, commas are tokens, too. */
const TOKEN = /\s*([()]|"[^"]+"|'[^']+'|[^\s()"']+|["'])/y;
const TOKEN_OF_LIST = /\s*([(),]|"[^"]+"|'[^']+'|[^\s(),"']+|["'])/y;
const THRESHOLD = /^(\d{1,5})(%?)$/;

type Token = { readonly text: string; readonly at: number };

class RuleParser {
  readonly #text: string;
  #at = 0;
  /** The pattern of the next token. */
  #pattern = TOKEN;
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): AlarmRule {
    const rule = this.#readOr(0);
    const left = this.#peek();
    if (left !== undefined) throw unsupported(left);
    if (this.#elements > MAX_ELEMENTS) throw tooMany(this.#elements, 'elements', MAX_ELEMENTS);
    const alarms = alarmsIn(rule).length;
    if (alarms > MAX_ALARMS) throw tooMany(alarms, 'alarms', MAX_ALARMS);
    return rule;
  }

  #readOr(depth: number): AlarmRule {
    return this.#readOperands('or', () => this.#readOperands('and', () => this.#readOne(depth)));
  }

  #readOperands(kind: 'and' | 'or', read: () => AlarmRule): AlarmRule {
    const first = read();
    const rules = [first];
    while (this.#takes(kind.toUpperCase())) rules.push(read());
    return rules.length === 1 ? first : { kind, rules };
  }

  #readOne(depth: number): AlarmRule {
    if (depth > MAX_DEPTH)
      throw new RuleError(`Error in AlarmRule [The rule is nested more than ${MAX_DEPTH} deep]`);
    const token = this.#next(CONDITIONS);
    this.#elements += token.text === 'NOT' ? 0 : 1;
    switch (token.text) {
      case 'TRUE':
      case 'FALSE':
        return { kind: 'constant', value: token.text === 'TRUE' };
      case 'NOT':
        return { kind: 'not', rule: this.#readOne(depth + 1) };
      case 'AT_LEAST':
        return this.#readAtLeast();
      case '(': {
        const inner = this.#readOr(depth + 1);
        this.#require(')');
        return inner;
      }
      // AWS's message about this token does not list the allowed tokens (aws/aws-cdk#34662).
      case ')':
        throw unsupported(token);
    }
    const state = STATES.find((one) => one === token.text);
    if (state === undefined) throw unsupported(token, CONDITIONS);
    this.#require('(');
    const alarm = this.#readName();
    this.#require(')');
    return { kind: 'state', state, alarm };
  }

  /** Reads the arguments of AT_LEAST, for example `(60%, NOT OK, (a, b))` (aws/aws-cdk#37692). */
  #readAtLeast(): AlarmRule {
    this.#pattern = TOKEN_OF_LIST;
    this.#require('(');
    const given = this.#next('a number or a percentage');
    const [, threshold, sign] = THRESHOLD.exec(given.text) ?? [];
    if (threshold === undefined) throw unsupported(given, 'a number or a percentage');
    this.#require(',');
    const isNot = this.#takes('NOT');
    const named = this.#next(STATES.join(', '));
    const state = STATES.find((one) => one === named.text);
    if (state === undefined) throw unsupported(named, STATES.join(', '));
    this.#require(',');
    this.#require('(');
    const alarms = [this.#readName()];
    while (this.#takes(',')) alarms.push(this.#readName());
    this.#require(')');
    this.#require(')');
    this.#elements += alarms.length;
    this.#pattern = TOKEN;
    return {
      kind: 'at-least',
      threshold: Number(threshold),
      isPercentage: sign === '%',
      state,
      isNot,
      alarms,
    };
  }

  #readName(): string {
    const token = this.#next('the name or ARN of an alarm');
    if (/^[(),]$/.test(token.text) || (token.text.length === 1 && /["']/.test(token.text)))
      throw unsupported(token);
    return token.text.replace(/^(["'])([\s\S]*)\1$/, '$2');
  }

  #require(sign: string): void {
    const token = this.#next(`'${sign}'`);
    if (token.text !== sign) throw unsupported(token, `'${sign}'`);
  }

  #takes(text: string): boolean {
    const token = this.#peek();
    if (token?.text !== text) return false;
    this.#at = token.at + text.length;
    return true;
  }

  /** @param expected the tokens that are allowed at this position */
  #next(expected: string): Token {
    const token = this.#peek();
    if (token === undefined)
      throw new RuleError(`Error in AlarmRule [The rule ends where it must have: ${expected}]`);
    this.#at = token.at + token.text.length;
    return token;
  }

  #peek(): Token | undefined {
    this.#pattern.lastIndex = this.#at;
    const text = this.#pattern.exec(this.#text)?.[1];
    return text === undefined ? undefined : { text, at: this.#pattern.lastIndex - text.length };
  }
}

function unsupported({ text, at }: Token, expected?: string): RuleError {
  const list = expected === undefined ? '' : `, must be: ${expected}`;
  return new RuleError(`Error in AlarmRule [Unsupported token '${text}' at char ${at}${list}]`);
}

function tooMany(count: number, what: string, most: number): RuleError {
  return new RuleError(`Error in AlarmRule [The rule has ${count} ${what}; at most ${most} are allowed]`);
}
