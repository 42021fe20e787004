/**
 * Converts JSON to Java values and back, like the library behind `$input`. Parsing is lenient, because AWS's own CDK
 * sends `{ statusCode: 200 }`. Numbers keep their class and are printed as in Java.
 */
import { parseInteger, printNumber } from './numbers.ts';
import { printValue } from './printing.ts';
import {
  isJavaNumber,
  JavaBigDecimal,
  JavaDouble,
  JavaEntry,
  JavaList,
  JavaMap,
  JavaMapView,
  type JavaValue,
} from './values.ts';
import { hasTooManyNames, MAX_NAMES } from './member-names.ts';
import { MAX_VALUE_DEPTH, type RenderBudget } from './render-budget.ts';
import { TemplateError } from './template-error.ts';

/** Results of `JSON.parse`. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Parses JSON text leniently. Names and strings may have single quotes or no quotes, and trailing commas are allowed.
 * Returns undefined for a text that still cannot be parsed, or that has more than 200 levels.
 * @throws TemplateError TEMPLATE_LIMIT if the text has too many names, or a number with more than 2,000 digits
 *
 * @example
 * ```ts
 * import { DEFAULT_RENDER_LIMITS, fromJavaValue, parseJson, RenderBudget } from '@gatewright/velocity';
 *
 * const value = parseJson("{a: 'b',}");
 * fromJavaValue(value ?? null, new RenderBudget(DEFAULT_RENDER_LIMITS)) // → { a: 'b' }
 * parseJson('{') // → undefined
 * ```
 */
export function parseJson(text: string): JavaValue | undefined {
  if (hasTooManyNames(text))
    throw new TemplateError('TEMPLATE_LIMIT', `a JSON text has more than ${MAX_NAMES} different names`);
  const reader = new JsonReader(text);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}
const NOT_JSON = new NotJson('not JSON');

const NUMBER = /^-?\d+$/;
const DECIMAL = /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const WITHOUT_EXPONENT = /^-?\d+(?:\.\d*)?[eE][+-]$/;
/** json-smart ends a number before any character from `~` on, and ignores what follows the value: `5€` is 5. */
const NUMBER_BEFORE_OTHER = /^(-?\d*(?:\.\d*)?(?:[eE][+-]?\d+)?)[ \t\n\r]*[~-\uffff]/;
/** White space of Java's `Character.isWhitespace`, which does not include the no-break space. */
const SPACE = '\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000';
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
/** A number with more digits than a double can represent becomes a BigDecimal. */
const MAX_DOUBLE_DIGITS = 18;

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JavaValue {
    // Text after a complete value is ignored.
    return this.#value('', 0);
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '.')) this.#at += 1;
  }

  /**
   * Parses a value.
   * @param stops characters that end an unquoted text
   */
  #value(stops: string, depth: number): JavaValue {
    if (depth > MAX_VALUE_DEPTH) throw NOT_JSON;
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case undefined:
      case ':':
      case '}':
      case ']':
        throw NOT_JSON;
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
      case "'":
        return this.#quoted();
      default:
        return scalarOf(stops === '' ? this.#bareText() : this.#bare(stops));
    }
  }

  /** Reads an unquoted text that makes up the whole JSON text. */
  #bareText(): string {
    const number = NUMBER_BEFORE_OTHER.exec(this.#text.slice(this.#at))?.[1];
    return number || this.#bare('');
  }

  #object(depth: number): JavaMap {
    const map = new JavaMap();
    this.#at += 1;
    for (;;) {
      this.#skipSpace();
      const char = this.#text[this.#at];
      if (char === '}') break;
      if (char === ',') {
        this.#at += 1;
        continue;
      }
      const key = char === '"' || char === "'" ? this.#quoted() : this.#bare(':');
      this.#skipSpace();
      if (this.#text[this.#at] !== ':' || (key === '' && char === ':')) throw NOT_JSON;
      this.#at += 1;
      map.put(key, this.#value(',}', depth + 1));
      this.#endOfItem('}');
    }
    this.#at += 1;
    return map;
  }

  #array(depth: number): JavaList {
    const items: JavaValue[] = [];
    this.#at += 1;
    for (;;) {
      this.#skipSpace();
      const char = this.#text[this.#at];
      if (char === ']') break;
      if (char === ',') {
        this.#at += 1;
        continue;
      }
      items.push(this.#value(',]', depth + 1));
      this.#endOfItem(']');
    }
    this.#at += 1;
    return new JavaList(items, 'json');
  }

  #endOfItem(close: string): void {
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === ',') this.#at += 1;
    else if (char !== close) throw NOT_JSON;
  }

  #bare(stops: string): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !stops.includes(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.slice(start, this.#at).replaceAll(AROUND, '');
  }

  #quoted(): string {
    const quote = this.#text.charAt(this.#at);
    let result = '';
    let start = this.#at + 1;
    for (let at = start; at < this.#text.length; at += 1) {
      const char = this.#text[at];
      if (char === quote) {
        this.#at = at + 1;
        return result + this.#text.slice(start, at);
      }
      if (char !== '\\') continue;
      result += this.#text.slice(start, at);
      const escape = this.#text.charAt(at + 1);
      if (escape === 'u') {
        const hex = this.#text.slice(at + 2, at + 6);
        if (!/^[\da-fA-F]{4}$/.test(hex)) throw NOT_JSON;
        result += String.fromCharCode(Number.parseInt(hex, 16));
        at += 5;
      } else {
        const plain = ESCAPES[escape];
        if (plain === undefined) throw NOT_JSON;
        result += plain;
        at += 1;
      }
      start = at + 1;
    }
    throw NOT_JSON;
  }
}

function scalarOf(text: string): JavaValue {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  if (text === 'NaN') return new JavaDouble(NaN);
  if (NUMBER.test(text)) return parseInteger(text);
  // In json-smart, a lone minus sign is the number 0, and a number whose exponent is only a sign makes the text
  // unreadable.
  if (text === '-') return parseInteger('0');
  if (WITHOUT_EXPONENT.test(text)) throw NOT_JSON;
  if (!DECIMAL.test(text)) return text;
  const [mantissa = '', exponent = '0'] = text.split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const isPrecise = whole.length + fraction.length > MAX_DOUBLE_DIGITS && Math.abs(Number(exponent)) < 1_000;
  if (!isPrecise || mantissa.length > 1_000) return new JavaDouble(Number(text));
  return new JavaBigDecimal(BigInt(whole + fraction), fraction.length - Number(exponent));
}

/**
 * Converts a JSON value to the value that templates see. Whole numbers become Integer or Long, all other numbers
 * Double.
 * @throws TemplateError TEMPLATE_LIMIT beyond 200 levels.
 *
 * @example
 * ```ts
 * import { JavaMap, toJavaValue } from '@gatewright/velocity';
 *
 * toJavaValue({ a: 1 }) instanceof JavaMap // → true
 * toJavaValue('text') // → 'text'
 * ```
 */
export function toJavaValue(json: JsonValue, depth = 0): JavaValue {
  if (depth > MAX_VALUE_DEPTH) {
    throw new TemplateError('TEMPLATE_LIMIT', `JSON is nested deeper than ${MAX_VALUE_DEPTH} levels`);
  }
  if (typeof json === 'number') {
    return Number.isSafeInteger(json) && !Object.is(json, -0)
      ? parseInteger(String(json))
      : new JavaDouble(json);
  }
  if (json === null || typeof json !== 'object') return json;
  if (isArray(json))
    return new JavaList(
      json.map((item) => toJavaValue(item, depth + 1)),
      'json',
    );
  return JavaMap.of(
    Object.entries(json).map(([key, value]) => [key, toJavaValue(value, depth + 1)] as const),
  );
}

function isArray(
  json: readonly JsonValue[] | { readonly [key: string]: JsonValue },
): json is readonly JsonValue[] {
  return Array.isArray(json);
}

/**
 * Converts a template's value to JSON. Numbers that a double cannot represent lose precision. Objects that have no JSON
 * form become their text.
 *
 * @example
 * ```ts
 * import { DEFAULT_RENDER_LIMITS, fromJavaValue, RenderBudget, toJavaValue } from '@gatewright/velocity';
 *
 * const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
 * fromJavaValue(toJavaValue({ a: [1, 'b', null] }), budget) // → { a: [1, 'b', null] }
 * ```
 */
export function fromJavaValue(value: JavaValue, budget: RenderBudget, depth = 0): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (isJavaNumber(value)) return Number(printNumber(value));
  budget.spend(1);
  budget.checkDepth(depth);
  if (value instanceof JavaList || value instanceof JavaMapView) {
    return value.items.map((item) => fromJavaValue(item, budget, depth + 1));
  }
  if (value instanceof JavaMap) {
    const entries = value.entries();
    return Object.fromEntries(
      entries.map((entry) => [printValue(entry.key, budget), fromJavaValue(entry.value, budget, depth + 1)]),
    );
  }
  if (value instanceof JavaEntry) return fromJavaValue(value.value, budget, depth + 1);
  return printValue(value, budget);
}
