/** Filters of JSONPath: `[?(@.price < 10 && @.category in ["a"])]`. */
import { areEqual } from '@gatewright/velocity/java/equality';
import { parseJson } from '@gatewright/velocity/java/json';
import { compareNumbers } from '@gatewright/velocity/java/numbers';
import { matchesRegex } from '@gatewright/velocity/java/regex';
import { isJavaNumber, JavaList, type JavaNumber, type JavaValue } from '@gatewright/velocity/java/values';
import type { RenderBudget } from '@gatewright/velocity/java/render-budget';
import { failure } from '@gatewright/velocity/java/template-error';

export type FilterTest = (item: JavaValue, root: JavaValue, budget: RenderBudget) => boolean;

/** Compiles a path that a filter contains. The compiled function returns undefined if the path has no value. */
type ReadPath = (path: string) => (start: JavaValue, budget: RenderBudget) => JavaValue | undefined;

type Operand =
  | {
      readonly kind: 'path';
      readonly value: (item: JavaValue, root: JavaValue, budget: RenderBudget) => JavaValue | undefined;
    }
  | { readonly kind: 'value'; readonly value: JavaValue }
  | { readonly kind: 'regex'; readonly pattern: string };

type Compare = (left: JavaValue | undefined, right: JavaValue | undefined, budget: RenderBudget) => boolean;

const MAX_NESTING = 50;

/**
 * Parses a filter, from the character after `?(` to the closing `)`.
 * @throws TemplateError TEMPLATE_FAILED for an invalid filter, or an operator other than == != < <= > >= =~ in nin &&
 * || !.
 */
export function parseFilter(
  text: string,
  start: number,
  readPath: ReadPath,
): { readonly test: FilterTest; readonly end: number } {
  const parser = new FilterParser(text, start, readPath);
  const test = parser.parse();
  return { test, end: parser.end };
}

class FilterParser {
  readonly #text: string;
  readonly #readPath: ReadPath;
  #at: number;
  #nesting = 0;

  constructor(text: string, start: number, readPath: ReadPath) {
    this.#text = text;
    this.#at = start;
    this.#readPath = readPath;
  }

  get end(): number {
    return this.#at;
  }

  parse(): FilterTest {
    const test = this.#either();
    this.#close();
    return test;
  }

  #take(expression: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(`\\s*(?:${expression.source})`, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found !== null) this.#at = sticky.lastIndex;
    return found;
  }

  #bad(expected: string): Error {
    return failure(`a JSONPath filter is malformed at character ${this.#at + 1}; expected ${expected}`);
  }

  #close(): void {
    if (this.#take(/\)/) === null) throw this.#bad('")", "&&" or "||"');
  }

  #either(): FilterTest {
    const tests = [this.#both()];
    while (this.#take(/\|\|/) !== null) tests.push(this.#both());
    return (item, root, budget) => tests.some((test) => test(item, root, budget));
  }

  #both(): FilterTest {
    const tests = [this.#single()];
    while (this.#take(/&&/) !== null) tests.push(this.#single());
    return (item, root, budget) => tests.every((test) => test(item, root, budget));
  }

  #single(): FilterTest {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw this.#bad(`at most ${MAX_NESTING} terms`);
    if (this.#take(/!(?!=)/) !== null) {
      const test = this.#single();
      return (item, root, budget) => !test(item, root, budget);
    }
    if (this.#take(/\(/) === null) return this.#comparison();
    const test = this.#either();
    this.#close();
    return test;
  }

  #comparison(): FilterTest {
    const left = this.#operand();
    const operator = this.#take(/==|!=|<=|>=|=~|<|>|in\b|nin\b/)?.[0].trim();
    if (operator === undefined) {
      if (left.kind !== 'path') throw this.#bad('a path or a comparison');
      return (item, root, budget) => left.value(item, root, budget) !== undefined;
    }
    const right = this.#operand();
    if (operator === '=~') return matching(left, right, () => this.#bad('a regular expression after "=~"'));
    const compare = COMPARISONS[operator];
    if (compare === undefined || right.kind === 'regex') throw this.#bad('a value');
    return (item, root, budget) =>
      compare(valueOf(left, item, root, budget), valueOf(right, item, root, budget), budget);
  }

  #operand(): Operand {
    const path = this.#take(
      /[@$](?:\.{1,2}(?:[^\s.()[\]=<>!&|,~]+(?:\(\))?|\*)|\[(?:[^[\]'"]|'[^']*'|"[^"]*")*\])*/,
    )?.[0].trim();
    if (path !== undefined) {
      const read = this.#readPath(`$${path.slice(1)}`);
      const isRelative = path.startsWith('@');
      return { kind: 'path', value: (item, root, budget) => read(isRelative ? item : root, budget) };
    }
    const regex = this.#take(/\/((?:[^/\\]|\\[^])*)\/([ims]*)/);
    if (regex !== null) {
      const [, pattern = '', flags = ''] = regex;
      return { kind: 'regex', pattern: flags === '' ? pattern : `(?${flags})${pattern}` };
    }
    const literal = this.#take(
      /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|\[[^\]]*\]|-?\d[\d.eE+-]*|true|false|null/,
    )?.[0];
    const value = literal === undefined ? undefined : parseJson(literal);
    if (value === undefined)
      throw this.#bad('"@", "$", a string, a number, true, false, null, a list or /a regular expression/');
    return { kind: 'value', value };
  }
}

function valueOf(
  operand: Operand,
  item: JavaValue,
  root: JavaValue,
  budget: RenderBudget,
): JavaValue | undefined {
  if (operand.kind === 'path') return operand.value(item, root, budget);
  return operand.kind === 'value' ? operand.value : undefined;
}

function matching(left: Operand, right: Operand, bad: () => Error): FilterTest {
  if (right.kind !== 'regex') throw bad();
  return (item, root, budget) => {
    const value = valueOf(left, item, root, budget);
    return typeof value === 'string' && matchesRegex(value, right.pattern, budget);
  };
}

const isEqual: Compare = (left, right, budget) => {
  if (left === undefined || right === undefined) return left === right;
  const [a, b] = [numberOf(left), numberOf(right)];
  // A number equals a string that contains the same number. Two strings are always compared as strings.
  if (a !== undefined && b !== undefined && typeof left !== typeof right) return compareNumbers(a, b) === 0;
  if (left !== null && right !== null && isJavaNumber(left) && isJavaNumber(right))
    return compareNumbers(left, right) === 0;
  return areEqual(left, right, budget);
};

function numberOf(value: JavaValue): JavaNumber | undefined {
  if (value !== null && isJavaNumber(value)) return value;
  if (typeof value !== 'string') return undefined;
  const parsed = parseJson(value.trim());
  return parsed !== undefined && parsed !== null && isJavaNumber(parsed) ? parsed : undefined;
}

function ordered(holds: (difference: number) => boolean): Compare {
  return (left, right) => {
    if (typeof left === 'string' && typeof right === 'string')
      return holds(left < right ? -1 : Number(left > right));
    if (left === undefined || left === null || right === undefined || right === null) return false;
    return isJavaNumber(left) && isJavaNumber(right) && holds(compareNumbers(left, right));
  };
}

const isIn: Compare = (left, right, budget) =>
  right instanceof JavaList && right.items.some((item) => isEqual(left, item, budget));

const COMPARISONS: Readonly<Record<string, Compare>> = {
  '==': isEqual,
  '!=': (left, right, budget) => !isEqual(left, right, budget),
  '<': ordered((difference) => difference < 0),
  '>': ordered((difference) => difference > 0),
  '<=': ordered((difference) => difference <= 0),
  '>=': ordered((difference) => difference >= 0),
  in: isIn,
  nin: (left, right, budget) => !isIn(left, right, budget),
};
