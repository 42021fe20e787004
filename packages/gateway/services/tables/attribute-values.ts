import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ATTRIBUTE_TYPES } from '@gatewright/dynamodb/attribute-types';

const MAX_DEPTH = 32;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function isItem(value: unknown): value is UnknownMembers {
  return (
    isJsonObject(value) &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((one) => isAttribute(one))
  );
}

function isAttribute(value: unknown, depth = 0): boolean {
  if (!isJsonObject(value) || depth > MAX_DEPTH) return false;
  const [first, ...others] = Object.entries(value);
  const kind = first?.[0] ?? '';
  const inner: unknown = first?.[1];
  if (others.length > 0 || !ATTRIBUTE_TYPES.includes(kind)) return false;
  const isText = typeof inner === 'string';
  switch (kind) {
    case 'S':
      return isText;
    case 'N':
      return isText && NUMBER.test(inner);
    case 'B':
      return isText && BASE64.test(inner);
    case 'BOOL':
      return typeof inner === 'boolean';
    case 'NULL':
      return inner === true;
    case 'L':
      return Array.isArray(inner) && inner.every((one) => isAttribute(one, depth + 1));
    case 'M':
      return isJsonObject(inner) && Object.values(inner).every((one) => isAttribute(one, depth + 1));
    default:
      return (
        Array.isArray(inner) &&
        inner.length > 0 &&
        inner.every((one: unknown) => isAttribute({ [kind.slice(0, 1)]: one }, depth + 1))
      );
  }
}

/**
 * Converts a plain value to a DynamoDB attribute value: numbers become N, lists L, objects M.
 * @throws RangeError for a number that JSON parsing has already rounded, for deep nesting, and for a value that JSON
 * cannot represent
 */
function toAttribute(value: unknown, depth = 0): UnknownMembers {
  if (depth > MAX_DEPTH) throw new RangeError(`the item is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw new RangeError(
        `the number ${value} cannot be represented exactly; write the item in DynamoDB's form: {"N": "…"}`,
      );
    return { N: String(value) };
  }
  if (Array.isArray(value)) return { L: value.map((one: unknown) => toAttribute(one, depth + 1)) };
  if (isJsonObject(value)) return { M: toAttributes(value, depth + 1) };
  throw new RangeError(`a value of type ${typeof value} cannot be written as JSON`);
}

export function toAttributes(item: UnknownMembers, depth = 0): UnknownMembers {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toAttribute(value, depth)]));
}

/**
 * Converts an item to plain JSON. Sets become lists, and bytes become Base64. A number that JavaScript would round
 * becomes a string.
 */
export function fromAttributes(item: UnknownMembers): UnknownMembers {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

function fromAttribute(value: unknown): unknown {
  const [kind = '', inner] = Object.entries(membersOf(value))[0] ?? [];
  switch (kind) {
    case 'N':
      return toNumber(String(inner));
    case 'NULL':
      return null;
    case 'L':
      return Array.isArray(inner) ? inner.map(fromAttribute) : [];
    case 'NS':
      return Array.isArray(inner) ? inner.map((one) => toNumber(String(one))) : [];
    case 'M':
      return fromAttributes(membersOf(inner));
    default:
      return inner;
  }
}

function toNumber(text: string): number | string {
  const number = Number(text);
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return digits.length <= 15 && Number.isFinite(number) ? number : text;
}
