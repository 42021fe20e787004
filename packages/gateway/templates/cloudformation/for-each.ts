/**
 * Expands the loops of `Fn::ForEach` (AWS::LanguageExtensions transform), after the snippets of AWS::Include and before
 * any other step.
 * @see
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
 */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { RuleId } from '../../core/deployability/rules.ts';
import { pseudoParameter } from '../pseudo-parameters.ts';
import type { RawStack } from '../raw-stack.ts';
import { describeUnresolved, memberAt } from '../template-place.ts';
import { resolveValue } from './intrinsics.ts';
import type { Resolved, Scope } from './intrinsics.ts';
import { isListType } from './parameters.ts';
import type { Path, SourceTree } from './template-source.ts';

type Surroundings = Pick<RawStack, 'stackName' | 'region' | 'accountId' | 'parameters'>;

const PREFIX = 'Fn::ForEach::';
/**
 * The maximum number of copies that loops create. Without this limit, five nested loops over long lists could create
 * millions of resources.
 */
const COPY_LIMIT = 10_000;

/**
 * Expands all loops of a template.
 * @throws DefinitionError for a loop that is not [identifier, list, mapping], or a loop without the transform.
 */
export function expandForEach(tree: SourceTree, surroundings: Surroundings): JsonObject {
  return new Expansion(tree, surroundings).run();
}

class Expansion {
  readonly #tree: SourceTree;
  readonly #surroundings: Surroundings;
  /** Resources do not exist yet, so a list can only be computed from parameters and mappings. */
  readonly #scope: Scope;
  #copies = 0;

  constructor(tree: SourceTree, surroundings: Surroundings) {
    this.#tree = tree;
    this.#surroundings = surroundings;
    const late = (at: Path): never =>
      this.#fail(
        at,
        'the second item of Fn::ForEach must not depend on resources, conditions or imported values',
      );
    this.#scope = {
      region: surroundings.region,
      hasExtensions: true,
      ref: (name, at) => this.#parameter(name, at),
      attribute: (_logicalId, _attribute, at) => late(at),
      condition: (_name, at) => late(at),
      mapping: (map, topKey, secondKey) => memberAt(tree.value, ['Mappings', map, topKey, secondKey]),
      importValue: (_name, at) => late(at),
      fail: (at, message, rule) => this.#fail(at, message, rule),
    };
  }

  run(): JsonObject {
    return this.#expandMembers(this.#tree.value, []);
  }

  #expand(value: Json, at: Path): Json {
    if (isJsonList(value)) return value.map((item, index) => this.#expand(item, [...at, String(index)]));
    return isJsonObject(value) ? this.#expandMembers(value, at) : value;
  }

  #expandMembers(value: JsonObject, at: Path): JsonObject {
    const entries = Object.entries(value).flatMap(([key, member]) =>
      key.startsWith(PREFIX)
        ? this.#expandLoop(member, [...at, key])
        : [[key, this.#expand(member, [...at, key])] as const],
    );
    const keys = new Set<string>();
    for (const [key] of entries) {
      if (keys.has(key))
        this.#fail(at, `Fn::ForEach generates the key "${key}" twice; make the generated keys unique`);
      keys.add(key);
    }
    return Object.fromEntries(entries);
  }

  #expandLoop(loop: Json, at: Path): readonly (readonly [string, Json])[] {
    const transform = this.#tree.value['Transform'];
    const isOn = [transform ?? []].flat().includes('AWS::LanguageExtensions');
    if (!isOn)
      return this.#fail(at, 'Fn::ForEach requires "Transform: AWS::LanguageExtensions" in the template');
    const [identifier, collection, fragment] = isJsonList(loop) ? loop : [];
    if (typeof identifier !== 'string' || collection === undefined || !isJsonObject(fragment)) {
      return this.#fail(
        at,
        'the value of Fn::ForEach must be a list of an identifier, a list of values and a mapping',
      );
    }
    return this.#readCollection(collection, at).flatMap((item) => {
      this.#copies += 1;
      if (this.#copies > COPY_LIMIT)
        this.#fail(
          at,
          `Fn::ForEach generates more than ${COPY_LIMIT} copies; shorten the lists of the loops`,
        );
      const copy = replaceIdentifier(fragment, identifier, item);
      return Object.entries(this.#expandMembers(membersOf(copy), at));
    });
  }

  /** Reads a list. The list, and each of its items, may be a function of parameters and mappings. */
  #readCollection(collection: Json, at: Path): readonly string[] {
    const items = resolveValue(collection, this.#scope, at);
    const texts = isJsonList(items) ? items.filter((item) => typeof item === 'string') : [];
    if (!isJsonList(items) || texts.length < items.length)
      return this.#fail(
        at,
        'the second item of Fn::ForEach must be a list of strings or a Ref to a list parameter',
      );
    return texts;
  }

  #parameter(name: string, at: Path): Resolved {
    const pseudo = pseudoParameter(name, this.#surroundings);
    if (pseudo !== undefined) return pseudo;
    const declared = memberAt(this.#tree.value, ['Parameters', name]);
    if (!isJsonObject(declared)) return this.#fail(at, describeUnresolved(name, at));
    const { Type: type, Default: byDefault } = declared;
    const text = this.#surroundings.parameters[name] ?? byDefault;
    if (typeof text !== 'string')
      return this.#fail(
        at,
        `Parameters.${name} must have a value; pass --param ${name}=…`,
        'parameter-without-value',
      );
    return typeof type === 'string' && isListType(type) ? text.split(',').map((item) => item.trim()) : text;
  }

  #fail(at: Path, message: string, rule?: RuleId): never {
    throw new DefinitionError({ file: this.#tree.file, line: this.#tree.lineOf(at) }, message, [], rule);
  }
}

/**
 * Replaces `${Name}` with the item, and `&{Name}` with the item without the characters that a logical id cannot
 * contain. This includes placeholders in keys. A `Ref` to the identifier becomes the item.
 */
function replaceIdentifier(value: Json, identifier: string, item: string): Json {
  const inText = (text: string): string =>
    text
      .replaceAll(`\${${identifier}}`, item)
      .replaceAll(`&{${identifier}}`, item.replace(/[^A-Za-z0-9]/g, ''));
  if (typeof value === 'string') return inText(value);
  if (isJsonList(value)) return value.map((part) => replaceIdentifier(part, identifier, item));
  if (!isJsonObject(value)) return value;
  if (value['Ref'] === identifier) return item;
  const entries = Object.entries(value).map(([key, part]) => [
    inText(key),
    replaceIdentifier(part, identifier, item),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}
