/**
 * Reads, shows and patches properties by field tables. The control plane uses CloudFormation's spelling, and calls use
 * the spelling of AWS's APIs.
 */
import type { MemberType } from '@gatewright/aws/call-input';
import { describeWrongClass } from '@gatewright/aws/wrong-type';
import { isJsonObject, isTrue, listOf, mapOf, membersOf, without } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { badRequest, ControlError, notFound } from '../../control-error.ts';
import { refusalByService } from '../../edits/check-members.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { Constraint } from '../../resource-types/constraints.ts';
import type { Field, FieldKind } from '../../resource-types/fields.ts';

/**
 * Returns the properties that a body sets.
 * @throws ControlError for a value of another type
 */
export function readFields(body: Readonly<Record<string, unknown>>, fields: readonly Field[]): JsonObject {
  return Object.fromEntries(
    fields.flatMap((one): [string, Json][] => {
      const value = body[one.wire];
      return value === undefined || value === null ? [] : [[one.property, readValue(value, one)]];
    }),
  );
}

/**
 * Applies a body to the properties, as apigatewayv2 does. An entry of a map is added, or removed if its value is empty.
 * A block keeps the members that the body does not contain (docs/aws §22.5). All other properties are replaced.
 */
export function mergeFields(
  properties: JsonObject,
  body: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
): JsonObject {
  const merged: Record<string, Json> = { ...properties };
  for (const [property, value] of Object.entries(readFields(body, fields))) {
    const { kind } = fields.find((one) => one.property === property) ?? {};
    const isMap = kind === 'texts' || kind === 'blocks' || kind === 'changes';
    if (isMap) merged[property] = mergeEntries(properties[property], value);
    else
      merged[property] =
        kind === 'block' ? { ...membersOf(properties[property]), ...membersOf(value) } : value;
  }
  return merged;
}

function mergeEntries(before: Json | undefined, added: Json): JsonObject {
  const all = { ...membersOf(before), ...membersOf(added) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '' && !isEmptyMap(value)));
}

function readValue(value: unknown, { kind, fields = [] }: Pick<Field, 'kind' | 'fields'>): Json {
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'flag':
      if (typeof value === 'boolean') return value;
      break;
    case 'number':
      if (typeof value === 'number') return value;
      break;
    case 'list':
      if (Array.isArray(value)) return value.map((item: unknown) => readValue(item, { kind: 'text' }));
      break;
    case 'block':
      if (isJsonObject(value)) return readFields(value, fields);
      break;
    default:
      if (isJsonObject(value))
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, readEntry(item, { kind, fields })]),
        );
  }
  throw new ControlError(
    'SerializationException',
    describeWrongClass(value, SCALARS[kind] ?? 'any', CLASSES),
  );
}

/** The Java classes that API Gateway names in the error message for a value of the wrong type [obs]. */
const CLASSES = {
  boolean: 'java.lang.Boolean',
  number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  string: 'java.lang.String',
};
const SCALARS: Readonly<Partial<Record<FieldKind, MemberType>>> = {
  text: 'text',
  flag: 'flag',
  number: 'number',
};

function readEntry(value: unknown, { kind, fields = [] }: Pick<Field, 'kind' | 'fields'>): Json {
  if (kind === 'blocks') return readValue(value, { kind: 'block', fields });
  // AWS reads a null in a map of strings as an empty string [obs].
  if (kind === 'texts' && value === null) return '';
  if (kind !== 'changes') return readValue(value, { kind: kind === 'flags' ? 'flag' : 'text' });
  const texts = Object.entries(membersOf(value));
  if (texts.length === 0) return {};
  return {
    ResponseParameters: texts.map(([Destination, source]) => ({
      Destination,
      Source: readValue(source, { kind: 'text' }),
    })),
  };
}

/**
 * Returns the properties as the API shows them. Properties without a value are omitted. Empty maps are omitted too,
 * unless `withEmptyMaps` is set.
 */
export function showFields(
  properties: JsonObject,
  fields: readonly Field[],
  { withEmptyMaps = false } = {},
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const one of fields) {
    const value = properties[one.property];
    if (value === undefined || value === null || value === '') continue;
    if (isEmptyMap(value) && !withEmptyMaps) continue;
    shown[one.wire] = showValue(value, one);
  }
  return shown;
}

function showValue(value: Json, { kind, fields = [] }: Pick<Field, 'kind' | 'fields'>): unknown {
  const showEach = (show: (item: Json) => unknown): unknown =>
    isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]))
      : value;
  switch (kind) {
    case 'flag':
      return isTrue(value);
    case 'number':
      return Number(value);
    case 'flags':
      return showEach((item) => showValue(item, { kind: 'flag' }));
    case 'block':
      return isJsonObject(value) ? showFields(value, fields) : value;
    case 'blocks':
      return showEach((item) => showValue(item, { kind: 'block', fields }));
    case 'changes':
      return showEach(showChanges);
    default:
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  }
}

function showChanges(ofStatus: Json): unknown {
  const { ResponseParameters: list } = membersOf(ofStatus);
  return Object.fromEntries(
    (Array.isArray(list) ? list : []).flatMap((one: unknown): [string, unknown][] =>
      isJsonObject(one) && typeof one['Destination'] === 'string'
        ? [[one['Destination'], one['Source']]]
        : [],
    ),
  );
}

function isEmptyMap(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function parseChecked(value: string, kind: FieldKind, constraint: Constraint): Json {
  const parsed = parseText(value, kind);
  const refusal = refusalByService(parsed, constraint);
  if (refusal !== undefined) throw badRequest(refusal);
  return parsed;
}

export function replaceRule(
  { wire, property, kind }: Field,
  constraint: Constraint = {},
): PatchRule<JsonObject> {
  return {
    path: `/${wire}`,
    on: {
      replace(target, { value }) {
        return { ...target, [property]: parseChecked(value, kind, constraint) };
      },
    },
  };
}

/**
 * Creates a patch rule for a resource, such as an API key, that the control plane stores under the member names of
 * AWS's API instead of CloudFormation's.
 */
export function ownRule<T extends object>({ wire, kind }: Field, constraint: Constraint = {}): PatchRule<T> {
  return {
    path: `/${wire}`,
    on: { replace: (target, { value }) => ({ ...target, [wire]: parseChecked(value, kind, constraint) }) },
  };
}

export function showOwn(target: object, fields: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ wire }) => [wire, Reflect.get(target, wire)]));
}

/**
 * Creates AWS's patch rules. Strings, flags and numbers are replaced, maps are patched by entry, and lists are patched
 * by value.
 * @param constraints the service's own checks, by member
 */
export function patchRules(
  fields: readonly Field[],
  constraints: Readonly<Record<string, Constraint>> = {},
): readonly PatchRule<JsonObject>[] {
  return fields.map((one) => {
    if (one.kind === 'list') return listRule(one);
    if (one.kind !== 'texts' && one.kind !== 'flags') return replaceRule(one, constraints[one.wire]);
    return mapRule(
      one,
      one.wire.endsWith('Parameters')
        ? 'Invalid parameter name specified'
        : 'Content-Type specified was not found',
    );
  });
}

function listRule({ wire, property }: Field): PatchRule<JsonObject> {
  const values = (target: JsonObject): readonly Json[] => listOf(target, property);
  return {
    path: `/${wire}`,
    on: {
      add: (target, { value }) => ({ ...target, [property]: [...values(target), value] }),
      remove: (target, { value }) => ({
        ...target,
        [property]: values(target).filter((one) => one !== value),
      }),
    },
  };
}

/**
 * Creates a rule to `add`, `replace` and `remove` one entry of a map. `missing` is AWS's message for an absent entry.
 */
export function mapRule(mapField: Field, missing: string): PatchRule<JsonObject> {
  const { wire, property, kind } = mapField;
  const entries = (target: JsonObject): JsonObject => mapOf(target, property);
  const put = (target: JsonObject, name: string, value: string): JsonObject => ({
    ...target,
    [property]: { ...entries(target), [name]: kind === 'flags' ? value.toLowerCase() === 'true' : value },
  });
  return {
    path: `/${wire}/{name}`,
    on: {
      add: (target, { names, value }) => put(target, names['name'] ?? '', value),
      replace(target, { names, value }) {
        const name = names['name'] ?? '';
        if (!Object.hasOwn(entries(target), name)) throw notFound(missing);
        return put(target, name, value);
      },
      remove(target, { names }) {
        const name = names['name'] ?? '';
        if (!Object.hasOwn(entries(target), name)) throw notFound(missing);
        const kept = without(entries(target), name);
        return isEmptyMap(kept) ? without(target, property) : { ...target, [property]: kept };
      },
    },
  };
}

function parseText(value: string, kind: FieldKind): Json {
  // AWS reads every value except "true" as false [obs].
  if (kind === 'flag') return value.toLowerCase() === 'true';
  if (kind !== 'number') return value;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw badRequest(`Invalid number specified: ${value}`);
  return number;
}
