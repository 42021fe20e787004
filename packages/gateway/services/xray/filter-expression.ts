/**
 * Reads the filter expressions of `GetTraceSummaries` (X-Ray developer guide, "Use filter expressions"). Keywords,
 * `service("…")` and annotations are supported. Edges, groups, and conditions on single services are refused with an
 * error that names them.
 */
import { asText } from '@gatewright/aws/json-object';
import { annotationsIn, durationOf, hasFlag, httpOf, responseTimeOf } from './traces.ts';
import type { Segment, Trace } from './traces.ts';

export class InvalidExpression extends Error {
  override readonly name = 'InvalidExpression';
  readonly code = 'FILTER_EXPRESSION';
}

type TraceTest = (trace: Trace) => boolean;

/** AWS's limit for the length of a filter expression. */
const MAX_EXPRESSION = 2_000;
const MAX_DEPTH = 20;

const FLAGS: Readonly<Record<string, TraceTest>> = {
  ok: (trace) => !hasFlag(trace, 'fault') && !hasFlag(trace, 'error') && !hasFlag(trace, 'throttle'),
  fault: (trace) => hasFlag(trace, 'fault'),
  error: (trace) => hasFlag(trace, 'error'),
  throttle: (trace) => hasFlag(trace, 'throttle'),
  partial: (trace) => hasFlag(trace, 'in_progress'),
};

const ofSegments =
  (read: (segment: Segment) => unknown) =>
  ({ segments }: Trace): readonly unknown[] =>
    [...segments.values()].map(read);

/** The values of a trace by keyword. A condition is true if one of the values matches. */
const VALUES: Readonly<Record<string, (trace: Trace) => readonly unknown[]>> = {
  duration: (trace) => [durationOf(trace)],
  responsetime: (trace) => [responseTimeOf(trace)],
  'http.status': ofSegments((segment) => httpOf(segment).response['status']),
  'http.url': ofSegments((segment) => httpOf(segment).request['url']),
  'http.method': ofSegments((segment) => httpOf(segment).request['method']),
  'http.useragent': ofSegments((segment) => httpOf(segment).request['user_agent']),
  'http.clientip': ofSegments((segment) => httpOf(segment).request['client_ip']),
  user: ofSegments(({ fields }) => fields['user']),
  name: ofSegments(({ fields }) => fields['name']),
};

/**
 * Compiles a filter expression.
 * @throws InvalidExpression if the expression is invalid, too long or not supported
 */
export function readFilterExpression(source: string): TraceTest {
  if (source.length > MAX_EXPRESSION)
    throw new InvalidExpression(`the expression is longer than ${MAX_EXPRESSION} characters`);
  const reader = new ExpressionReader(source);
  const test = reader.any(0);
  reader.end();
  return test;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?|!=|<=|>=|[=<>!(){}[\],]|\S)/y;

class ExpressionReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#tokens = [...source.matchAll(new RegExp(TOKEN.source, 'g'))].map(([, token = '']) => token);
  }

  any(depth: number): TraceTest {
    if (depth > MAX_DEPTH) return this.#fail(`the expression is nested deeper than ${MAX_DEPTH} levels`);
    const tests = [this.#all(depth)];
    while (this.#takeWord('OR')) tests.push(this.#all(depth));
    return (trace) => tests.some((test) => test(trace));
  }

  end(): void {
    const next = this.#tokens[this.#at];
    if (next !== undefined) this.#fail(`${next} is unexpected or not supported`);
  }

  #all(depth: number): TraceTest {
    const tests = [this.#one(depth)];
    while (this.#takeWord('AND')) tests.push(this.#one(depth));
    return (trace) => tests.every((test) => test(trace));
  }

  #one(depth: number): TraceTest {
    if (depth > MAX_DEPTH) return this.#fail(`the expression is nested deeper than ${MAX_DEPTH} levels`);
    if (this.#take('!')) {
      const test = this.#one(depth + 1);
      return (trace) => !test(trace);
    }
    if (this.#take('(')) {
      const test = this.any(depth + 1);
      this.#expect(')');
      return test;
    }
    const keyword = this.#next();
    if (keyword === 'service') return this.#service();
    const flag = Object.hasOwn(FLAGS, keyword) ? FLAGS[keyword] : undefined;
    if (flag !== undefined) return this.#flag(flag);
    const annotation = this.#annotation(keyword);
    const values = annotation ?? (Object.hasOwn(VALUES, keyword) ? VALUES[keyword] : undefined);
    if (values === undefined) return this.#fail(`${keyword} is not supported`);
    const compare = this.#comparison();
    return (trace) => values(trace).some((value) => value !== undefined && compare(value));
  }

  #service(): TraceTest {
    this.#expect('(');
    const name = this.#take(')') ? undefined : this.#quoted();
    if (name !== undefined) this.#expect(')');
    if (this.#tokens[this.#at] === '{') return this.#fail('service(…) { … } is not supported');
    return ({ segments }) =>
      name === undefined || [...segments.values()].some(({ fields }) => fields['name'] === name);
  }

  /** Reads `fault`, `fault = true` or `fault != false`. */
  #flag(flag: TraceTest): TraceTest {
    const isEqual = this.#take('=');
    if (!isEqual && !this.#take('!=')) return flag;
    const value = this.#next();
    if (value !== 'true' && value !== 'false') return this.#fail('true or false is expected');
    const wanted = (value === 'true') === isEqual;
    return (trace) => flag(trace) === wanted;
  }

  /** Reads `annotation.key` or `annotation[key]`. */
  #annotation(keyword: string): ((trace: Trace) => readonly unknown[]) | undefined {
    let key = /^annotation\.(.+)$/.exec(keyword)?.[1];
    if (keyword === 'annotation') {
      this.#expect('[');
      key = this.#next();
      this.#expect(']');
    }
    if (key === undefined) return undefined;
    const name = key.replace(/^"|"$/g, '');
    return ({ segments }) =>
      [...segments.values()].flatMap((segment) =>
        annotationsIn(segment).flatMap(([own, value]) => (own === name ? [value] : [])),
      );
  }

  #comparison(): (value: unknown) => boolean {
    const operator = this.#next();
    if (operator === '') return this.#fail('an operator such as = or > is missing at the end');
    const text = this.#tokens[this.#at]?.startsWith('"') === true ? this.#quoted() : undefined;
    const operand = text ?? this.#next();
    const number = text === undefined && operand !== '' ? Number(operand) : NaN;
    if (text === undefined && Number.isNaN(number) && operand !== 'true' && operand !== 'false')
      return this.#fail(`a number, true, false or a quoted string is expected, not ${operand}`);
    const asWritten = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const size = (value: unknown): number => (typeof value === 'number' ? value : NaN);
    const equals = (value: unknown): boolean =>
      Number.isNaN(number) ? asWritten(value) === operand : size(value) === number;
    switch (operator.toUpperCase()) {
      case '=':
        return equals;
      case '!=':
        return (value) => !equals(value);
      case '<':
        return (value) => size(value) < number;
      case '<=':
        return (value) => size(value) <= number;
      case '>':
        return (value) => size(value) > number;
      case '>=':
        return (value) => size(value) >= number;
      case 'CONTAINS':
        return (value) => asText(value)?.includes(operand) === true;
      case 'BEGINSWITH':
        return (value) => asText(value)?.startsWith(operand) === true;
      case 'ENDSWITH':
        return (value) => asText(value)?.endsWith(operand) === true;
      default:
        return this.#fail(`unknown operator ${operator}`);
    }
  }

  #quoted(): string {
    const token = this.#next();
    if (!token.startsWith('"') || token.length < 2)
      return this.#fail(`a quoted string is expected, not ${token === '' ? 'the end' : token}`);
    return token.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  #next(): string {
    const token = this.#tokens[this.#at] ?? '';
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #takeWord(word: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail(`"${token}" is expected`);
  }

  #fail(reason: string): never {
    throw new InvalidExpression(reason);
  }
}
