/**
 * Finds Java patterns that are safe for V8's own RegExp, which cannot be interrupted. In such a pattern, the next
 * character alone decides how to continue. The pattern is deterministic in Glushkov's sense, which means that the
 * positions that may follow a position have no character in common. In addition, a part that may be empty is neither
 * repeated nor an alternative to another part that may be empty. A backtracking matcher then sees each character at
 * most twice, so its time is linear. `a+b+` is such a pattern. `(a+)+`, `.*x.*` and `a*ab` are not, so the engine that
 * counts steps runs them.
 */
import type { CharClass, Ranges } from './regex-classes.ts';
import type { Node } from './regex-parser.ts';

/**
 * The regular expressions of a safe pattern. They have the flags `u` and `y`, so they match code points and do not
 * search.
 */
export type LinearForms = {
  /** The expression for Java's `matches`. */
  readonly whole: RegExp | undefined;
  /** The expression for `find`, if the pattern can only match at the beginning. */
  readonly atStart: RegExp | undefined;
};

/**
 * The maximum length of a text in characters for which V8's RegExp is used. V8 stores a position per character, so the
 * limit bounds V8's stack and the time for one header or field.
 */
export const MAX_LINEAR_CHARS = 65_536;

const MAX_PLACES = 256;

/** A position in the pattern that matches one character, and its possible successors. */
type Place = { readonly ranges: Ranges; readonly next: Set<Place> };

type Part = { readonly first: readonly Place[]; readonly last: readonly Place[]; readonly nullable: boolean };

const EMPTY: Part = { first: [], last: [], nullable: true };

/** Thrown internally for patterns that are not proven safe. */
class NotLinear extends Error {}

export function linearForms(pattern: Node): LinearForms {
  const { start, end, body: written } = stripAnchors(pattern);
  const body = withoutSwallowed(written);
  try {
    new Places().check(body);
    const source = body.map(sourceOf).join('');
    const isAtStart = start === 'start' && (end === undefined || end === 'absoluteEnd');
    return {
      whole: new RegExp(`(?:${source})$`, 'uy'),
      atStart: isAtStart ? new RegExp(`(?:${source})${end === undefined ? '' : '$'}`, 'uy') : undefined,
    };
  } catch (error) {
    if (error instanceof NotLinear) return { whole: undefined, atStart: undefined };
    throw error;
  }
}

/**
 * Tests a text with the same result as the engine that counts steps. Returns undefined if only that engine may test the
 * text.
 */
export function runLinear(form: RegExp | undefined, text: string): boolean | undefined {
  if (form === undefined || text.length > MAX_LINEAR_CHARS) return undefined;
  form.lastIndex = 0;
  return form.test(text);
}

/** Removes a leading `^` and a trailing `$`. They have no effect in `matches`, which always compares the whole text. */
function stripAnchors(pattern: Node) {
  const body = (pattern.kind === 'sequence' ? pattern.parts : [pattern]).filter(
    ({ kind }) => kind !== 'empty',
  );
  let start: 'start' | 'line' | undefined;
  let end: string | undefined;
  const first = body[0];
  if (first?.kind === 'assertion' && (first.assertion === 'start' || first.assertion === 'inputStart')) {
    start = first.multiline && first.assertion === 'start' ? 'line' : 'start';
    body.shift();
  }
  const last = body.at(-1);
  if (last?.kind === 'assertion' && ['end', 'inputEnd', 'absoluteEnd'].includes(last.assertion)) {
    end = last.assertion;
    body.pop();
  }
  return { start, end, body };
}

/**
 * Simplifies patterns such as `\w+\.?[.\w]*` to `\w[.\w]*`. The endless repetition at the end can also match all
 * optional characters of the repetitions before it, so both patterns match the same texts. Patterns for tokens often
 * have this form, and would otherwise be ambiguous.
 */
function withoutSwallowed(nodes: readonly Node[]): readonly Node[] {
  return nodes.map(simplified).reduceRight<readonly Node[]>((behind, node) => {
    const [next] = behind;
    if (node.kind !== 'repeat' || next?.kind !== 'repeat' || next.max !== Infinity) return [node, ...behind];
    const [own, around] = [node.inner, next.inner].map(rangesOf);
    const isTaken = own !== undefined && around !== undefined && isWithin(own, around);
    if (!isTaken || [node.mode, next.mode].includes('possessive')) return [node, ...behind];
    return node.min === 0 ? behind : [{ ...node, max: node.min }, ...behind];
  }, []);
}

function simplified(node: Node): Node {
  if (node.kind === 'sequence') return { ...node, parts: [...withoutSwallowed(node.parts)] };
  return node.kind === 'group' ? { ...node, inner: simplified(node.inner) } : node;
}

function rangesOf(node: Node): Ranges | undefined {
  return node.kind === 'char' ? node.set.ranges : undefined;
}

function isWithin(inner: Ranges, outer: Ranges): boolean {
  return inner.every(([first, last]) => outer.some(([from, to]) => from <= first && last <= to));
}

/**
 * Computes the positions of a pattern and their successors. Counted repetitions are expanded. Ambiguous patterns are
 * refused.
 */
class Places {
  readonly #all: Place[] = [];

  check(body: readonly Node[]): void {
    const { first } = this.#sequence(body);
    refuseOverlap(first);
    for (const { next } of this.#all) refuseOverlap([...next]);
  }

  #sequence(nodes: readonly Node[]): Part {
    return nodes.reduce<Part>((part, node) => join(part, this.#part(node)), EMPTY);
  }

  #part(node: Node): Part {
    switch (node.kind) {
      case 'empty':
        return EMPTY;
      case 'char':
        return this.#place(node.set);
      case 'group':
        return this.#part(node.inner);
      case 'sequence':
        return this.#sequence(node.parts);
      case 'choice':
        return eitherOf(node.parts.map((each) => this.#part(each)));
      case 'repeat':
        return this.#repeat(node);
      default:
        throw new NotLinear();
    }
  }

  #place({ ranges }: CharClass): Part {
    if (ranges === undefined || ranges.length === 0 || this.#all.length === MAX_PLACES) throw new NotLinear();
    const place = { ranges, next: new Set<Place>() };
    this.#all.push(place);
    return { first: [place], last: [place], nullable: false };
  }

  #repeat({ inner, min, max, mode }: Extract<Node, { kind: 'repeat' }>): Part {
    if (mode === 'possessive' || max === 0 || min > MAX_PLACES) throw new NotLinear();
    const once = () => {
      const part = this.#part(inner);
      if (part.nullable) throw new NotLinear();
      return part;
    };
    let tail: Part = EMPTY;
    if (max === Infinity) {
      const loop = once();
      for (const place of loop.last) for (const each of loop.first) place.next.add(each);
      tail = { ...loop, nullable: true };
    } else if (max - min > MAX_PLACES) throw new NotLinear();
    // For example, `x{0,3}` becomes `(x(x(x)?)?)?`.
    else for (let count = min; count < max; count += 1) tail = { ...join(once(), tail), nullable: true };
    for (let count = 0; count < min; count += 1) tail = join(once(), tail);
    return tail;
  }
}

function join(one: Part, other: Part): Part {
  for (const place of one.last) for (const each of other.first) place.next.add(each);
  return {
    first: one.nullable ? [...one.first, ...other.first] : one.first,
    last: other.nullable ? [...one.last, ...other.last] : other.last,
    nullable: one.nullable && other.nullable,
  };
}

function eitherOf(parts: readonly Part[]): Part {
  if (parts.filter(({ nullable }) => nullable).length > 1) throw new NotLinear();
  return {
    first: parts.flatMap(({ first }) => first),
    last: parts.flatMap(({ last }) => last),
    nullable: parts.some(({ nullable }) => nullable),
  };
}

function refuseOverlap(places: readonly Place[]): void {
  const all = places.flatMap(({ ranges }) => ranges).toSorted((one, other) => one[0] - other[0]);
  let end = -1;
  for (const [first, last] of all) {
    if (first <= end) throw new NotLinear();
    end = last;
  }
}

function sourceOf(node: Node): string {
  switch (node.kind) {
    case 'char':
      return classSource(node.set.ranges ?? []);
    case 'group':
      return sourceOf(node.inner);
    case 'sequence':
      return node.parts.map(sourceOf).join('');
    case 'choice':
      return `(?:${node.parts.map(sourceOf).join('|')})`;
    case 'repeat':
      return `(?:${sourceOf(node.inner)}){${node.min},${node.max === Infinity ? '' : node.max}}`;
    default:
      return '';
  }
}

function classSource(ranges: Ranges): string {
  const hex = (code: number) => `\\u{${code.toString(16)}}`;
  return `[${ranges.map(([first, last]) => `${hex(first)}-${hex(last)}`).join('')}]`;
}
