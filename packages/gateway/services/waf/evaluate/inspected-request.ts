/** One request in the form that statements inspect. Each part is read when a statement first needs it. */
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { readAddress } from './address-blocks.ts';
import { describeUnknown, transform } from './transform.ts';
import { preParse, type PreParse } from './pre-parse.ts';
import type { Address } from './address-blocks.ts';
import type { Transformations } from './transform.ts';
import { readJsonElements, selectElements } from './parse-json-prefix.ts';
import type { JsonElements } from './parse-json-prefix.ts';
import type { HeaderList } from '../../../core/events/header-list.ts';
import type { Field, Inspection, KeyFilter, MatchScope, Oversize } from '../rules/statement.ts';

export type RequestParts = {
  readonly method: string;
  /** The path as sent, with the stage. */
  readonly path: string;
  /** The text after `?`, as sent. */
  readonly query: string;
  /** The headers. Their values have one character per byte. */
  readonly headers: HeaderList;
  /** The body as sent, not decompressed. */
  readonly body: Buffer | undefined;
  readonly sourceIp: string;
  /** The parts that a recorded request lacks. Statements that need these parts cannot be evaluated. */
  readonly missing?: ReadonlySet<LostPart>;
  /** The names, in lower case, of the headers whose values are hidden in a recorded request. */
  readonly hiddenHeaders?: ReadonlySet<string>;
};

export type LostPart = 'method' | 'path' | 'query' | 'body' | 'address';

type OversizeField = 'REQUEST_BODY' | 'REQUEST_JSON_BODY' | 'REQUEST_HEADERS' | 'REQUEST_COOKIES';

/**
 * The texts to inspect, or a result that needs no inspection. An empty list means that the request does not have this
 * part.
 */
type Inspected =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** `isOversize` means that the part is larger than what AWS WAF inspects, and the statement says what then applies. */
  | { readonly kind: 'decided'; readonly isMatch: boolean; readonly isOversize?: true }
  /** `isLost` means that the recorded request lacks this part. */
  | { readonly kind: 'unjudged'; readonly what: string; readonly isLost?: true };

type Pair = { readonly name: string; readonly value: string };
type Pairs = { readonly items: readonly Pair[]; readonly isCut: boolean };

const LIMIT_BYTES = 8192;
const LIMIT_ITEMS = 200;
const NONE: Inspected = { kind: 'texts', texts: [] };

export class InspectedRequest {
  readonly parts: RequestParts;
  readonly oversize: OversizeField[] = [];
  readonly #bodyLimit: number;
  /**
   * The inspected texts by slot. They are stored in an array, because with a Map, storing them would take as much time
   * per request as evaluating all statements.
   */
  readonly #inspected: Inspected[] = [];
  #headers: readonly Pair[] | undefined;
  #address: Address | 'none' | undefined;
  #cookies: readonly Pair[] | undefined;
  #arguments: readonly Pair[] | undefined;
  #body: { readonly text: string; readonly isCut: boolean } | undefined;
  #json: JsonElements | undefined;

  constructor(parts: RequestParts, bodyLimit: number) {
    this.parts = parts;
    this.#bodyLimit = bodyLimit;
  }

  inspect(inspection: Inspection): Inspected {
    const known = this.#inspected[inspection.slot];
    if (known !== undefined) return known;
    const { field, transformations } = inspection;
    const inspected = transformed(this.#read(field), transformations);
    this.#inspected[inspection.slot] = inspected;
    return inspected;
  }

  /**
   * Returns the values of a header.
   * @param name the name of the header in lower case
   */
  header(name: string): readonly string[] {
    return this.parts.headers.all(name);
  }

  /** Returns the address of the caller; undefined if it cannot be parsed. */
  get address(): Address | undefined {
    this.#address ??= readAddress(this.parts.sourceIp) ?? 'none';
    return this.#address === 'none' ? undefined : this.#address;
  }

  get headers(): readonly Pair[] {
    return (this.#headers ??= readHeaders(this.parts.headers));
  }

  get cookies(): readonly Pair[] {
    return (this.#cookies ??= this.header('cookie').flatMap(readCookies));
  }

  /**
   * Whether the values of a header are hidden.
   * @param name the name of the header in lower case
   */
  isHidden(name: string): boolean {
    return this.parts.hiddenHeaders?.has(name) === true;
  }

  isMissing(part: LostPart): boolean {
    return this.parts.missing?.has(part) === true;
  }

  #read(field: Field): Inspected {
    const lost = PART_OF[field.kind];
    if (lost !== undefined && this.isMissing(lost))
      return {
        kind: 'unjudged',
        what: `the ${lost}, which the recorded request does not include`,
        isLost: true,
      };
    switch (field.kind) {
      case 'method':
        return texts([this.parts.method]);
      case 'uri-path':
        return texts([this.parts.path]);
      case 'query-string':
        return this.parts.query === '' ? NONE : texts([this.parts.query]);
      case 'all-query-arguments':
        return texts(this.#queryArguments(field.preParse).map(({ value }) => value));
      case 'query-argument':
        return texts(
          this.#queryArguments(field.preParse).flatMap(({ name, value }) =>
            name.toLowerCase() === field.name ? [value] : [],
          ),
        );
      case 'header':
        return this.isHidden(field.name)
          ? {
              kind: 'unjudged',
              what: `the header ${field.name}, which the recorded request hides`,
              isLost: true,
            }
          : texts(this.header(field.name));
      case 'uri-fragment':
        // Clients never send the fragment, so API Gateway never sees it and the fallback decides.
        return { kind: 'decided', isMatch: field.fallback === 'MATCH' };
      case 'body':
        return this.#readBody(field.oversize);
      case 'json-body':
        return this.#readJson(field);
      case 'headers':
        return this.#readPairs(this.headers, 'REQUEST_HEADERS', field, (name) => name.toLowerCase());
      case 'cookies':
        return this.#readPairs(this.cookies, 'REQUEST_COOKIES', field, (name) => name);
      case 'header-order':
        return this.#readOrder(field.oversize);
      case 'unseen':
        return { kind: 'unjudged', what: `the fingerprint of the TLS handshake (${field.name})` };
    }
  }

  #queryArguments(types: readonly PreParse[] | undefined): readonly Pair[] {
    if (this.parts.query === '') return [];
    if (types !== undefined) return readArguments(preParse(this.parts.query, types));
    return (this.#arguments ??= readArguments(this.parts.query));
  }

  #bodyText(): { readonly text: string; readonly isCut: boolean } {
    const { body } = this.parts;
    return (this.#body ??= {
      text: body === undefined ? '' : body.toString('latin1', 0, this.#bodyLimit),
      isCut: body !== undefined && body.length > this.#bodyLimit,
    });
  }

  #readBody(oversize: Oversize): Inspected {
    const { text, isCut } = this.#bodyText();
    return this.#decideOversize(isCut, 'REQUEST_BODY', oversize) ?? (text === '' ? NONE : texts([text]));
  }

  #readJson({ oversize, scope, paths, fallback }: Extract<Field, { kind: 'json-body' }>): Inspected {
    const { text, isCut } = this.#bodyText();
    const decided = this.#decideOversize(isCut, 'REQUEST_JSON_BODY', oversize);
    if (decided !== undefined) return decided;
    if (text === '') return NONE;
    this.#json ??= readJsonElements(text);
    if (!this.#json.isWhole && fallback !== undefined)
      return fallback === 'EVALUATE_AS_STRING'
        ? texts([text])
        : { kind: 'decided', isMatch: fallback === 'MATCH' };
    return texts(selectElements(this.#json, scope, paths));
  }

  #readPairs(
    all: readonly Pair[],
    name: OversizeField,
    { keys, scope, oversize }: { keys: KeyFilter; scope: MatchScope; oversize: Oversize },
    normal: (name: string) => string,
  ): Inspected {
    const { items, isCut } = cutPairs(all);
    const decided = this.#decideOversize(isCut, name, oversize);
    if (decided !== undefined) return decided;
    const wanted = items.filter((one) => isWanted(normal(one.name), keys));
    const hidden =
      name === 'REQUEST_COOKIES'
        ? this.isHidden('cookie')
        : scope !== 'KEY' && wanted.some((one) => this.isHidden(one.name.toLowerCase()));
    if (hidden)
      return { kind: 'unjudged', what: 'values of headers, which the recorded request hides', isLost: true };
    return texts(
      wanted.flatMap((one) =>
        scope === 'ALL' ? [one.name, one.value] : scope === 'KEY' ? [one.name] : [one.value],
      ),
    );
  }

  #readOrder(oversize: Oversize): Inspected {
    const { items, isCut } = cutPairs(this.headers);
    const decided = this.#decideOversize(isCut, 'REQUEST_HEADERS', oversize);
    return decided ?? texts([items.map(({ name }) => name.toLowerCase()).join(':')]);
  }

  #decideOversize(isCut: boolean, name: OversizeField, handling: Oversize): Inspected | undefined {
    if (!isCut) return undefined;
    if (!this.oversize.includes(name)) this.oversize.push(name);
    return handling === 'CONTINUE'
      ? undefined
      : { kind: 'decided', isMatch: handling === 'MATCH', isOversize: true };
  }
}

const PART_OF: Partial<Record<Field['kind'], LostPart>> = {
  method: 'method',
  body: 'body',
  'json-body': 'body',
  'query-string': 'query',
  'query-argument': 'query',
  'all-query-arguments': 'query',
  'uri-path': 'path',
};

function transformed(raw: Inspected, transformations: Transformations): Inspected {
  if (raw.kind !== 'texts' || raw.texts.length === 0 || transformations.length === 0) return raw;
  const what = describeUnknown(transformations);
  return what === undefined
    ? { kind: 'texts', texts: raw.texts.map((text) => transform(text, transformations)) }
    : { kind: 'unjudged', what };
}

function texts(list: readonly string[]): Inspected {
  return list.length === 0 ? NONE : { kind: 'texts', texts: list };
}

function readHeaders(headers: HeaderList): readonly Pair[] {
  const pairs: Pair[] = [];
  headers.each((_, name, value) => pairs.push({ name, value }));
  return pairs;
}

function readArguments(query: string): readonly Pair[] {
  const read: Pair[] = [];
  for (const argument of query.split('&')) {
    if (argument === '') continue;
    const equals = argument.indexOf('=');
    const name = equals === -1 ? argument : argument.slice(0, equals);
    read.push({ name, value: equals === -1 ? '' : argument.slice(equals + 1) });
  }
  return read;
}

function readCookies(header: string): readonly Pair[] {
  return header.split(';').flatMap((part) => {
    const text = trimFieldWhitespace(part);
    if (text === '') return [];
    const equals = text.indexOf('=');
    return [
      {
        name: equals === -1 ? text : text.slice(0, equals),
        value: equals === -1 ? '' : text.slice(equals + 1),
      },
    ];
  });
}

function isWanted(name: string, keys: KeyFilter): boolean {
  return keys.kind === 'all' || keys.names.has(name) === (keys.kind === 'included');
}

/** Keeps the first 200 pairs, limited to the first 8 KB of their text. */
function cutPairs(pairs: readonly Pair[]): Pairs {
  let bytes = 0;
  let count = 0;
  for (const { name, value } of pairs) {
    bytes += name.length + value.length;
    if (count === LIMIT_ITEMS || bytes > LIMIT_BYTES) return { items: pairs.slice(0, count), isCut: true };
    count += 1;
  }
  return { items: pairs, isCut: false };
}
