/**
 * JSONPath in the Jayway dialect, for `$input.path` and `$input.json` and for state machines. A path that can match at
 * most one value returns that value. A path with `*`, `..`, several indexes, a slice or a filter returns a list.
 */
import { type FilterTest, parseFilter } from './json-path-filter.ts';
import { JavaList, JavaMap, type JavaValue } from '@gatewright/velocity/java/values';
import type { RenderBudget } from '@gatewright/velocity/java/render-budget';
import { failure } from '@gatewright/velocity/java/template-error';

type Segment =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly test: FilterTest }
  /** The segment `..`, which applies the next segment at every depth. */
  | { readonly kind: 'deep' }
  | { readonly kind: 'length' };

export type JsonPath = {
  readonly segments: readonly Segment[];
  /** Whether the path can match at most one value. */
  readonly isDefinite: boolean;
};

const STEP_COST = 2;
const MAX_PATH_CHARS = 4_096;

/**
 * Parses a path.
 * @throws TemplateError TEMPLATE_FAILED for an invalid path, for which AWS responds with 500
 */
export function parseJsonPath(text: string): JsonPath {
  const path = text.trim();
  if (path.length > MAX_PATH_CHARS) throw failure(`a JSONPath is longer than ${MAX_PATH_CHARS} characters`);
  return new PathParser(/^[$@]/.test(path) ? path.slice(1) : `.${path}`).parse();
}

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonPath {
    const segments: Segment[] = [];
    while (this.#at < this.#text.length) segments.push(this.#segment());
    if (segments.at(-1)?.kind === 'deep') throw this.#bad('a name after ".."');
    return { segments, isDefinite: segments.every(isDefinite) };
  }

  #bad(expected: string): Error {
    return failure(`a JSONPath is malformed at character ${this.#at + 1}; expected ${expected}`);
  }

  #take(expression: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(expression.source, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found !== null) this.#at = sticky.lastIndex;
    return found;
  }

  #segment(): Segment {
    if (this.#take(/\.\.(?=\[)|\.(?=\.)/) !== null) return { kind: 'deep' };
    if (this.#take(/\.\*/) !== null) return { kind: 'all' };
    if (this.#take(/\.length\(\)/) !== null) return { kind: 'length' };
    const name = this.#take(/\.([^.[\]()*'"\s]+)/)?.[1];
    if (name !== undefined) return { kind: 'names', names: [name] };
    if (this.#take(/\.?\[\s*/) === null) throw this.#bad('"." or "["');
    const segment = this.#bracket();
    if (this.#take(/\s*\]/) === null) throw this.#bad('"]"');
    return segment;
  }

  #bracket(): Segment {
    if (this.#take(/\*/) !== null) return { kind: 'all' };
    if (this.#take(/\?\s*\(/) !== null) return this.#filter();
    const quote = this.#text[this.#at];
    if (quote === "'" || quote === '"') return { kind: 'names', names: this.#list(() => this.#quoted()) };
    const slice = this.#take(/(-?\d{1,10})?\s*:\s*(-?\d{1,10})?(?!\s*:)/);
    if (slice !== null) return { kind: 'slice', from: numberOf(slice[1]), to: numberOf(slice[2]) };
    return { kind: 'indexes', indexes: this.#list(() => this.#index()) };
  }

  #list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.#take(/\s*,\s*/) !== null) items.push(read());
    return items;
  }

  #quoted(): string {
    const found = this.#take(/'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"/);
    if (found === null) throw this.#bad('a quoted name');
    return (found[1] ?? found[2] ?? '').replace(/\\([^])/g, '$1');
  }

  #index(): number {
    const found = this.#take(/-?\d{1,10}/);
    if (found === null) throw this.#bad('an index, a quoted name, "*", ":" or "?("');
    return Number(found[0]);
  }

  #filter(): Segment {
    const { test, end } = parseFilter(this.#text, this.#at, (text) => {
      const path = parseJsonPath(text);
      return (start, budget) => readJsonPath(start, path, budget);
    });
    this.#at = end;
    return { kind: 'filter', test };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function isDefinite(segment: Segment): boolean {
  if (segment.kind === 'indexes') return segment.indexes.length === 1;
  return segment.kind === 'names' || segment.kind === 'length';
}

/**
 * Returns the value at the path, or undefined if there is none. An indefinite path returns a list, which may be empty.
 */
export function readJsonPath(root: JavaValue, path: JsonPath, budget: RenderBudget): JavaValue | undefined {
  const found: JavaValue[] = [];
  collect({ root, segments: path.segments, found, budget }, root, 0, 0);
  return path.isDefinite ? found[0] : new JavaList(found, 'json');
}

type Walk = {
  readonly root: JavaValue;
  readonly segments: readonly Segment[];
  readonly found: JavaValue[];
  readonly budget: RenderBudget;
};

/** Follows the path's segments from index `at`. The nodes that the last segment selects are the results. */
function collect(walk: Walk, node: JavaValue, at: number, depth: number): void {
  // A path step is more expensive than a template step.
  walk.budget.spend(STEP_COST);
  const segment = walk.segments[at];
  if (segment === undefined) walk.found.push(node);
  else if (segment.kind === 'deep') descend(walk, node, at + 1, depth);
  else for (const next of follow(walk, segment, node)) collect(walk, next, at + 1, depth);
}

/** Applies the segment after `..` to this node and all nodes below it, parents first. */
function descend(walk: Walk, node: JavaValue, at: number, depth: number): void {
  walk.budget.checkDepth(depth);
  walk.budget.spend(1);
  if (!(node instanceof JavaMap || node instanceof JavaList)) return;
  // After `..`, a list's items are not filtered when the list itself is visited. The filter is applied to its objects
  // when they are visited below, so that no object is tested twice.
  const isFilteredList = walk.segments[at]?.kind === 'filter' && node instanceof JavaList;
  if (!isFilteredList) collect(walk, node, at, depth);
  for (const child of childrenOf(node)) descend(walk, child, at, depth + 1);
}

function childrenOf(node: JavaValue): readonly JavaValue[] {
  if (node instanceof JavaList) return node.items;
  return node instanceof JavaMap ? node.entries().map(({ value }) => value) : [];
}

function follow(
  walk: Walk,
  segment: Exclude<Segment, { kind: 'deep' }>,
  node: JavaValue,
): readonly JavaValue[] {
  switch (segment.kind) {
    case 'names':
      return node instanceof JavaMap ? named(node, segment.names) : [];
    case 'indexes':
      return node instanceof JavaList ? segment.indexes.flatMap((index) => itemAt(node, index)) : [];
    case 'slice':
      return node instanceof JavaList ? slice(node, segment.from, segment.to) : [];
    case 'all':
      return childrenOf(node);
    case 'filter': {
      const items = node instanceof JavaList ? node.items : node instanceof JavaMap ? [node] : [];
      return items.filter((item) => segment.test(item, walk.root, walk.budget));
    }
    case 'length':
      if (node instanceof JavaMap) return [node.size];
      return [node instanceof JavaList ? node.items.length : null];
  }
}

/**
 * Applies a segment of names. The result of one name is its value, if there is one. The result of several names is one
 * object with the members of these names that exist.
 */
function named(node: JavaMap, names: readonly string[]): readonly JavaValue[] {
  const present = names.filter((name) => node.has(name));
  if (names.length === 1) return present.map((name) => node.get(name));
  return [JavaMap.of(present.map((name) => [name, node.get(name)] as const))];
}

function itemAt({ items }: JavaList, index: number): readonly JavaValue[] {
  const item = items[index < 0 ? items.length + index : index];
  return item === undefined ? [] : [item];
}

/**
 * Returns a slice of a list. As in Jayway, a negative end works only with a negative start or without a start, so
 * `[1:-1]` is empty.
 */
function slice(node: JavaList, from: number | undefined, to: number | undefined): readonly JavaValue[] {
  const { items } = node;
  if (from === undefined || to === undefined) return items.slice(from ?? 0, to);
  const end = Math.min(items.length, to);
  const taken: JavaValue[] = [];
  for (let index = Math.max(from, -items.length); index < end; index += 1) taken.push(...itemAt(node, index));
  return taken;
}
