/**
 * Expands the loops of `Fn::ForEach` (AWS::LanguageExtensions transform), after the snippets of AWS::Include and before
 * any other step.
 * @see
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
 */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path, SourceTree } from './template-source.ts';

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
export function expandForEach(tree: SourceTree, parameters: Readonly<Record<string, string>>): JsonObject {
  return new Expansion(tree, parameters).run();
}

class Expansion {
  readonly #tree: SourceTree;
  readonly #parameters: Readonly<Record<string, string>>;
  #copies = 0;

  constructor(tree: SourceTree, parameters: Readonly<Record<string, string>>) {
    this.#tree = tree;
    this.#parameters = parameters;
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
      return this.#fail(at, 'the value of Fn::ForEach must be [identifier, list of values, mapping]');
    }
    return this.#readCollection(collection, at).flatMap((item) => {
      this.#copies += 1;
      if (this.#copies > COPY_LIMIT) this.#fail(at, `Fn::ForEach generates more than ${COPY_LIMIT} copies`);
      const copy = replaceIdentifier(fragment, identifier, item);
      return Object.entries(this.#expandMembers(membersOf(copy), at));
    });
  }

  #readCollection(collection: Json, at: Path): readonly string[] {
    if (isJsonList(collection) && collection.every((item) => typeof item === 'string')) return collection;
    const name = membersOf(collection)['Ref'];
    const section = this.#tree.value['Parameters'];
    const declared = isJsonObject(section) && typeof name === 'string' ? section[name] : undefined;
    if (typeof name !== 'string' || !isJsonObject(declared)) {
      return this.#fail(
        at,
        'the second item of Fn::ForEach must be a list of strings or a Ref to a list parameter',
      );
    }
    const text = this.#parameters[name] ?? declared['Default'];
    if (typeof text !== 'string')
      return this.#fail(at, `Parameters.${name} must have a value; pass --param ${name}=…`);
    return text.split(',').map((item) => item.trim());
  }

  #fail(at: Path, message: string): never {
    throw new DefinitionError({ file: this.#tree.file, line: this.#tree.lineOf(at) }, message);
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
