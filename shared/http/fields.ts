/**
 * Fields describe values that users write, in requests, fault files and settings. One field is the source of both the
 * reader and the schema of a value. (Access documents are read with shapes instead; a simple shape is a field, see
 * packages/toolkit/authoring/document/shape.ts.)
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { RequestInvalid } from '../errors.ts';
import { MAX_NAME_LENGTH } from '../table/stored-name.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

export type Field<T> = {
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
  /** Text that follows "must be", such as `a whole number from 1 to 10`. */
  readonly expected: string;
  /** Converts the raw value. Returns undefined if the value is not valid. */
  readonly read: (value: unknown, where: Where) => T | undefined;
};

/** The part of a request that contains a value. A JSON body can contain numbers, but a query contains only text. */
export type Where = 'body' | 'query';

export type Fields = Readonly<Record<string, Field<unknown>>>;

export type NoFields = Readonly<Record<string, never>>;

export type ReadFields<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export function text(
  description: string,
  { pattern, maxLength = MAX_NAME_LENGTH }: { readonly pattern?: RegExp; readonly maxLength?: number } = {},
): Field<string> {
  return {
    schema: {
      type: 'string',
      description,
      minLength: 1,
      maxLength,
      ...(pattern !== undefined && { pattern: pattern.source }),
    },
    isRequired: true,
    expected: `1 to ${maxLength} characters${pattern === undefined ? '' : ` of the form ${pattern.source}`}`,
    read: (value) =>
      typeof value === 'string' &&
      value !== '' &&
      value.length <= maxLength &&
      value.isWellFormed() &&
      (pattern?.test(value) ?? true) &&
      !hasControls(value)
        ? value
        : undefined,
  };
}

/** Describes a whole number. In a query, its decimal digits are accepted as text. */
export function wholeNumber(
  description: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): Field<number> {
  return {
    schema: {
      type: 'integer',
      ...(description !== undefined && { description }),
      minimum: min,
      maximum: max,
    },
    isRequired: true,
    expected: `a whole number from ${min} to ${max}`,
    read(value, where) {
      const isDigits = where === 'query' && typeof value === 'string' && /^-?\d{1,16}$/.test(value);
      const number = isDigits ? Number(value) : value;
      return typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max
        ? number
        : undefined;
    },
  };
}

export function number({ min, max }: { readonly min: number; readonly max: number }): Field<number> {
  return {
    schema: { type: 'number', minimum: min, maximum: max },
    isRequired: true,
    expected: `a number from ${min} to ${max}`,
    read: (value) => (typeof value === 'number' && value >= min && value <= max ? value : undefined),
  };
}

export function flag(): Field<boolean> {
  return {
    schema: { type: 'boolean' },
    isRequired: true,
    expected: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

/**
 * Describes a value with a special rule. Use it only in files that have no schema.
 * @param expected the text that follows "must be"
 */
export function valueOf<T>(expected: string, read: (value: unknown) => T | undefined): Field<T> {
  return { schema: {}, isRequired: true, expected, read };
}

export function oneOf<const T extends string>(
  description: string | undefined,
  words: readonly T[],
): Field<T> {
  return {
    schema: { type: 'string', ...(description !== undefined && { description }), enum: words },
    isRequired: true,
    expected: words.length === 1 ? `"${words[0] ?? ''}"` : `one of ${words.join(', ')}`,
    read: (value) => words.find((word) => word === value),
  };
}

/** Matches a month, such as `2026-11`. */
export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/**
 * Returns the shape of an instant such as `2026-11-20T00:00:00Z`, or a day such as `2026-11-20` (its beginning in UTC).
 * The value is in epoch milliseconds.
 */
export function instant(description: string): Field<number> {
  return {
    schema: { type: 'string', description, pattern: INSTANT.source },
    isRequired: true,
    expected: 'an instant such as 2026-11-20T00:00:00Z, or a day such as 2026-11-20',
    read(value) {
      if (typeof value !== 'string' || !INSTANT.test(value) || !isDay(value.slice(0, 10))) return undefined;
      const epochMs = Date.parse(value);
      return Number.isNaN(epochMs) ? undefined : epochMs;
    },
  };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Whether the text is an existing day. The check is needed because V8 reads 31 February as 3 March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, isRequired: false };
}

/**
 * Reads all fields of a JSON object or a query.
 * @throws RequestInvalid naming the first field that is missing, wrong or unknown. Unknown fields are errors, because a
 * misspelled field would otherwise be ignored silently.
 */
export function readFields<F extends Fields>(fields: F, value: unknown, where: Where): ReadFields<F> {
  if (!isJsonObject(value)) throw new RequestInvalid(where, 'must be a JSON object');
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  const known = Object.keys(fields).join(', ');
  if (unknown !== undefined)
    throw new RequestInvalid(
      unknown.slice(0, 64),
      `is unknown; ${known === '' ? 'no members are accepted' : `expected one of ${known}`}`,
    );
  const read = Object.entries(fields).map(([name, field]) => {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined && !field.isRequired) return [name, undefined] as const;
    const taken = found === undefined ? undefined : field.read(found, where);
    if (taken === undefined) throw new RequestInvalid(name, `must be ${field.expected}`);
    return [name, taken] as const;
  });
  return Object.fromEntries(read) as ReadFields<F>;
}

export function schemaOf(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    required: entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
    additionalProperties: false,
  };
}

/** Whether a value has control characters. A name must not have any, because they would corrupt a log line. */
export function hasControls(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- it looks for exactly these
  return /[\x00-\x1f\x7f-\x9f]/.test(value);
}
