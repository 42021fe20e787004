/** One property in two spellings: CloudFormation's, in which the control plane keeps it, and that of AWS's REST API. */
import { badRequest, ControlError } from '../../control/control-error.ts';
import type { PatchRule } from '../../control/patch.ts';
import type { Json, JsonObject } from '../../definition/model.ts';

type Kind = 'text' | 'flag' | 'number' | 'list' | 'texts' | 'flags';

/** `texts` and `flags` are maps; their keys are never respelled. */
export type Field = { readonly wire: string; readonly property: string; readonly kind: Kind };

export const field = (wire: string, kind: Kind = 'text', property = capitalise(wire)): Field => ({
  wire,
  property,
  kind,
});

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The properties that a body sets. @throws ControlError for a value of another kind */
export function readFields(body: Readonly<Record<string, unknown>>, fields: readonly Field[]): JsonObject {
  return Object.fromEntries(
    fields.flatMap(({ wire, property, kind }): [string, Json][] => {
      const value = body[wire];
      return value === undefined || value === null ? [] : [[property, readValue(value, kind)]];
    }),
  );
}

function readValue(value: unknown, kind: Kind): Json {
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
      if (Array.isArray(value)) return value.map((item: unknown) => readValue(item, 'text'));
      break;
    case 'texts':
    case 'flags':
      if (typeof value === 'object' && !Array.isArray(value))
        return Object.fromEntries(
          Object.entries(value ?? {}).map(([key, item]: [string, unknown]) => [
            key,
            readValue(item, kind === 'texts' ? 'text' : 'flag'),
          ]),
        );
  }
  throw new ControlError('SerializationException', `${typeof value} can not be converted to ${kind}`);
}

/** The properties as the API shows them; those that are not set, and empty maps, are left out. */
export function showFields(properties: JsonObject, fields: readonly Field[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { wire, property, kind } of fields) {
    const value = properties[property];
    if (value === undefined || value === null || value === '' || isEmptyMap(value)) continue;
    shown[wire] = showValue(value, kind);
  }
  return shown;
}

/** Templates may write flags and numbers as text. */
function showValue(value: Json, kind: Kind): unknown {
  switch (kind) {
    case 'flag':
      return value === true || value === 'true';
    case 'number':
      return Number(value);
    case 'flags':
      return typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showValue(item, 'flag')]))
        : value;
    default:
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  }
}

function isEmptyMap(value: Json): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

/** `replace /{wire}` for a text, flag or number. */
export function replaceRule({ wire, property, kind }: Field): PatchRule<JsonObject> {
  return {
    path: `/${wire}`,
    on: { replace: (target, { value }) => ({ ...target, [property]: parseText(value, kind) }) },
  };
}

/** `add`, `replace` and `remove` of one entry of a map; `missing` is AWS's word for an entry that is not there. */
export function mapRule(mapField: Field, missing: string): PatchRule<JsonObject> {
  const { wire, property, kind } = mapField;
  const entries = (target: JsonObject): JsonObject => {
    const map = target[property];
    return typeof map === 'object' && map !== null && !Array.isArray(map) ? (map as JsonObject) : {};
  };
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
        if (!Object.hasOwn(entries(target), name)) throw new ControlError('NotFoundException', missing);
        return put(target, name, value);
      },
      remove(target, { names }) {
        const name = names['name'] ?? '';
        if (!Object.hasOwn(entries(target), name)) throw new ControlError('NotFoundException', missing);
        const kept = Object.entries(entries(target)).filter(([key]) => key !== name);
        return { ...target, [property]: Object.fromEntries(kept) };
      },
    },
  };
}

function parseText(value: string, kind: Kind): Json {
  // AWS reads anything but "true" as false [obs].
  if (kind === 'flag') return value.toLowerCase() === 'true';
  if (kind !== 'number') return value;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw badRequest(`Invalid number specified: ${value}`);
  return number;
}
