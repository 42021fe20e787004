/** Typed reading of resource properties; every refusal names file, resource and property. */
import { asFlag, asInteger, asNumber, isJsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../errors.ts';
import type { DefinitionPlace, Tolerance } from '../errors.ts';

/** A resource for the compilers: id, CloudFormation properties, and their places. */
export type PropertyBag = {
  readonly id: string;
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The resource's fault; parts that depend on it must not use the rest. */
  readonly fault?: DefinitionError | undefined;
  place(property?: string): DefinitionPlace;
};

/** Returns a resource without a fault. @throws DefinitionError */
export function requireValid<T extends PropertyBag>(bag: T): T {
  if (bag.fault !== undefined) throw bag.fault;
  return bag;
}

/** A text property; without `usual` it is required. Numbers and booleans read as their text, as CloudFormation does. */
export function readText(bag: PropertyBag, property: string, usual?: string): string {
  const value = bag.properties[property];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if ((value === undefined || value === null) && usual !== undefined) return usual;
  throw new DefinitionError(
    bag.place(property),
    value === undefined ? `${property} is required` : `${property} must be a string`,
  );
}

type IntegerRule = { readonly usual: number; readonly min: number; readonly max: number };

/** A whole number within AWS's bounds; text of digits counts, as in CloudFormation. */
export function readInteger(bag: PropertyBag, property: string, rule: IntegerRule): number {
  const value = bag.properties[property];
  if (value === undefined || value === null) return rule.usual;
  const number = asInteger(value, rule.min, rule.max);
  if (number !== undefined) return number;
  throw new DefinitionError(
    bag.place(property),
    `${property} must be a whole number from ${rule.min} to ${rule.max}, not ${JSON.stringify(value)}`,
  );
}

/**
 * A number beyond AWS's limits is reported, and the limit applies. @throws DefinitionError for what is not
 * a whole number
 */
export function readClampedInteger(
  bag: PropertyBag,
  property: string,
  rule: IntegerRule,
  tolerance: Tolerance,
): number {
  const number = asNumber(bag.properties[property]);
  if (number === undefined || !Number.isInteger(number)) return readInteger(bag, property, rule);
  const limit = Math.min(Math.max(number, rule.min), rule.max);
  return tolerance.attempt(
    `the limit of ${limit} applies`,
    () => readInteger(bag, property, rule),
    () => limit,
  );
}

/** `true`, `false` or their texts. */
export function readFlag(bag: PropertyBag, property: string): boolean {
  const value = bag.properties[property];
  if (value === undefined || value === null) return false;
  const flag = asFlag(value);
  if (flag !== undefined) return flag;
  throw new DefinitionError(bag.place(property), `${property} must be true or false`);
}

/** A list of texts; absent = empty. */
export function readTextList(bag: PropertyBag, property: string): string[] {
  const value = bag.properties[property];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    const texts = value.filter((item) => typeof item === 'string');
    if (texts.length === value.length) return texts;
  }
  throw new DefinitionError(bag.place(property), `${property} must be a list of strings`);
}

/** A map whose values are texts; absent = undefined. */
export function readTextMap(bag: PropertyBag, property: string): Record<string, string> | undefined {
  const value = bag.properties[property];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    throw new DefinitionError(bag.place(property), `${property} must be a map`);
  const texts: Record<string, string> = {};
  for (const [name, item] of Object.entries(value)) {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
      throw new DefinitionError(bag.place(`${property}.${name}`), `${property}.${name} must be a string`);
    texts[name] = String(item);
  }
  return texts;
}

/** A nested block (`Integration`, `CorsConfiguration`) as a bag of its own; absent = undefined. */
export function readBlock(bag: PropertyBag, property: string): PropertyBag | undefined {
  const value = bag.properties[property];
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw new DefinitionError(bag.place(property), `${property} must be a map`);
  return {
    id: bag.id,
    logicalId: bag.logicalId,
    properties: value,
    place: (inner) => bag.place(inner === undefined ? property : `${property}.${inner}`),
  };
}

/** A list of maps (`IntegrationResponses`), each as a bag of its own; absent = empty. */
export function readList(bag: PropertyBag, property: string): PropertyBag[] {
  const value = bag.properties[property];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new DefinitionError(bag.place(property), `${property} must be a list`);
  return value.map((item: unknown, index) => {
    const place = `${property}.${index}`;
    if (!isJsonObject(item)) throw new DefinitionError(bag.place(place), `${place} must be a map`);
    return {
      id: bag.id,
      logicalId: bag.logicalId,
      properties: item,
      place: (inner) => bag.place(inner === undefined ? place : `${place}.${inner}`),
    };
  });
}
