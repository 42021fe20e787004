/** Compiles patterns of java.util.regex to programs for `regex.ts`. */
import type { CharTest } from './regex-classes.ts';
import { type LinearForms, linearForms } from './regex-linear.ts';
import { type Assertion, type Node, RegexParser } from './regex-parser.ts';
import { TemplateError } from './template-error.ts';

/** One step of the machine in `regex.ts`. */
export type Instruction =
  | { readonly op: 'char'; readonly test: CharTest }
  /** Continues at `first`. If this fails, it continues at `second`. */
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  /** Fails if nothing was consumed since the `save` of the slot. It ends loops whose iterations are empty. */
  | { readonly op: 'progress'; readonly slot: number }
  | { readonly op: 'assert'; readonly kind: Assertion; readonly multiline: boolean }
  | {
      readonly op: 'look';
      readonly isLookbehind: boolean;
      readonly negative: boolean;
      readonly program: readonly Instruction[];
    }
  | { readonly op: 'atomic'; readonly program: readonly Instruction[] }
  | { readonly op: 'backreference'; readonly group: number; readonly ignoreCase: boolean }
  | { readonly op: 'match' };

export type RegexProgram = {
  readonly instructions: readonly Instruction[];
  /** The number of groups, including the whole match, which is group 0. */
  readonly groups: number;
  /** The number of stored positions. There are two positions per group and then one per loop. */
  readonly slots: number;
  readonly names: ReadonlyMap<string, number>;
  /**
   * The equivalent regular expressions for JavaScript's own RegExp. They exist only if they are proven to have the same
   * results in linear time.
   */
  readonly linear: LinearForms;
};

const MAX_PATTERN_CHARS = 1_000;
const MAX_INSTRUCTIONS = 20_000;

/**
 * Compiles a pattern.
 * @param writtenAs the pattern in the syntax in which its author wrote it, which decides whether it is too long
 * @throws TemplateError TEMPLATE_FAILED for a pattern that Java refuses or that is not supported (comments mode,
 * Unicode scripts), TEMPLATE_LIMIT for a pattern that is too long or repeats too much.
 */
export function parseRegex(pattern: string, { writtenAs = pattern } = {}): RegexProgram {
  if (writtenAs.length > MAX_PATTERN_CHARS) {
    throw new TemplateError(
      'TEMPLATE_LIMIT',
      `a regular expression is longer than ${MAX_PATTERN_CHARS} characters`,
    );
  }
  const parser = new RegexParser(pattern);
  const node = parser.parse();
  const emitter = new Emitter(parser.groups * 2);
  const instructions = emitter.program({ kind: 'group', index: 0, inner: node });
  const { groups, names } = parser;
  return { instructions, groups, slots: emitter.slots, names, linear: linearForms(node) };
}

const PROGRAMS = new Map<string, RegexProgram>();
const MAX_PROGRAMS = 256;

/**
 * Works like `parseRegex` with a cache, because a template or an integration response uses the same pattern at each
 * request.
 * @throws TemplateError as `parseRegex`
 */
export function regexProgram(pattern: string): RegexProgram {
  const known = PROGRAMS.get(pattern);
  if (known !== undefined) return known;
  const program = parseRegex(pattern);
  if (PROGRAMS.size >= MAX_PROGRAMS) PROGRAMS.clear();
  PROGRAMS.set(pattern, program);
  return program;
}

/** Emits instructions for nodes. Counted repetitions are expanded, so the number of instructions is limited. */
class Emitter {
  #out: Instruction[] = [];
  #total = 0;
  slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  program(node: Node): readonly Instruction[] {
    const outer = this.#out;
    this.#out = [];
    this.#node(node);
    this.#emit({ op: 'match' });
    const program = this.#out;
    this.#out = outer;
    return program;
  }

  #emit(instruction: Instruction): number {
    this.#total += 1;
    if (this.#total > MAX_INSTRUCTIONS) {
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        'a regular expression repeats too much; use smaller repetition counts',
      );
    }
    return this.#out.push(instruction) - 1;
  }

  #node(node: Node): void {
    switch (node.kind) {
      case 'empty':
        return;
      case 'char':
        this.#emit({ op: 'char', test: node.set.test });
        return;
      case 'assertion':
        this.#emit({ op: 'assert', kind: node.assertion, multiline: node.multiline });
        return;
      case 'backreference':
        this.#emit({ op: 'backreference', group: node.group, ignoreCase: node.ignoreCase });
        return;
      case 'sequence':
        for (const part of node.parts) this.#node(part);
        return;
      case 'choice': {
        this.#choice(node.parts);
        return;
      }
      case 'group':
        this.#emit({ op: 'save', slot: node.index * 2 });
        this.#node(node.inner);
        this.#emit({ op: 'save', slot: node.index * 2 + 1 });
        return;
      case 'look': {
        const { isLookbehind, negative } = node;
        this.#emit({ op: 'look', isLookbehind, negative, program: this.program(node.inner) });
        return;
      }
      case 'atomic':
        this.#emit({ op: 'atomic', program: this.program(node.inner) });
        return;
      case 'repeat':
        if (node.mode !== 'possessive') {
          this.#repeat(node.inner, node.min, node.max, node.mode === 'lazy');
          return;
        }
        this.#emit({ op: 'atomic', program: this.program({ ...node, mode: 'greedy' }) });
    }
  }

  #choice(parts: readonly Node[]): void {
    const jumps: { op: 'jump'; to: number }[] = [];
    parts.forEach((part, at) => {
      const split = { op: 'split' as const, first: 0, second: 0 };
      if (at < parts.length - 1) split.first = this.#emit(split) + 1;
      this.#node(part);
      if (at === parts.length - 1) return;
      const jump = { op: 'jump' as const, to: 0 };
      this.#emit(jump);
      jumps.push(jump);
      split.second = this.#out.length;
    });
    for (const jump of jumps) jump.to = this.#out.length;
  }

  #repeat(inner: Node, min: number, max: number, lazy: boolean): void {
    for (let count = 0; count < min; count += 1) this.#node(inner);
    if (max === Infinity) {
      this.#loop(inner, lazy);
      return;
    }
    const splits = [];
    for (let count = min; count < max; count += 1) {
      splits.push(this.#split());
      this.#node(inner);
    }
    for (const split of splits) this.#aim(split, this.#out.length, lazy);
  }

  #loop(inner: Node, lazy: boolean): void {
    const slot = this.slots;
    this.slots += 1;
    const split = this.#split();
    this.#emit({ op: 'save', slot });
    this.#node(inner);
    this.#emit({ op: 'progress', slot });
    this.#emit({ op: 'jump', to: split.first - 1 });
    this.#aim(split, this.#out.length, lazy);
  }

  #split(): { op: 'split'; first: number; second: number } {
    const split = { op: 'split' as const, first: 0, second: 0 };
    split.first = this.#emit(split) + 1;
    return split;
  }

  /** Sets the target of a split to the instruction after the repeated part. */
  #aim(split: { first: number; second: number }, exit: number, lazy: boolean): void {
    split.second = lazy ? split.first : exit;
    if (lazy) split.first = exit;
  }
}
