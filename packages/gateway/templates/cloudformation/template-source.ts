/**
 * Converts the text of a template or service file to plain JSON values in CloudFormation's long form, with the line of
 * every value. Any text is either read or refused with a `DefinitionError`.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { DefinitionError } from '../../core/errors.ts';
import {
  ACCOUNT_FUNCTIONS,
  RESOLVED_FUNCTIONS,
  RULE_FUNCTIONS,
} from '../../core/stack/intrinsic-functions.ts';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { deepenFirst } from './yaml-indentation.ts';

/** Keys and list indexes from the root: `['Resources', 'Api', 'Properties', 'Tags', '0']`. */
export type Path = readonly string[];

export type SourceTree = {
  readonly file: string;
  readonly value: JsonObject;
  /**
   * Keys that occur more than once in one mapping of YAML; none are found in JSON. The last occurrence counts, as in
   * AWS's tools.
   */
  readonly repeatedKeys: readonly KeyPlace[];
  /** Keys that YAML reads as numbers, which CloudFormation refuses. JSON has no such keys. */
  readonly numericKeys: readonly KeyPlace[];
  /** Returns the line of the deepest part of `path` that the file contains. Lines count from 1. */
  lineOf(path: Path): number | undefined;
};

type KeyPlace = {
  /** The path to the key, including the key itself. */
  readonly path: Path;
  readonly line: number;
};

/**
 * Maximum size of a template file. It is four times CloudFormation's limit for a template in S3, because the file may
 * not be minified yet.
 */
const SIZE_LIMIT_BYTES = 4_194_304;
const DEPTH_LIMIT = 100;
/**
 * Maximum number of values in a document. Without this limit, ten lines of YAML with aliases could describe a billion
 * values.
 */
const VALUE_LIMIT = 500_000;
/**
 * The maximum number of characters that all repairs of a file together may parse. Each repair parses the whole text
 * again.
 */
const REPAIR_LIMIT = 20_000_000;

/** A key that each version of YAML reads as a number. */
const DECIMAL = /^(?:0|[1-9]\d*)$/;

/** `!Name` is short for `Fn::Name`; `!Ref` and `!Condition` keep their bare names. */
const SHORT_TAGS: ReadonlySet<string> = new Set([
  ...RESOLVED_FUNCTIONS,
  ...ACCOUNT_FUNCTIONS,
  ...RULE_FUNCTIONS,
]);

export async function readSource(file: string): Promise<SourceTree> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > SIZE_LIMIT_BYTES) throw tooLarge(file, SIZE_LIMIT_BYTES);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof DefinitionError) throw error;
    throw new DefinitionError({ file }, `template not found: ${error instanceof Error ? error.message : ''}`);
  }
  return parseSource(text, file);
}

/** Parses the text as JSON if possible, otherwise as YAML. Tags such as `!Sub` become `Fn::Sub`. */
export function parseSource(text: string, file: string, limitBytes = SIZE_LIMIT_BYTES): SourceTree {
  if (Buffer.byteLength(text) > limitBytes) throw tooLarge(file, limitBytes);
  const value = parseJson(text);
  if (value !== undefined) {
    let lines: Lines | undefined;
    return {
      file,
      value: requireObject(limitDepth(value, file), file),
      repeatedKeys: [],
      numericKeys: [],
      lineOf: (path) => (lines ??= parseYaml(text, file)).lineOf(path),
    };
  }
  const lines = parseLeniently(text, file);
  const [error] = lines.document.errors;
  if (error !== undefined) {
    throw new DefinitionError(
      { file, line: lines.at(error.pos[0]) },
      `invalid YAML or JSON: ${withQuotes(error.message, text, error.pos[0])}`,
    );
  }
  const conversion = new Conversion(lines, file);
  return {
    file,
    value: requireObject(conversion.run(), file),
    repeatedKeys: conversion.repeatedKeys,
    numericKeys: conversion.numericKeys,
    lineOf: (path) => lines.lineOf(path),
  };
}

/**
 * Adds the remedy for a value in brackets that contains a bracket itself, such as `{ path: /pets/{id} }`. The parser
 * only reports that the second bracket is not expected. The value is not printed, because it may be a secret.
 */
function withQuotes(message: string, text: string, at: number): string {
  if (!/[{[]/.test(text.charAt(at))) return message;
  const before = /[^\n,[\]{}]*$/.exec(text.slice(Math.max(0, at - LONGEST_VALUE), at))?.[0] ?? '';
  const [, key, value = before] = /^\s*([\w.-]+)\s*:\s+(.*)$/.exec(before) ?? [];
  if (value.trim() === '' || /^\s*['"]|:\s*$/.test(value)) return message;
  const what = key === undefined ? 'element of the list' : `value of ${key}`;
  return `${message}: put quotes around the whole ${what}, because it contains a bracket`;
}

/** The maximum length of a value, with its key, for which the remedy is added. */
const LONGEST_VALUE = 2000;

function tooLarge(file: string, limitBytes: number): DefinitionError {
  return new DefinitionError({ file }, `the file is larger than ${limitBytes} bytes`);
}

function requireObject(value: Json, file: string): JsonObject {
  if (isJsonObject(value)) return value;
  if (value === null) {
    const needed = /^serverless\./.test(basename(file))
      ? 'a service needs a name, a provider and functions'
      : 'a template needs a Resources section';
    throw new DefinitionError({ file, line: 1 }, `the file is empty; ${needed}`);
  }
  throw new DefinitionError({ file, line: 1 }, 'the file must be a mapping of sections, such as "Resources"');
}

function parseJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text, keepNumberText) as Json;
  } catch {
    return undefined;
  }
}

/** Keeps numbers such as `1.0` and `012345678901` as strings, because CloudFormation treats them as strings. */
function keepNumberText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? context.source
    : value;
}

function limitDepth(value: Json, file: string, depth = 0): Json {
  if (depth > DEPTH_LIMIT)
    throw new DefinitionError({ file }, `the file is nested deeper than ${DEPTH_LIMIT} levels`);
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) limitDepth(child, file, depth + 1);
  }
  return value;
}

type Lines = {
  readonly text: string;
  readonly document: Document.Parsed;
  targetOf(alias: Alias): Node | undefined;
  at(offset: number): number;
  lineOf(path: Path): number | undefined;
};

type PairsByKey = ReadonlyMap<string, Pair>;

/**
 * Parses YAML. If lines within brackets or quotes are indented too little, they are indented further until the text can
 * be read.
 */
function parseLeniently(text: string, file: string): Lines {
  let lines = parseYaml(text, file);
  for (let read = 0; read < REPAIR_LIMIT && lines.document.errors.length > 0; read += text.length) {
    const repaired = deepenFirst(lines.text, lines.document);
    if (repaired === undefined) break;
    lines = parseYaml(repaired, file);
  }
  return lines;
}

function parseYaml(text: string, file: string): Lines {
  const counter = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      logLevel: 'error',
      // If a key is repeated, the last value is used, as in PyYAML. Repeated keys are reported later.
      uniqueKeys: false,
    });
  } catch (error) {
    // The parser is recursive, so thousands of open brackets exhaust the stack.
    throw new DefinitionError(
      { file },
      `unreadable: ${error instanceof Error ? error.message : 'parser failed'}`,
    );
  }
  const at = (offset: number): number => counter.linePos(offset).line;
  const pairsOf = new WeakMap<YAMLMap, PairsByKey>();
  let targets: ReadonlyMap<Alias, Node> | undefined;
  const targetOf = (alias: Alias): Node | undefined => (targets ??= findTargets(document)).get(alias);
  const lines = { text, document, targetOf, at };
  return { ...lines, lineOf: (path) => findLine(lines, pairsOf, path) };
}

/**
 * Finds the target of each alias in one pass, because `Alias.resolve` walks the whole document each time. An anchor
 * applies from its node on, until the next anchor with the same name.
 */
function findTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/**
 * Returns the line of a path.
 * @param known a cache for the index of each map, because the lines of all resources of a template are looked up
 */
function findLine(
  { document, targetOf, at: lineAt }: Omit<Lines, 'lineOf'>,
  known: WeakMap<YAMLMap, PairsByKey>,
  path: Path,
): number | undefined {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0];
  for (let at = 0; at < path.length; at += 1) {
    if (isAlias(node)) node = targetOf(node);
    // The path has the long form of a function, `Fn::Sub`, for which the text has a tag.
    if (isTagged(node, path[at])) continue;
    if (isMap(node)) {
      const pairs = known.get(node) ?? byKey(node);
      known.set(node, pairs);
      // A key may contain dots, such as `method.request.path.id`, although dots otherwise separate the steps of a path.
      let end = at + 1;
      while (end < path.length && !pairs.has(path.slice(at, end).join('.'))) end += 1;
      const pair = pairs.get(path.slice(at, end).join('.'));
      if (pair === undefined) break;
      at = end - 1;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(path[at])];
      if (!isScalar(node) && !isMap(node) && !isSeq(node)) break;
      offset = node.range?.[0] ?? offset;
    } else {
      const inner = lineInBlock(node, path.slice(at), lineAt);
      if (inner !== undefined) return inner;
      break;
    }
  }
  return offset === undefined ? undefined : lineAt(offset);
}

/**
 * Returns the line of a path into a document that is a block of text, such as `DefinitionString: |`. Returns undefined
 * for other values, because their lines in the file differ from the lines of the document.
 */
function lineInBlock(node: unknown, rest: Path, lineAt: (offset: number) => number): number | undefined {
  if (!isScalar(node) || node.type !== 'BLOCK_LITERAL' || typeof node.value !== 'string') return undefined;
  const start = node.range?.[0];
  try {
    const inner = parseYaml(node.value, '').lineOf(rest);
    return start === undefined || inner === undefined ? undefined : lineAt(start) + inner;
  } catch (error) {
    // The text is nested too deeply to be parsed.
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}

function isTagged(node: unknown, name: string | undefined): boolean {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return false;
  return node.tag !== undefined && `Fn::${node.tag.slice(1)}` === name && node.tag.startsWith('!');
}

function byKey({ items }: YAMLMap): PairsByKey {
  return new Map(items.flatMap((pair) => (isScalar(pair.key) ? [[keyText(pair.key), pair] as const] : [])));
}

class Conversion {
  readonly repeatedKeys: KeyPlace[] = [];
  readonly numericKeys: KeyPlace[] = [];
  readonly #lines: Lines;
  readonly #file: string;
  #values = 0;

  constructor(lines: Lines, file: string) {
    this.#lines = lines;
    this.#file = file;
  }

  run(): Json {
    return this.#convert(this.#lines.document.contents, []);
  }

  #convert(node: unknown, path: Path, depth = path.length): Json {
    this.#values += 1;
    if (depth > DEPTH_LIMIT) throw this.#error(node, `the file is nested deeper than ${DEPTH_LIMIT} levels`);
    if (this.#values > VALUE_LIMIT) throw this.#error(node, `the file has more than ${VALUE_LIMIT} values`);
    if (node === null || node === undefined) return null;
    if (isAlias(node)) {
      const target = this.#lines.targetOf(node);
      if (target === undefined) throw this.#error(node, `unknown alias *${node.source}`);
      return this.#convert(target, path, depth + 1);
    }
    if (isScalar(node)) return this.#expandTag(node, scalarValue(node));
    if (isSeq(node)) {
      return this.#expandTag(
        node,
        node.items.map((item, index) => this.#convert(item, [...path, String(index)], depth + 1)),
      );
    }
    if (isMap(node)) {
      const merges = node.items.filter((pair) => isMerge(pair.key));
      const own = node.items.filter((pair) => !isMerge(pair.key));
      const entries = [...merges, ...own].flatMap(({ key, value }) =>
        this.#convertPair(key, value, path, depth),
      );
      this.#noteKeys(own, path);
      // `fromEntries` defines properties, so a key `__proto__` stays an ordinary key.
      return this.#expandTag(node, Object.fromEntries(entries));
    }
    throw this.#error(node, 'unexpected YAML node');
  }

  #convertPair(key: unknown, value: unknown, path: Path, depth: number): [string, Json][] {
    if (!isScalar(key)) throw this.#error(key, 'a key must be plain text');
    const converted = this.#convert(value, [...path, keyText(key)], depth + 1);
    if (!isMerge(key)) return [[keyText(key), converted]];
    const merged = isJsonList(converted) ? converted.toReversed() : [converted];
    return merged.flatMap((part) => Object.entries(membersOf(part)));
  }

  #noteKeys(pairs: readonly Pair[], path: Path): void {
    const seen = new Set<string>();
    for (const { key } of pairs) {
      if (!isScalar(key)) continue;
      const text = keyText(key);
      const place = { path: [...path, text], line: this.#lines.at(key.range?.[0] ?? 0) };
      if (seen.has(text)) this.repeatedKeys.push(place);
      if (typeof key.value === 'number' && DECIMAL.test(text)) this.numericKeys.push(place);
      seen.add(text);
    }
  }

  #expandTag(node: Node, value: Json): Json {
    const tag = node.tag;
    if (tag === undefined || !tag.startsWith('!') || tag === '!') return value;
    const name = tag.slice(1);
    if (name === 'Ref' || name === 'Condition') return { [name]: value };
    if (!SHORT_TAGS.has(name)) throw this.#error(node, `unknown tag ${tag}`);
    if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': splitAttribute(value) };
    return { [`Fn::${name}`]: value };
  }

  #error(node: unknown, message: string): DefinitionError {
    const offset =
      isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
    const line = offset === undefined ? undefined : this.#lines.at(offset);
    return new DefinitionError({ file: this.#file, line }, message);
  }
}

/** Splits `Api.RootResourceId` into logical id and attribute. An attribute may contain dots (`Outputs.Name`). */
export function splitAttribute(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function scalarValue(scalar: Scalar): Json {
  const { value, source } = scalar;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return source !== undefined && String(value) !== source ? source : value;
    default:
      return value === null || value === undefined ? null : (source ?? JSON.stringify(value));
  }
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.value === '<<';
}

function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
