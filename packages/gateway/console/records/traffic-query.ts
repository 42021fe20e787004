/**
 * Reads the search of Traffic and of `gatewright requests`: `status:4xx method:POST took:>500 user:"alice b"
 * -route:/ping`, and plain words, which may occur anywhere in a row. A row must match all terms.
 */
import type { RequestRow } from './model.ts';

export type QueryTerm =
  | { readonly kind: 'word'; readonly text: string; readonly isNot: boolean }
  | { readonly kind: 'field'; readonly field: QueryField; readonly value: string; readonly isNot: boolean };

type Row = Pick<
  RequestRow,
  | 'id'
  | 'method'
  | 'target'
  | 'routeKey'
  | 'status'
  | 'tookMs'
  | 'caller'
  | 'api'
  | 'customer'
  | 'tool'
  | 'stage'
  | 'code'
  | 'cache'
  | 'kind'
  | 'responseBytes'
  | 'version'
> &
  Partial<Pick<RequestRow, 'notes'>>;

/** The names of the customers that have one, by their ids. */
export type CustomerNames = ReadonlyMap<string, string>;

/** How the page names the requests for which an API has no route. */
export const NO_ROUTE = '(no matching route)';

/** The test of a search term. A `Reader` returns undefined if it cannot read the value. */
type Test = (row: Row) => boolean;
type Reader = (value: string) => Test | undefined;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
};

const FIELDS = {
  status: readStatus,
  method: readWhole(({ method }) => method),
  route: readPart(({ routeKey }) => routeKey ?? NO_ROUTE),
  path: readPart(({ target }) => target),
  took: readAmount(({ tookMs }) => tookMs),
  user: readPart(({ caller }) => caller ?? 'anonymous'),
  customer: readWhole(({ customer }) => customer),
  tool: readWhole(({ tool }) => tool),
  api: readPart(({ api }) => api),
  stage: readWhole(({ stage }) => stage),
  code: readPart(({ code }) => code),
  size: readAmount(({ responseBytes }) => responseBytes),
  cache: readWhole(({ cache }) => cache),
  kind: readWhole(({ kind }) => kind),
  version: readWhole(({ version }) => version?.toString()),
} satisfies Readonly<Record<string, Reader>>;

type QueryField = keyof typeof FIELDS;

/** The search fields, in the order in which they are suggested. */
export const QUERY_FIELDS = Object.keys(FIELDS) as readonly QueryField[];

const TERM = /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gs;

/** Parses a search. It never fails, because text that is not a term of a field is treated as a word. */
export function parseTrafficQuery(text: string): readonly QueryTerm[] {
  return [...text.matchAll(TERM)].flatMap(([token]): QueryTerm[] => {
    const isNot = token.length > 1 && token.startsWith('-');
    const positive = isNot ? token.slice(1) : token;
    const [, field = '', value = ''] = /^([a-z]+):(.*)$/s.exec(positive) ?? [];
    if (isField(field)) return [{ kind: 'field', field, value: unquote(value), isNot }];
    const word = unquote(positive);
    return word === '' ? [] : [{ kind: 'word', text: word, isNot }];
  });
}

export function printTrafficQuery(terms: readonly QueryTerm[]): string {
  return terms
    .map((term) => {
      const minus = term.isNot ? '-' : '';
      if (term.kind === 'field')
        return `${minus}${term.field}:${term.value === '' ? '' : quoteValue(term.value)}`;
      return `${minus}${quoteWord(term.text)}`;
    })
    .join(' ');
}

/** Returns the value of the first positive term of a field; empty if there is no such term. */
export function fieldIn(text: string, field: QueryField): string {
  const term = parseTrafficQuery(text).find(
    (one) => one.kind === 'field' && one.field === field && !one.isNot,
  );
  return term?.kind === 'field' ? term.value : '';
}

/**
 * Replaces the values of a field in the search with this value; an empty value removes the field. Negated terms stay.
 */
export function withField(text: string, field: QueryField, value: string): string {
  const others = parseTrafficQuery(text).filter(
    (term) => term.kind !== 'field' || term.field !== field || term.isNot,
  );
  const added: readonly QueryTerm[] = value === '' ? [] : [{ kind: 'field', field, value, isNot: false }];
  return printTrafficQuery([...others, ...added]);
}

/** Quotes the value of a field if the search would otherwise not read it as one value. */
export function quoteValue(value: string): string {
  return /^[^\s"\\]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function quoteWord(text: string): string {
  const isPlain = /^[^\s"\\-][^\s"\\]*$/.test(text) && !isField(/^([a-z]+):/.exec(text)?.[1] ?? '');
  return isPlain ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Removes the quotes of a text that is quoted as a whole; the closing quote may still be missing. */
function unquote(text: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"?$/s.exec(text)?.[1];
  return inner === undefined ? text : inner.replaceAll(/\\(.)/gs, '$1');
}

function isField(name: string): name is QueryField {
  return Object.hasOwn(FIELDS, name);
}

/**
 * Returns a function that tests whether a row matches all terms. A field without a value that can be read, for example
 * while the user is still typing, matches every row.
 */
export function matcherOf(
  terms: readonly QueryTerm[],
  names: CustomerNames = new Map(),
): (row: Row) => boolean {
  const tests = terms.flatMap((term): Test[] => {
    const test = term.kind === 'word' ? wordTest(term.text, names) : fieldTest(term.field, term.value, names);
    if (test === undefined) return [];
    return [term.isNot ? (row) => !test(row) : test];
  });
  return (row) => tests.every((test) => test(row));
}

function fieldTest(field: QueryField, value: string, names: CustomerNames): Test | undefined {
  if (value === '') return undefined;
  const test = FIELDS[field](value);
  if (field !== 'customer' || test === undefined) return test;
  const ofName = readWhole(({ customer }) => nameOfCustomer(customer, names))(value);
  return (row) => test(row) || ofName?.(row) === true;
}

/** Returns the name that the owner gave to the customer; undefined if it has no name of its own. */
export function nameOfCustomer(customer: string | undefined, names: CustomerNames): string | undefined {
  return customer === undefined ? undefined : names.get(customer);
}

/**
 * Returns a sentence about the first term that has no effect because its value cannot be read; undefined if there is no
 * such term.
 */
export function findUnread(terms: readonly QueryTerm[]): string | undefined {
  const unread = terms.find(
    (term) => term.kind === 'field' && /\w/.test(term.value) && FIELDS[term.field](term.value) === undefined,
  );
  if (unread?.kind !== 'field') return undefined;
  const example =
    unread.field === 'status' ? '404, 4xx or >=400' : unread.field === 'took' ? '>500 or <2s' : '>10kb';
  return `${unread.field}:${unread.value} has no effect; write ${unread.field}: with ${example}.`;
}

function wordTest(word: string, names: CustomerNames): Test {
  const text = word.toLowerCase();
  return (row) =>
    toSearchText(row).includes(text) ||
    nameOfCustomer(row.customer, names)?.toLowerCase().includes(text) === true;
}

/** The texts of up to 10,000 rows are built once instead of with each keystroke. */
const TEXTS = new WeakMap<Row, string>();

function toSearchText(row: Row): string {
  let text = TEXTS.get(row);
  if (text === undefined) {
    const { method, target, routeKey, caller, id, status, code, api, customer, notes = [] } = row;
    // The notes are what the column Reason shows.
    text = [method, target, routeKey, caller, id, status, code, api, customer, ...notes]
      .join(' ')
      .toLowerCase();
    TEXTS.set(row, text);
  }
  return text;
}

function readWhole(of: (row: Row) => string | undefined): Reader {
  return (value) => {
    const wanted = value.toLowerCase();
    return (row) => of(row)?.toLowerCase() === wanted;
  };
}

function readPart(of: (row: Row) => string | undefined): Reader {
  return (value) => {
    const wanted = value.toLowerCase();
    return (row) => of(row)?.toLowerCase().includes(wanted) === true;
  };
}

/** Accepts `404`, `4xx`, `>=400`; WebSocket close codes have four digits and match no class such as 4xx. */
export function readStatus(value: string): Test | undefined {
  const kind = /^([1-5])xx$/i.exec(value)?.[1];
  if (kind !== undefined) return ({ status }) => status < 600 && Math.floor(status / 100) === Number(kind);
  return /^(?:[<>]=?|=)?\d{3,4}$/.test(value) ? readAmount(({ status }) => status)(value) : undefined;
}

/** Accepts `>500`, `<=2s`, `10kb`. */
function readAmount(of: (row: Row) => number): Reader {
  return (value) => {
    const [, sign = '=', digits, unit = ''] = /^([<>]=?|=)?(\d+(?:\.\d+)?)([a-z]*)$/i.exec(value) ?? [];
    const factor = unit === '' ? 1 : UNITS[unit.toLowerCase()];
    if (digits === undefined || factor === undefined) return undefined;
    const wanted = Number(digits) * factor;
    switch (sign) {
      case '>':
        return (row) => of(row) > wanted;
      case '>=':
        return (row) => of(row) >= wanted;
      case '<':
        return (row) => of(row) < wanted;
      case '<=':
        return (row) => of(row) <= wanted;
      default:
        return (row) => Math.round(of(row)) === Math.round(wanted);
    }
  };
}

const VALUES: Readonly<Partial<Record<QueryField, (row: Row) => string | undefined>>> = {
  method: ({ method }) => method,
  route: ({ routeKey }) => routeKey,
  user: ({ caller }) => caller,
  customer: ({ customer }) => customer,
  tool: ({ tool }) => tool,
  api: ({ api }) => api,
  stage: ({ stage }) => stage,
  code: ({ code }) => code,
  kind: ({ kind }) => kind,
};
/** The classes of statuses, as terms of a query. */
export const STATUS_CLASSES: readonly string[] = ['2xx', '3xx', '4xx', '5xx'];

const FIXED: Readonly<Partial<Record<QueryField, readonly string[]>>> = {
  status: STATUS_CLASSES,
  took: ['>100', '>500', '>2s'],
  size: ['>10kb', '>1mb'],
  cache: ['hit', 'miss'],
};
const MAX_SUGGESTED = 8;

/**
 * Returns the whole text with its last term completed by field names, or by values: examples, or the values that occur
 * in the rows, most frequent first.
 */
export function suggestQueries(text: string, rows: readonly Row[]): readonly string[] {
  const [, before = '', minus = '', last = ''] = /^(.*?)(-?)(\S*)$/s.exec(text) ?? [];
  const [, name = '', begun = ''] = /^([a-z]+):"?(.*)$/.exec(last) ?? [];
  const offered = isField(name)
    ? valuesOf(name, rows)
        .filter((value) => value.toLowerCase().startsWith(begun.toLowerCase()))
        .map((value) => `${name}:${quoteValue(value)}`)
    : QUERY_FIELDS.filter((field) => field.startsWith(last)).map((field) => `${field}:`);
  return offered
    .filter((term) => term !== last)
    .slice(0, MAX_SUGGESTED)
    .map((term) => `${before}${minus}${term}`);
}

function valuesOf(field: QueryField, rows: readonly Row[]): readonly string[] {
  const of = VALUES[field];
  if (of === undefined) return FIXED[field] ?? [];
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = of(row);
    if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([value]) => value);
}
