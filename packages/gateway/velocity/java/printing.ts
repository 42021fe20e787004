/** Formats values in two forms: as Java's `toString` does, and as JSON as the library behind `$input` does. */
import { printNumber } from './numbers.ts';
import {
  HostObject,
  isJavaNumber,
  JavaCharacter,
  JavaDouble,
  JavaEntry,
  JavaList,
  JavaMap,
  JavaMapView,
  type JavaValue,
  LoopScope,
  RenderedBlock,
  SilentMap,
} from './values.ts';
import type { RenderBudget } from './render-budget.ts';

/**
 * Returns Java's `String.valueOf`. Printing costs budget, because a value that contains itself or shares parts could be
 * printed without end.
 */
export function printValue(value: JavaValue, budget: RenderBudget, depth = 0): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean') return String(value);
  if (isJavaNumber(value)) return printNumber(value);
  if (value instanceof JavaCharacter) return value.value;
  budget.checkDepth(depth);
  if (value instanceof SilentMap) return '';
  if (value instanceof JavaMap) return printMap(value, value.entries(), budget, depth);
  if (value instanceof LoopScope) return printMap(value, value.stored.entries(), budget, depth);
  if (value instanceof JavaEntry) return printEntry(value, budget, depth);
  if (value instanceof JavaList) return printList(value, budget, depth);
  if (value instanceof JavaMapView) return printItems(value, value.items, budget, depth);
  if (value instanceof RenderedBlock) return value.toText() ?? 'null';
  if (value instanceof HostObject) return `$${value.name}`;
  return 'java.util.Iterator@0';
}

function printEntry({ key, value }: JavaEntry, budget: RenderBudget, depth: number): string {
  return `${printValue(key, budget, depth + 1)}=${printValue(value, budget, depth + 1)}`;
}

function printMap(
  self: JavaValue,
  entries: readonly JavaEntry[],
  budget: RenderBudget,
  depth: number,
): string {
  const parts = entries.map(({ key, value }) => {
    const left = key === self ? '(this Map)' : printValue(key, budget, depth + 1);
    return `${left}=${value === self ? '(this Map)' : printValue(value, budget, depth + 1)}`;
  });
  return joined('{', parts, ', ', '}', budget);
}

function printList(list: JavaList, budget: RenderBudget, depth: number): string {
  if (list.kind === 'json') return printJson(list, budget, { escapeSlash: true, depth });
  // Java prints the class and the address of an array. The gateway has no addresses, so it always prints 0.
  if (list.kind === 'array') return '[Ljava.lang.String;@0';
  return printItems(list, list.items, budget, depth);
}

function printItems(
  self: JavaValue,
  items: readonly JavaValue[],
  budget: RenderBudget,
  depth: number,
): string {
  const parts = items.map((item) =>
    item === self ? '(this Collection)' : printValue(item, budget, depth + 1),
  );
  return joined('[', parts, ', ', ']', budget);
}

function joined(
  open: string,
  parts: readonly string[],
  separator: string,
  close: string,
  budget: RenderBudget,
): string {
  const text = open + parts.join(separator) + close;
  budget.spendChars(text.length);
  budget.checkLength(text.length);
  return text;
}

/** The settings of a JSON format. The library behind `$input` has two formats. */
type JsonPrinting = {
  /** Whether `/` is printed as `\/`. This is the case for lists, but not for `$input.json`. */
  readonly escapeSlash: boolean;
  readonly depth?: number;
};

/**
 * Returns compact JSON. A map's view is printed as a list, and a loop as the values that it stores. Values that JSON
 * does not have, such as an iterator, are printed as JSON strings that contain their text.
 */
export function printJson(value: JavaValue, budget: RenderBudget, printing: JsonPrinting): string {
  const depth = printing.depth ?? 0;
  const inner = { ...printing, depth: depth + 1 };
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoteJson(value, printing.escapeSlash, budget);
  if (isJavaNumber(value)) {
    return value instanceof JavaDouble && !Number.isFinite(value.value) ? 'null' : printNumber(value);
  }
  budget.checkDepth(depth);
  if (value instanceof JavaList || value instanceof JavaMapView) {
    const items = value.items.map((item) => printJson(item, budget, inner));
    return joined('[', items, ',', ']', budget);
  }
  if (value instanceof JavaMap || value instanceof LoopScope) {
    const entries = value instanceof JavaMap ? value.entries() : value.stored.entries();
    const parts = entries.map((entry) => {
      const key = quoteJson(printValue(entry.key, budget, depth + 1), printing.escapeSlash, budget);
      return `${key}:${printJson(entry.value, budget, inner)}`;
    });
    return joined('{', parts, ',', '}', budget);
  }
  return quoteJson(printValue(value, budget, depth), printing.escapeSlash, budget);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// oxlint-disable-next-line no-control-regex -- control characters are what JSON must escape
const UNSAFE = /["\\\u0000-\u001f\u007f-\u009f\u2000-\u20ff]/g;
// oxlint-disable-next-line no-control-regex -- as above
const UNSAFE_OR_SLASH = /["\\/\u0000-\u001f\u007f-\u009f\u2000-\u20ff]/g;

function quoteJson(text: string, escapeSlash: boolean, budget: RenderBudget): string {
  budget.spendChars(text.length);
  const escaped = text.replace(escapeSlash ? UNSAFE_OR_SLASH : UNSAFE, (char) => {
    const code = char.charCodeAt(0).toString(16).toUpperCase();
    return SHORT_ESCAPES[char] ?? `\\u${code.padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
