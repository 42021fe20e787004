/**
 * Defines shapes, which describe user input. The reader and the JSON Schema for editors are both created from the same
 * shape. The deployed functions do not contain this module.
 */

import { isJsonObject } from '@gatewright/aws/json-object';
import * as field from '@gatewright/handlers/http/fields';
import type { Field, JsonSchema } from '@gatewright/handlers/http/fields';

/** A place in the document, such as `['rules', 2, 'effect']`. */
export type Path = readonly (string | number)[];

/** Reports a mistake. `at` is `key` if the mistake is in the key and not in its value. */
type Report = (path: Path, message: string, at?: 'key') => void;

export type Shape<T> = {
  /** Reads a value. Returns undefined if the value has a mistake, after reporting it. */
  readonly read: (value: unknown, path: Path, report: Report) => T | undefined;
  readonly schema: JsonSchema;
  /**
   * The text in messages that tells users what to write, for example `an https URL, such as https://issuer.example/`.
   */
  readonly expected: string;
};

export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Read<Required extends Fields, Optional extends Fields> = {
  readonly [K in keyof Required]: ShapeOf<Required[K]>;
} & { readonly [K in keyof Optional]?: ShapeOf<Optional[K]> };

const NUMBER_OF_KNOWN_SHOWN = 12;

/** Returns the shape of a string that matches a pattern. Messages say "must be" and then `expected`. */
export function text(pattern: RegExp, expected: string): Shape<string> {
  return leaf(
    { type: 'string', pattern: pattern.source, description: capitalise(expected) },
    expected,
    (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
  );
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return ofField(field.oneOf(undefined, words));
}

export function literal<const T extends number | boolean>(only: T): Shape<T> {
  return leaf({ const: only }, String(only), (value) => (value === only ? only : undefined));
}

export function integer(min: number, max: number): Shape<number> {
  return ofField(field.wholeNumber(undefined, { min, max }));
}

export function flag(): Shape<boolean> {
  return ofField(field.flag());
}

/** Returns the shape of a string, number or boolean that is compared with a claim. */
export function scalar(): Shape<string | number | boolean> {
  return leaf({ type: ['string', 'number', 'boolean'] }, 'a string, a number, true or false', (value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined,
  );
}

function ofField<T>({ schema, expected, read }: Field<T>): Shape<T> {
  return leaf(schema, expected, (value) => read(value, 'body'));
}

function leaf<T>(schema: JsonSchema, expected: string, take: (value: unknown) => T | undefined): Shape<T> {
  return {
    schema,
    expected,
    read(value, path, report) {
      const taken = take(value);
      if (taken === undefined) report(path, `must be ${expected}, not ${show(value)}`);
      return taken;
    },
  };
}

/** Returns the shape of a list without repetitions. */
export function list<T>(item: Shape<T>, min = 1, max = 200): Shape<readonly T[]> {
  const expected = `a list of ${min} to ${max} entries`;
  return {
    schema: { type: 'array', items: item.schema, minItems: min, maxItems: max, uniqueItems: true },
    expected,
    read(value, path, report) {
      if (!Array.isArray(value) || !inRange(value.length, min, max)) {
        const hint = Array.isArray(value) ? `it has ${value.length}` : `write [ ${show(value)} ]`;
        report(path, `must be ${expected}; ${hint}`);
        return undefined;
      }
      const items: readonly unknown[] = value;
      const seen = new Set<string>();
      return all(items, (entry, index) => {
        const place = [...path, index];
        const text = JSON.stringify(entry);
        if (seen.has(text)) report(place, `is listed twice: ${show(entry)}`);
        seen.add(text);
        return item.read(entry, place, report);
      });
    },
  };
}

/**
 * Returns the shape of a map whose keys are chosen by the user. Its size is limited, because the compiled result may
 * grow with the square of this size.
 */
export function record<T>(
  name: RegExp,
  wantedName: string,
  item: Shape<T>,
  min = 0,
  max = 500,
): Shape<Readonly<Record<string, T>>> {
  return {
    schema: {
      type: 'object',
      propertyNames: { pattern: name.source },
      additionalProperties: item.schema,
      minProperties: min,
      maxProperties: max,
    },
    expected: `a map from ${wantedName} to ${item.expected}`,
    read(value, path, report) {
      const entries = entriesOf(value, path, report);
      if (entries === undefined) return undefined;
      if (entries.length < min) report(path, `needs at least ${min} entry`);
      if (entries.length > max) {
        report(path, `has ${entries.length} entries; the limit is ${max}`);
        return undefined;
      }
      const read = all(entries, ([key, entry]) => {
        if (!name.test(key)) report([...path, key], `the name must be ${wantedName}`, 'key');
        const taken = item.read(entry, [...path, key], report);
        return taken === undefined ? undefined : ([key, taken] as const);
      });
      return read && Object.fromEntries(read);
    },
  };
}

/** Returns the shape of a map with fixed keys. Any other key is a mistake. */
export function object<R extends Fields, O extends Fields>(required: R, optional: O): Shape<Read<R, O>> {
  const fields: Fields = { ...required, ...optional };
  const names = Object.keys(fields);
  return {
    schema: {
      type: 'object',
      properties: mapValues(fields, ({ schema }) => schema),
      required: Object.keys(required),
      additionalProperties: false,
    },
    expected: `a map with ${names.slice(0, NUMBER_OF_KNOWN_SHOWN).join(', ')}`,
    read(value, path, report) {
      const entries = entriesOf(value, path, report);
      if (entries === undefined) return undefined;
      const given = new Map(entries);
      for (const [name, { expected }] of Object.entries(required))
        if (!given.has(name)) report(path, `"${name}" is missing: write ${name}: ${expected}`);
      const read = all(entries, ([name, entry]) => {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (field === undefined) {
          report([...path, name], unknownKey(name, names), 'key');
          return undefined;
        }
        const taken = field.read(entry, [...path, name], report);
        return taken === undefined ? undefined : ([name, taken] as const);
      });
      const isWhole = Object.keys(required).every((name) => given.has(name));
      return read && isWhole ? (Object.fromEntries(read) as Read<R, O>) : undefined;
    },
  };
}

/** Returns the shape of a map that has one of several shapes. Its member `tag` determines which one. */
export function variant<V extends Readonly<Record<string, Shape<unknown>>>>(
  tag: string,
  variants: V,
): Shape<{ [K in keyof V]: ShapeOf<V[K]> }[keyof V]> {
  const expected = `one of ${Object.keys(variants).join(', ')}`;
  return {
    schema: { type: 'object', required: [tag], oneOf: Object.values(variants).map(({ schema }) => schema) },
    expected: `a map with ${tag}: ${expected}`,
    read(value, path, report) {
      const entries = entriesOf(value, path, report);
      if (entries === undefined) return undefined;
      const kind = new Map(entries).get(tag);
      const chosen = typeof kind === 'string' && Object.hasOwn(variants, kind) ? variants[kind] : undefined;
      if (chosen !== undefined) return chosen.read(value, path, report) as never;
      if (kind === undefined) report(path, `"${tag}" is missing: write ${tag}: ${expected}`);
      else report([...path, tag], `must be ${expected}, not ${show(kind)}`);
      return undefined;
    },
  };
}

/** Returns a shape that accepts either of two shapes. They must differ in their JSON type. */
export function either<A, B>(
  first: Shape<A>,
  second: Shape<B>,
  isFirst: (value: unknown) => boolean,
): Shape<A | B> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    expected: `${first.expected}, or ${second.expected}`,
    read: (value, path, report) =>
      isFirst(value) ? first.read(value, path, report) : second.read(value, path, report),
  };
}

/** Returns a shape that contains itself. `name` is its key in the definitions of the schema. */
export function recursive<T>(name: string, expected: string, shape: () => Shape<T>): Shape<T> {
  return {
    schema: { $ref: `#/definitions/${name}` },
    expected,
    read: (value, path, report) => shape().read(value, path, report),
  };
}

/** Adds a rule to a shape. `check` returns the message if a value breaks the rule. */
export function refine<T>(
  shape: Shape<T>,
  rule: JsonSchema,
  check: (read: T) => string | undefined,
): Shape<T> {
  return {
    schema: { ...shape.schema, ...rule },
    expected: shape.expected,
    read(value, path, report) {
      const read = shape.read(value, path, report);
      const breach = read === undefined ? undefined : check(read);
      if (breach === undefined) return read;
      report(path, breach);
      return undefined;
    },
  };
}

export function mapped<A, B>(shape: Shape<A>, change: (read: A) => B): Shape<B> {
  return {
    ...shape,
    read(value, path, report) {
      const read = shape.read(value, path, report);
      return read === undefined ? undefined : change(read);
    },
  };
}

export function described<T>(shape: Shape<T>, description: string): Shape<T> {
  return { ...shape, schema: { ...shape.schema, description } };
}

/** Reads all entries. It does not stop at a mistake, so that all mistakes are reported at once. */
function all<T, R>(entries: readonly T[], read: (entry: T, index: number) => R | undefined): R[] | undefined {
  const taken = entries.map(read);
  const whole = taken.filter((entry) => entry !== undefined);
  return whole.length === taken.length ? whole : undefined;
}

function entriesOf(value: unknown, path: Path, report: Report): [string, unknown][] | undefined {
  if (isJsonObject(value)) return Object.entries(value);
  report(path, `must be a map of names to values, not ${show(value)}`);
  return undefined;
}

function unknownKey(name: string, known: readonly string[]): string {
  const close = known.find((candidate) => isClose(candidate, name));
  const hint = close === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${close}"?`;
  return `unknown key "${name.slice(0, 60)}": ${hint}`;
}

/** Whether two words differ by only one letter (added, missing or changed) or by two swapped letters. */
export function isClose(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  );
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return JSON.stringify(value).slice(0, 60);
}

function capitalise(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function inRange(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function mapValues<T, R>(map: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
