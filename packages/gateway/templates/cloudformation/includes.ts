/**
 * Handles the AWS::Include transform. Snippets are inserted before any other step, the innermost snippets first.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-include.html
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DefinitionError, REFUSING } from '../../core/errors.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { LoadOptions } from '../load-options.ts';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pseudoParameter } from '../pseudo-parameters.ts';
import { parameterValues } from '../sam/sam-references.ts';
import { existingPath, placeOf } from '../template-place.ts';
import { resolveValue } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';
import { describeStoring } from '../../core/stack/stored-values.ts';
import { withReason } from './missing-snippet.ts';
import { parseSource } from './template-source.ts';
import type { Path, SourceTree } from './template-source.ts';

const KEY = 'Fn::Transform';
/**
 * Maximum size of a snippet. This is AWS's quota for an API document (docs/aws §13), which is the largest document that
 * can be included.
 */
const MAX_BYTES = 6 * 1024 * 1024;
/** Maximum nesting of includes. It ends circular includes. */
const DEPTH_LIMIT = 10;
const COUNT_LIMIT = 1_000;

type Included = {
  readonly tree: SourceTree;
  readonly files: readonly string[];
  /** Returns the place of a part of a snippet that is a file; undefined for a part of the template itself. */
  readonly placeIn: (path: Path) => PlaceOfSnippet | undefined;
};

type PlaceOfSnippet = { readonly file: string; readonly line: number | undefined };

type Options = Pick<LoadOptions, 'parameters' | 'region' | 'accountId' | 'stored' | 'tolerance'>;

/**
 * Inserts the snippets. Within a resource, a snippet that cannot be read stays in place and makes the resource faulty.
 * Outside of resources, such a snippet is dropped.
 * @throws DefinitionError if a snippet cannot be read and errors are not tolerated
 */
export function expandIncludes(tree: SourceTree, stackName: string, options: Options): Included {
  const inclusion = new Inclusion(tree, stackName, options);
  const value = inclusion.run();
  return { tree: { ...tree, value }, files: inclusion.files, placeIn: (path) => inclusion.placeIn(path) };
}

type Snippet = { readonly source: SourceTree; readonly folder: string; readonly isFile: boolean };

class Inclusion {
  readonly files: string[] = [];
  readonly #tree: SourceTree;
  readonly #options: Options;
  readonly #scope: Scope;
  readonly #snippets: { readonly at: Path; readonly source: SourceTree }[] = [];
  #count = 0;

  constructor(tree: SourceTree, stackName: string, options: Options) {
    this.#tree = tree;
    this.#options = options;
    this.#scope = this.#locationScope(stackName);
  }

  run(): JsonObject {
    const folder = dirname(this.#tree.file);
    const { Transform: declared, ...sections } = this.#tree.value;
    const template = this.#expandMembers(sections, [], folder, 0);
    const transforms = declared === undefined ? [] : [declared].flat();
    const others = transforms.filter((transform) => !isInclude(transform));
    const whole = transforms
      .filter(isInclude)
      .reduce((made, transform) => this.#includeSections(made, transform, folder), template);
    // The remaining transforms keep their form: one name or a list of names.
    const left = others.length === transforms.length ? declared : others;
    return left === undefined || others.length === 0 ? whole : { Transform: left, ...whole };
  }

  placeIn(path: Path): PlaceOfSnippet | undefined {
    const found = this.#snippets
      .filter(({ at }) => at.every((key, index) => path[index] === key))
      .map(({ at, source }) => ({ at, source, within: existingPath(source.value, path.slice(at.length)) }))
      .toSorted((one, other) => one.at.length + one.within.length - other.at.length - other.within.length)
      .at(-1);
    const ofTemplate = existingPath(this.#tree.value, path).length;
    if (found === undefined || found.at.length + found.within.length <= ofTemplate) return undefined;
    return { file: found.source.file, line: found.source.lineOf(found.within) };
  }

  /** At the top level, snippets contain whole sections. The members of sections with the same name are merged. */
  #includeSections(template: JsonObject, transform: JsonObject, folder: string): JsonObject {
    const at = ['Transform'];
    const snippet = this.#attempt(at, () => this.#read(transform, at, folder, 0));
    if (snippet instanceof DefinitionError) return template;
    const sections = Object.entries(snippet).map(([name, section]): [string, Json] => {
      const own = template[name];
      const isBoth = isJsonObject(own) && isJsonObject(section);
      return [name, isBoth ? this.#merge(own, section, [name]) : (own ?? section)];
    });
    return { ...template, ...Object.fromEntries(sections) };
  }

  #expand(value: Json, at: Path, folder: string, depth: number): Json {
    if (isJsonList(value))
      return value.map((item, index) => this.#expand(item, [...at, String(index)], folder, depth));
    return isJsonObject(value) ? this.#expandMembers(value, at, folder, depth) : value;
  }

  #expandMembers(value: JsonObject, at: Path, folder: string, depth: number): JsonObject {
    const { [KEY]: written, ...others } = value;
    const own = Object.fromEntries(
      Object.entries(others).map(([key, member]) => [key, this.#expand(member, [...at, key], folder, depth)]),
    );
    if (written === undefined) return own;
    const transforms = isJsonList(written) ? written : [written];
    if (!transforms.every(isInclude)) return { ...own, [KEY]: written };
    let whole: JsonObject = own;
    for (const transform of transforms) {
      const snippet = this.#attempt(at, () => this.#read(transform, at, folder, depth));
      if (!(snippet instanceof DefinitionError)) whole = this.#merge(whole, snippet, at);
      else if (isWithinResource(at)) whole = { ...whole, [KEY]: withReason(transform, snippet) };
    }
    return whole;
  }

  #attempt(at: Path, read: () => JsonObject): JsonObject | DefinitionError {
    const { tolerance = REFUSING } = this.#options;
    const consequence = isWithinResource(at)
      ? `the snippet is missing from ${at[1] ?? ''}`
      : 'the parts that the snippet contains do not exist';
    return tolerance.attempt<JsonObject | DefinitionError>(consequence, read, (error) => error);
  }

  /**
   * Merges a snippet into the template. If both define a member, the template's own member is used and the duplicate is
   * reported.
   */
  #merge(own: JsonObject, snippet: JsonObject, at: Path): JsonObject {
    const { tolerance = REFUSING } = this.#options;
    const repeated = Object.keys(snippet).filter((key) => Object.hasOwn(own, key));
    if (repeated.length > 0)
      tolerance.note(
        this.#error(at, `an included snippet repeats keys of the template: ${repeated.join(', ')}`),
        'the values in the template itself are used',
      );
    return { ...snippet, ...own };
  }

  #read(transform: JsonObject, at: Path, folder: string, depth: number): JsonObject {
    this.#count += 1;
    if (depth >= DEPTH_LIMIT || this.#count > COUNT_LIMIT)
      throw this.#error(
        at,
        `snippets include each other more than ${DEPTH_LIMIT} levels deep, or there are more than ${COUNT_LIMIT} snippets`,
      );
    const { source, folder: next, isFile } = this.#open(this.#location(transform, at), at, folder);
    // A snippet at the top level contains sections of the template.
    const within = at[0] === 'Transform' ? [] : at;
    if (isFile) this.#snippets.push({ at: within, source });
    return this.#expandMembers(source.value, at, next, depth + 1);
  }

  #location(transform: JsonObject, at: Path): string {
    const parameters = transform['Parameters'];
    const written = membersOf(parameters)['Location'];
    const location = written === undefined ? undefined : resolveValue(written, this.#scope, at);
    if (typeof location === 'string' && location !== '') return location;
    throw this.#error(at, 'AWS::Include requires the parameter Location, the address of a file');
  }

  #open(location: string, at: Path, folder: string): Snippet {
    const { stored } = this.#options;
    const address = objectAddress(location);
    if (address !== undefined) {
      const text = stored?.object(address);
      if (text !== undefined)
        return { source: parseSource(text, `s3://${address}`, MAX_BYTES), folder, isFile: false };
      throw this.#error(
        at,
        `the document s3://${address} is not on this machine: ${describeStoring(stored, address)}`,
        'value-elsewhere',
      );
    }
    if (/^\w+:\/\//.test(location))
      throw this.#error(at, `AWS::Include supports only S3 objects, not ${location}`);
    const file = resolve(folder, location);
    this.files.push(file);
    const source = parseSource(this.#readText(file, at), file, MAX_BYTES);
    return { source, folder: dirname(file), isFile: true };
  }

  #readText(file: string, at: Path): string {
    try {
      if (statSync(file).size > MAX_BYTES) throw new Error('the file is larger than 6 MB');
      return readFileSync(file, 'utf8');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unreadable';
      throw this.#error(at, `the document ${file} cannot be read: ${reason}`, 'missing-file');
    }
  }

  #error(at: Path, message: string, rule?: RuleId): DefinitionError {
    return new DefinitionError(placeOf(this.#tree, at), message, [], rule);
  }

  /**
   * Returns a scope that resolves parameters, pseudo parameters and mappings, because only these are known before the
   * resources.
   */
  #locationScope(stackName: string): Scope {
    const { value } = this.#tree;
    const { parameters, region, accountId } = this.#options;
    const known = parameterValues(value, parameters);
    const fail = (at: Path, message: string, rule?: RuleId): never => {
      throw this.#error(at, message, rule);
    };
    const unknown = (name: string, at: Path): never =>
      fail(
        at,
        `the Location of AWS::Include can refer only to parameters, and ${name} is not a parameter with a value`,
        Object.hasOwn(mapOf(value, 'Parameters'), name) ? 'parameter-without-value' : undefined,
      );
    return {
      region,
      ref: (name, at) =>
        known.get(name) ?? pseudoParameter(name, { region, accountId, stackName }) ?? unknown(name, at),
      attribute: (logicalId, _attribute, at) => unknown(logicalId, at),
      condition: (name, at) => unknown(name, at),
      importValue: (name, at) => unknown(name, at),
      mapping: (...keys) =>
        ['Mappings', ...keys].reduce<Json | undefined>(
          (found, key) => (isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined),
          value,
        ),
      fail,
    };
  }
}

function isInclude(transform: Json): transform is JsonObject {
  return isJsonObject(transform) && transform['Name'] === 'AWS::Include';
}

function isWithinResource([section, logicalId]: Path): boolean {
  return section === 'Resources' && logicalId !== undefined;
}

/** Returns `bucket/key` from any of S3's address forms; undefined for any other location. */
function objectAddress(location: string): string | undefined {
  const [, address] = /^s3:\/\/([^/]+\/.+)$/.exec(location) ?? [];
  if (address !== undefined) return address;
  const [, bucket, key] =
    /^https:\/\/([^/]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\/([^?]+)/.exec(location) ?? [];
  if (bucket !== undefined && key !== undefined) return `${bucket}/${decodeURIComponent(key)}`;
  const [, path] =
    /^https:\/\/s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\/([^/]+\/[^?]+)/.exec(location) ?? [];
  return path === undefined ? undefined : decodeURIComponent(path);
}
