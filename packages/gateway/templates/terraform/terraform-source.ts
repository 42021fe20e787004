/**
 * Reads expressions in the configuration files next to a plan. They are needed for values that the plan does not
 * contain.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@gatewright/aws/json-object';
import { elementsIn, membersIn, objectIn, partsIn } from './hcl-text.ts';
import type { Member } from './hcl-text.ts';
import type { Instance, Module } from './terraform-document.ts';

/**
 * The path from a block to one value, with names and list positions, for example `environment`, 0, `variables`, `URL`.
 */
export type SourcePath = readonly (string | number)[];

/** A block of a configuration file. */
export type WrittenBlock = {
  readonly file: string;
  /** The content of the whole file. */
  readonly content: string;
  readonly member: Member;
};

/** Returns the value of a reference; undefined if it is not known. */
type Resolve = (reference: string) => Json | undefined;

const FILE_LIMIT = 200;

export class TerraformSource {
  readonly #folder: string;
  readonly #read = new Map<string, readonly WrittenBlock[]>();

  /**
   * Creates a reader.
   * @param folder the folder of the root module
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Returns the value at a path of a resource. Returns undefined if it is not found, or if it contains anything other
   * than constants, templates, references, lists, objects and `jsonencode`.
   */
  value(instance: Instance, path: SourcePath, resolve: Resolve): Json | undefined {
    const block = this.block(instance);
    const text = block === undefined ? undefined : findExpression(block.member.text, path);
    return text === undefined ? undefined : evaluate(text, resolve);
  }

  /** Returns the block of a resource or data source; undefined if its file is not next to the plan. */
  block({
    module,
    isData,
    type,
    name,
  }: Pick<Instance, 'module' | 'isData' | 'type' | 'name'>): WrittenBlock | undefined {
    return this.#blocksOf(module).find(
      ({ member: { name: kind, labels } }) =>
        kind === (isData ? 'data' : 'resource') && labels[0] === type && labels[1] === name,
    );
  }

  /** Returns the files that have the blocks of the instances. */
  files(instances: readonly Instance[]): readonly string[] {
    return [...new Set(instances.flatMap((each) => this.block(each)?.file ?? []))];
  }

  /**
   * Returns the value of a reference to a local value or to a part of it, such as `local.uris[each.key]`.
   * @param key the key of the instance, which stands for `each.key` and `count.index`
   */
  local(module: Module, reference: string, key: string | undefined, resolve: Resolve): Json | undefined {
    const [name = '', ...path] = pathIn(reference.slice('local'.length), key) ?? [];
    const text = this.#local(module, String(name));
    return text === undefined ? undefined : evaluateIn(text, path, resolve);
  }

  /** Returns the value of a reference to `each.value` or to a part of it, such as `each.value.uri`. */
  eachValue(instance: Instance, reference: string, resolve: Resolve): Json | undefined {
    const { module, key } = instance;
    const written = findExpression(this.block(instance)?.member.text ?? '', ['for_each']);
    const local = /^local\.([\w-]+)$/.exec(written ?? '')?.[1];
    const text = local === undefined ? written : this.#local(module, local);
    const path = pathIn(reference.slice('each.value'.length), key);
    if (text === undefined || key === undefined || path === undefined) return undefined;
    // The keys of a set are its values.
    if (/^toset\(/.test(text)) return path.length === 0 ? key : undefined;
    return evaluateIn(text, [key, ...path], resolve);
  }

  /** Returns the expression of a local value. */
  #local(module: Module, name: string): string | undefined {
    return this.#blocksOf(module)
      .filter(({ member: { name: kind, isBlock } }) => kind === 'locals' && isBlock)
      .flatMap(({ member }) => membersIn(member.text))
      .find((one) => one.name === name)?.text;
  }

  #blocksOf(module: Module): readonly WrittenBlock[] {
    const folder = this.#folderOf(module);
    if (folder === undefined) return [];
    const known = this.#read.get(folder);
    if (known !== undefined) return known;
    const found = filesIn(folder).flatMap(({ file, content }) =>
      membersIn(content).map((member) => ({ file, content, member })),
    );
    this.#read.set(folder, found);
    return found;
  }

  /** Returns the folder of a module; undefined for a module that is not next to the plan. */
  #folderOf({ call }: Module): string | undefined {
    if (call === undefined) return this.#folder;
    const parent = this.#folderOf(call.parent);
    return parent !== undefined && /^\.{1,2}\//.test(call.source) ? join(parent, call.source) : undefined;
  }
}

function filesIn(folder: string): readonly Pick<WrittenBlock, 'file' | 'content'>[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
    const files = names.slice(0, FILE_LIMIT).map((name) => join(folder, name));
    return files.map((file) => ({ file, content: readFileSync(file, 'utf8') }));
  } catch {
    // The folder does not exist or cannot be read, so there are no configuration files next to the plan.
    return [];
  }
}

function findExpression(body: string, [name, ...rest]: SourcePath): string | undefined {
  const found = membersIn(body).filter((member) => member.name === name);
  const [index, ...deeper] = rest;
  if (typeof index === 'number' && found[0]?.isBlock === true) {
    const block = found[index];
    return block === undefined ? undefined : findExpression(block.text, deeper);
  }
  const [only, ...others] = found;
  if (only === undefined || only.isBlock || others.length > 0) return undefined;
  return rest.length === 0 ? only.text : within(only.text, rest);
}

function within(expression: string, [key, ...rest]: SourcePath): string | undefined {
  if (key === undefined) return undefined;
  const inner = objectIn(expression);
  if (inner !== undefined) return findExpression(inner, [String(key), ...rest]);
  const element = typeof key === 'number' ? elementsIn(expression)?.[key] : undefined;
  return element === undefined || rest.length === 0 ? element : within(element, rest);
}

/**
 * Returns the names and indexes after the first word of a reference, such as `uris` and the key in `.uris[each.key]`.
 * Returns undefined for a reference with a splat or with a computed index, such as `[*]`, which only Terraform resolves.
 */
function pathIn(rest: string, key: string | undefined): SourcePath | undefined {
  const steps = [...rest.matchAll(STEP)];
  if (steps.map(([whole]) => whole).join('') !== rest) return undefined;
  return steps.map(([, name, index, text, ofInstance]) => {
    if (index !== undefined) return Number(index);
    if (ofInstance === 'count.index') return Number(key);
    return name ?? text ?? key ?? '';
  });
}

const STEP = /\.([\w-]+)|\[(?:(\d+)|"([^"]*)"|(each\.key|count\.index))\]/g;

/** Matches an object with one attribute of each instance of a resource, by the key of the instance. */
const OF_EACH = /^\{\s*for\s+(\w+)\s*,\s*(\w+)\s+in\s+([\w.-]+)\s*:\s*\1\s*=>\s*\2((?:\.[\w-]+)+)\s*\}$/;

/** Evaluates only the part of an expression, because other parts may be unknown. */
function evaluateIn(text: string, path: SourcePath, resolve: Resolve): Json | undefined {
  const [, , , resource, attribute] = OF_EACH.exec(text) ?? [];
  if (resource !== undefined && attribute !== undefined && path.length === 1)
    return resolve(`${resource}[${JSON.stringify(path[0])}]${attribute}`);
  const part = path.length === 0 ? text : within(text, path);
  return part === undefined ? undefined : evaluate(part, resolve);
}

function evaluate(text: string, resolve: Resolve): Json | undefined {
  const encoded = /^jsonencode\(([\s\S]*)\)$/.exec(text)?.[1]?.trim();
  if (encoded !== undefined) return evaluate(encoded, resolve);
  if (/^(?:-?\d+(?:\.\d+)?|true|false|null)$/.test(text)) return JSON.parse(text) as Json;
  const parts = partsIn(text);
  if (parts !== undefined) return joinParts(parts, resolve);
  const elements = elementsIn(text);
  if (elements !== undefined) return complete(elements.map((each) => evaluate(each, resolve)));
  const inner = objectIn(text);
  if (inner === undefined || /^\s*for\s/.test(inner)) return undefined;
  const members = membersIn(inner);
  const values = complete(members.map((member) => evaluate(member.text, resolve)));
  return values && Object.fromEntries(members.map(({ name }, index) => [name, values[index] ?? null]));
}

function joinParts(parts: NonNullable<ReturnType<typeof partsIn>>, resolve: Resolve): Json | undefined {
  const values = complete(parts.map((part) => (typeof part === 'string' ? part : resolve(part.reference))));
  if (values === undefined) return undefined;
  const [only, ...others] = values;
  if (others.length === 0) return only ?? '';
  return { 'Fn::Join': ['', values] };
}

function complete(values: readonly (Json | undefined)[]): Json[] | undefined {
  return values.every((value) => value !== undefined) ? [...values] : undefined;
}
