/** Finds the files that serverless.yml includes with `${file(…)}`. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isJsonList, isJsonObject, mapOf } from '@gatewright/aws/json-object';
import { readIfReadable } from '@gatewright/aws/readable-files';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import { parseSource } from '../cloudformation/template-source.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import { memberAt } from '../template-place.ts';

const INCLUDE = /\$\{file\(\s*['"]?([^)'"$]+?)['"]?\s*\)/g;

const INCLUDES_LIMIT = 200;
const INCLUDE_LIMIT_BYTES = 1_000_000;

/**
 * Returns the files that `file` includes, directly or indirectly. Paths are relative to the service's folder, as for
 * osls. A path with variables is not followed.
 */
export function listIncludedFiles(file: string, serviceFolder: string): readonly string[] {
  const found = new Set([file]);
  for (const each of found) {
    if (!existsSync(each) || !statSync(each).isFile() || statSync(each).size > INCLUDE_LIMIT_BYTES) continue;
    for (const [, path = ''] of (readIfReadable(each) ?? '').matchAll(INCLUDE))
      if (found.size <= INCLUDES_LIMIT) found.add(resolve(serviceFolder, path));
  }
  found.delete(file);
  return [...found].filter((each) => existsSync(each));
}

/** A service file with the content of the files that it includes. */
export interface WholeService extends SourceTree {
  /** The service file alone. */
  readonly own: SourceTree;
  /** Returns the file and line in which the deepest part of `path` is written. */
  placeOf(path: Path): { readonly file: string; readonly line: number | undefined };
}

/** The place of a file's content in the whole service. */
type Mount = { readonly at: Path; readonly tree: SourceTree; readonly inner: Path };

/** A value that consists of one reference to a file or to a part of a file, with or without a fallback. */
const WHOLE_INCLUDE = /^\$\{file\(\s*['"]?([^)'"$]+?)['"]?\s*\)(?::([\w.-]+))?\s*(?:,.*)?\}$/;
const DEPTH_LIMIT = 10;

/**
 * Returns the service with its included files. They are read when the first place is looked up, because most starts
 * need none. What cannot be read remains as it is written.
 */
export function withIncludedFiles(tree: SourceTree, serviceFolder: string): WholeService {
  let whole: Expansion | undefined;
  const read = (): Expansion => (whole ??= new Expansion(tree, serviceFolder));
  return {
    own: tree,
    file: tree.file,
    repeatedKeys: tree.repeatedKeys,
    numericKeys: tree.numericKeys,
    get value() {
      return read().value;
    },
    lineOf: (path) => read().placeOf(path).line,
    placeOf: (path) => read().placeOf(path),
  };
}

class Expansion {
  readonly value: JsonObject;
  readonly #mounts: Mount[] = [];
  readonly #folder: string;

  constructor(tree: SourceTree, folder: string) {
    this.#folder = folder;
    this.#mounts.push({ at: [], tree, inner: [] });
    const value = mapOf({ value: this.#expand(tree.value, [], 0) }, 'value');
    this.value = { ...value, ...this.#mergeFunctions(value['functions']) };
  }

  placeOf(path: Path): { readonly file: string; readonly line: number | undefined } {
    const { tree, inner } = this.#locate(path);
    return { file: tree.file, line: tree.lineOf(inner) };
  }

  /** Returns the path in the file that contains it. If files are nested, this is the innermost file. */
  #locate(path: Path): Omit<Mount, 'at'> {
    const mounts = this.#mounts.filter(({ at }) => at.every((key, index) => path[index] === key));
    const { at, tree, inner } = mounts.reduce((found, one) =>
      one.at.length >= found.at.length ? one : found,
    );
    return { tree, inner: [...inner, ...path.slice(at.length)] };
  }

  #expand(value: Json, at: Path, depth: number): Json {
    if (typeof value === 'string') return this.#include(value, at, depth);
    if (isJsonList(value))
      return value.map((item, index) => this.#expand(item, [...at, String(index)], depth));
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, inner]) => [key, this.#expand(inner, [...at, key], depth)]));
  }

  #include(text: string, at: Path, depth: number): Json {
    const [, path, address] = WHOLE_INCLUDE.exec(text) ?? [];
    const tree =
      path === undefined || depth >= DEPTH_LIMIT ? undefined : readTree(resolve(this.#folder, path));
    const inner = address?.split('.') ?? [];
    const included = tree && memberAt(tree.value, inner);
    if (tree === undefined || included === undefined) return text;
    this.#mounts.push({ at, tree, inner });
    return this.#expand(included, at, depth + 1);
  }

  /** Functions may be a list of maps, which osls merges. */
  #mergeFunctions(functions: Json | undefined): JsonObject {
    if (!isJsonList(functions)) return {};
    const merged = functions.flatMap((part, index) =>
      isJsonObject(part) ? Object.entries(part).map(([name, body]) => ({ name, body, index })) : [],
    );
    for (const { name, index } of merged)
      this.#mounts.push({ at: ['functions', name], ...this.#locate(['functions', String(index), name]) });
    return { functions: Object.fromEntries(merged.map(({ name, body }) => [name, body])) };
  }
}

function readTree(file: string): SourceTree | undefined {
  if (!/\.(?:ya?ml|json)$/.test(file) || !existsSync(file) || statSync(file).size > INCLUDE_LIMIT_BYTES)
    return undefined;
  try {
    const text = readIfReadable(file);
    return text === undefined ? undefined : parseSource(text, file);
  } catch (error) {
    // osls reports a broken file itself, and a file without a map at its top has no lines to look up.
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}
