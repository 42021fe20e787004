/**
 * Implements java.util.regex for templates. Neither Java's nor JavaScript's engine can be interrupted, so `(a+)+$` on a
 * long text would hang the gateway. This engine backtracks as Java's does, but uses an explicit stack and subtracts
 * every step from the render's budget. A hostile pattern therefore ends in a TemplateError. Patterns that are proven to
 * be safe run as a RegExp (`regex-linear.ts`).
 */
import { runLinear } from './regex-linear.ts';
import type { Assertion } from './regex-parser.ts';
import { type Instruction, regexProgram, type RegexProgram } from './regex-program.ts';
import type { RenderBudget } from './render-budget.ts';
import { failure, TemplateError } from './template-error.ts';

/** The start and end of each group. They are -1 if the group did not match. */
type Slots = number[];

type Found = { readonly start: number; readonly end: number; readonly slots: Slots };

const MAX_STACK = 3_000_000;
const STEPS_PER_PAYMENT = 256;

class Matcher {
  readonly #program: RegexProgram;
  readonly #text: string;
  readonly #budget: RenderBudget;
  #steps = 0;

  constructor(pattern: string | RegexProgram, text: string, budget: RenderBudget) {
    budget.spend(typeof pattern === 'string' ? 1 + pattern.length : 1);
    this.#program = typeof pattern === 'string' ? regexProgram(pattern) : pattern;
    this.#text = text;
    this.#budget = budget;
  }

  get groups(): number {
    return this.#program.groups;
  }

  groupNamed(name: string): number | undefined {
    return this.#program.names.get(name);
  }

  /** Whether the whole text matches, like Java's `matches`. */
  matchesAll(): boolean {
    this.#budget.spendChars(this.#text.length);
    const known = runLinear(this.#program.linear.whole, this.#text);
    if (known !== undefined) return known;
    return this.#start(0, this.#text.length) !== undefined;
  }

  finds(): boolean {
    this.#budget.spendChars(this.#text.length);
    const known = runLinear(this.#program.linear.atStart, this.#text);
    if (known !== undefined) return known;
    return this.#find(0) !== undefined;
  }

  /**
   * Finds all matches, like repeated calls to Java's `find`. After an empty match, the search continues at the next
   * character.
   */
  *findAll(): Generator<Found> {
    let from = 0;
    while (from <= this.#text.length) {
      const found = this.#find(from);
      if (found === undefined) return;
      yield found;
      from = found.end === found.start ? found.end + 1 : found.end;
    }
  }

  #find(from: number): Found | undefined {
    for (let start = from; start <= this.#text.length; start += 1) {
      const slots = this.#start(start, undefined);
      if (slots !== undefined) return { start: slots[0] ?? start, end: slots[1] ?? start, slots };
    }
    return undefined;
  }

  #start(start: number, mustEnd: number | undefined): Slots | undefined {
    const slots = new Array<number>(this.#program.slots).fill(-1);
    const end = this.#run(this.#program.instructions, start, slots, mustEnd);
    return end === undefined ? undefined : slots;
  }

  #pay(stackSize: number): void {
    this.#steps += 1;
    if (this.#steps < STEPS_PER_PAYMENT) return;
    this.#steps = 0;
    this.#budget.spend(STEPS_PER_PAYMENT);
    if (stackSize > MAX_STACK)
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        'a regular expression requires too much backtracking; simplify it',
      );
  }

  /**
   * Runs a program and returns the end of the match, with the groups in `slots`. The stack contains triples: places to
   * resume (instruction, position, -1) and slots to restore (slot, value, -2).
   */
  #run(
    program: readonly Instruction[],
    start: number,
    slots: Slots,
    mustEnd: number | undefined,
  ): number | undefined {
    const stack: number[] = [];
    let at = 0;
    let position = start;
    for (;;) {
      this.#pay(stack.length);
      const instruction = program[at];
      if (instruction === undefined) return undefined;
      let holds = true;
      switch (instruction.op) {
        case 'match':
          if (mustEnd === undefined || position === mustEnd) return position;
          holds = false;
          break;
        case 'split':
          stack.push(instruction.second, position, -1);
          at = instruction.first;
          continue;
        case 'jump':
          at = instruction.to;
          continue;
        case 'save':
          stack.push(instruction.slot, slots[instruction.slot] ?? -1, -2);
          slots[instruction.slot] = position;
          break;
        default: {
          const next = this.#consume(instruction, position, slots, stack);
          holds = next !== undefined;
          position = next ?? position;
        }
      }
      if (holds) {
        at += 1;
        continue;
      }
      const resumed = backtrack(stack, slots);
      if (resumed === undefined) return undefined;
      [at, position] = resumed;
    }
  }

  /**
   * Returns the position after an instruction that matches at `position`; undefined if the instruction does not match.
   */
  #consume(
    instruction: Exclude<Instruction, { op: 'match' | 'split' | 'jump' | 'save' }>,
    position: number,
    slots: Slots,
    stack: number[],
  ): number | undefined {
    switch (instruction.op) {
      case 'char': {
        const code = this.#text.codePointAt(position);
        if (code === undefined || !instruction.test(code)) return undefined;
        return position + (code > 0xffff ? 2 : 1);
      }
      case 'progress':
        return slots[instruction.slot] === position ? undefined : position;
      case 'assert':
        return this.#holds(instruction.kind, instruction.multiline, position) ? position : undefined;
      case 'backreference':
        return this.#repeats(instruction.group, instruction.ignoreCase, position, slots);
      case 'atomic':
        return this.#inner(instruction.program, position, undefined, slots, stack);
      case 'look': {
        const seen = instruction.isLookbehind
          ? this.#lookBehind(instruction.program, position, slots, stack)
          : this.#inner(instruction.program, position, undefined, slots, stack);
        return (seen === undefined) === instruction.negative ? position : undefined;
      }
    }
  }

  /**
   * Runs a part of a pattern that backtracking does not enter again, such as a lookahead. If the match backtracks to a
   * position before the part, the groups that the part has set are restored from the stack.
   */
  #inner(
    program: readonly Instruction[],
    start: number,
    mustEnd: number | undefined,
    slots: Slots,
    stack: number[],
  ): number | undefined {
    const attempt = [...slots];
    const end = this.#run(program, start, attempt, mustEnd);
    if (end === undefined) return undefined;
    attempt.forEach((value, slot) => {
      const before = slots[slot] ?? -1;
      if (before === value) return;
      stack.push(slot, before, -2);
      slots[slot] = value;
    });
    return end;
  }

  #lookBehind(
    program: readonly Instruction[],
    end: number,
    slots: Slots,
    stack: number[],
  ): number | undefined {
    for (let start = end; start >= 0; start -= 1) {
      if (this.#inner(program, start, end, slots, stack) !== undefined) return end;
    }
    return undefined;
  }

  #repeats(group: number, ignoreCase: boolean, position: number, slots: Slots): number | undefined {
    const start = slots[group * 2] ?? -1;
    const end = slots[group * 2 + 1] ?? -1;
    if (group >= this.#program.groups || start === -1 || end === -1) return undefined;
    const length = end - start;
    this.#budget.spendChars(length);
    const [expected, actual] = [this.#text.slice(start, end), this.#text.slice(position, position + length)];
    const fold = (part: string): string => (ignoreCase ? part.toLowerCase() : part);
    return fold(expected) === fold(actual) ? position + length : undefined;
  }

  #holds(kind: Assertion, multiline: boolean, position: number): boolean {
    const text = this.#text;
    switch (kind) {
      case 'start':
        return position === 0 || (multiline && position < text.length && isLineEnd(text, position - 1));
      case 'end':
        return (
          position === text.length ||
          isBeforeLastLineEnd(text, position) ||
          (multiline && isLineEnd(text, position))
        );
      case 'inputStart':
        return position === 0;
      case 'inputEnd':
        return position === text.length || isBeforeLastLineEnd(text, position);
      case 'absoluteEnd':
        return position === text.length;
      case 'wordBoundary':
        return isWordChar(text, position - 1) !== isWordChar(text, position);
      case 'noWordBoundary':
        return isWordChar(text, position - 1) === isWordChar(text, position);
    }
  }
}

/**
 * Returns to the last choice, and restores the slots that were set after it. Returns undefined if there are no more
 * choices.
 */
function backtrack(stack: number[], slots: Slots): readonly [number, number] | undefined {
  for (;;) {
    const kind = stack.pop();
    const value = stack.pop();
    const target = stack.pop();
    if (kind === undefined || value === undefined || target === undefined) return undefined;
    if (kind === -1) return [target, value];
    slots[target] = value;
  }
}

function isLineEnd(text: string, at: number): boolean {
  return '\n\r\u0085\u2028\u2029'.includes(text.charAt(at) || ' ');
}

/** Whether a position is directly before the line break at the end of the text. `$` also matches there. */
function isBeforeLastLineEnd(text: string, at: number): boolean {
  const rest = text.length - at;
  if (rest === 2) return text.endsWith('\r\n');
  return rest === 1 && isLineEnd(text, at) && !(text[at] === '\n' && text[at - 1] === '\r');
}

function isWordChar(text: string, at: number): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(text.charAt(at));
}

/** Whether the whole text matches, like Java's `String.matches`. The pattern may already be compiled. */
export function matchesRegex(text: string, pattern: string | RegexProgram, budget: RenderBudget): boolean {
  return new Matcher(pattern, text, budget).matchesAll();
}

/** Whether a program matches anywhere in the text, like Java's `find`. */
export function findsRegex(text: string, program: RegexProgram, budget: RenderBudget): boolean {
  return new Matcher(program, text, budget).finds();
}

/**
 * Replaces all matches, like Java's `replaceAll`, or only the first match, like `replaceFirst`. `$1` and `\` have a
 * special meaning in `replacement`.
 */
export function replaceRegex(
  text: string,
  pattern: string,
  replacement: string,
  onlyFirst: boolean,
  budget: RenderBudget,
): string {
  const matcher = new Matcher(pattern, text, budget);
  let result = '';
  let last = 0;
  for (const found of matcher.findAll()) {
    result += text.slice(last, found.start) + expand(replacement, matcher, found, text);
    budget.spendChars(replacement.length);
    budget.checkLength(result.length);
    last = found.end;
    if (onlyFirst) break;
  }
  return result + text.slice(last);
}

function expand(replacement: string, matcher: Matcher, found: Found, text: string): string {
  if (!/[\\$]/.test(replacement)) return replacement;
  let result = '';
  for (let at = 0; at < replacement.length; at += 1) {
    const char = replacement.charAt(at);
    if (char === '\\') {
      at += 1;
      if (at === replacement.length)
        throw failure('the replacement ends with a backslash, which escapes nothing');
      result += replacement.charAt(at);
    } else if (char === '$') {
      const [group, length] = readGroup(replacement, at, matcher);
      const [start, end] = [found.slots[group * 2] ?? -1, found.slots[group * 2 + 1] ?? -1];
      if (start >= 0) result += text.slice(start, end);
      at += length - 1;
    } else {
      result += char;
    }
  }
  return result;
}

/**
 * Reads a reference to a group, such as `$1`, `$12` or `${name}`. Returns the group's number and the length of the
 * reference. Digits are read as long as they form the number of an existing group.
 */
function readGroup(replacement: string, at: number, matcher: Matcher): readonly [number, number] {
  const named = /^\$\{([a-zA-Z][a-zA-Z\d]*)\}/.exec(replacement.slice(at, at + 100));
  if (named !== null) {
    const group = matcher.groupNamed(named[1] ?? '');
    if (group === undefined)
      throw failure('the replacement refers to a named group that the regular expression does not have');
    return [group, named[0].length];
  }
  const digits = /^\$(\d+)/.exec(replacement.slice(at, at + 10))?.[1];
  if (digits === undefined)
    throw failure(
      'in the replacement, a $ must be followed by a group number or ${name}; write \\$ for a dollar sign',
    );
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) < matcher.groups) length += 1;
  const group = Number(digits.slice(0, length));
  if (group >= matcher.groups) throw failure(`the replacement names group ${group}, which does not exist`);
  return [group, length + 1];
}

/**
 * Splits a text, like Java's `split`. A positive `limit` is the maximum number of parts. If `limit` is 0, empty parts
 * at the end are dropped.
 */
export function splitRegex(text: string, pattern: string, limit: number, budget: RenderBudget): string[] {
  const matcher = new Matcher(pattern, text, budget);
  const parts: string[] = [];
  let last = 0;
  for (const { start, end } of matcher.findAll()) {
    if (limit > 0 && parts.length === limit - 1) break;
    // An empty match at the start does not produce an empty first part.
    if (end === 0) continue;
    parts.push(text.slice(last, start));
    budget.spend(1);
    last = end;
  }
  if (last === 0) return [text];
  parts.push(text.slice(last));
  if (limit === 0) while (parts.at(-1) === '') parts.pop();
  return parts;
}
