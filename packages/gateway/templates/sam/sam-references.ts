/**
 * Resolves references to generated resources in templates (`!Ref Api.Stage`), and references to parameters whose value
 * SAM itself needs.
 * @see
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
import { asText, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/** Replaces every `Ref`, `Fn::GetAtt` and `Fn::Sub` of a generated resource with its logical id. */
export function resolveReferences(value: Json, references: ReadonlyMap<string, string>): Json {
  if (isJsonList(value)) return value.map((item) => resolveReferences(item, references));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]): [string, Json] => {
    if (name === 'Ref' && typeof member === 'string') return [name, references.get(member) ?? member];
    if (name === 'Fn::GetAtt') return [name, attributeTarget(member, references)];
    if (name === 'Fn::Sub') return [name, substitute(member, references)];
    return [name, resolveReferences(member, references)];
  });
  return Object.fromEntries(entries);
}

/** Converts `[Api, Stage.Name]` or `[Api.Stage, Name]` to `[ApiProdStage, Name]`. */
function attributeTarget(argument: Json, references: ReadonlyMap<string, string>): Json {
  const parts = isJsonList(argument) ? argument : [];
  if (!parts.every((part) => typeof part === 'string')) return resolveReferences(argument, references);
  const keys = parts.join('.').split('.');
  const target = references.get(keys.slice(0, 2).join('.'));
  return target === undefined || keys.length < 3 ? argument : [target, keys.slice(2).join('.')];
}

function substitute(argument: Json, references: ReadonlyMap<string, string>): Json {
  const replace = (text: string): string =>
    text.replace(
      /\$\{\s*([A-Za-z0-9]+\.[A-Za-z0-9]+)((?:\.[^}]*)?)\s*\}/g,
      (whole, name: string, rest: string) => {
        const target = references.get(name);
        return target === undefined ? whole : `\${${target}${rest}}`;
      },
    );
  if (typeof argument === 'string') return replace(argument);
  if (!isJsonList(argument)) return argument;
  const [text = null, ...rest] = argument;
  return [
    typeof text === 'string' ? replace(text) : text,
    ...rest.map((item) => resolveReferences(item, references)),
  ];
}

/**
 * Replaces each `Ref` to a parameter, and each `Fn::Sub` that contains only parameters, with its value. SAM needs the
 * paths, methods and names of authorizers as strings.
 */
export function fillParameters(value: Json, values: ReadonlyMap<string, Json>): Json {
  if (values.size === 0) return value;
  if (isJsonList(value)) return value.map((item) => fillParameters(item, values));
  if (!isJsonObject(value)) return value;
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (Object.keys(value).length === 1 && typeof argument === 'string') {
    if (name === 'Ref') return values.get(argument) ?? value;
    if (name === 'Fn::Sub') {
      const text = argument.replace(
        /\$\{\s*([A-Za-z0-9]+)\s*\}/g,
        (whole, key: string) => asText(values.get(key)) ?? whole,
      );
      return text.includes('${') ? value : text;
    }
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, fillParameters(member, values)]),
  );
}

/**
 * Returns the parameters by name, each with the given value or the default. Parameters of types other than String,
 * Number and CommaDelimitedList are omitted, because CloudFormation resolves them.
 */
export function parameterValues(
  template: JsonObject,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, Json> {
  const declared = mapOf(template, 'Parameters');
  const values = new Map<string, Json>();
  for (const [name, declaration] of Object.entries(declared)) {
    const type = membersOf(declaration)['Type'];
    const isList = type === 'CommaDelimitedList';
    if (!isJsonObject(declaration) || (type !== 'String' && type !== 'Number' && !isList)) continue;
    const defaultValue = declaration['Default'] ?? undefined;
    const text = Object.hasOwn(given, name)
      ? given[name]
      : defaultValue === undefined || typeof defaultValue === 'object'
        ? undefined
        : String(defaultValue);
    if (text !== undefined) values.set(name, isList ? splitList(text) : text);
  }
  return values;
}

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}
