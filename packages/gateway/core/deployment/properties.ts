/** Reads resource properties with types. Every error message contains the file, resource and property. */
import { asNumber, asText } from '@gatewright/aws/json-object';
import { DefinitionError } from '../errors.ts';
import type { DefinitionPlace, Tolerance } from '../errors.ts';
import { MemberReader } from '@gatewright/aws/member-reader';

/** A resource as the compilers use it: its id, its CloudFormation properties, and their places. */
export type PropertyBag = {
  readonly id: string;
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The fault of the resource. Parts that depend on the resource must not use its other members. */
  readonly fault?: DefinitionError | undefined;
  place(property?: string): DefinitionPlace;
};

/**
 * Returns the resource if it has no fault.
 * @throws DefinitionError if it has a fault
 */
export function requireValid<T extends PropertyBag>(bag: T): T {
  if (bag.fault !== undefined) throw bag.fault;
  return bag;
}

/**
 * Reads a string property, which is required if `usual` is absent. Numbers and booleans are converted to strings, as in
 * CloudFormation.
 */
export function readText(bag: PropertyBag, property: string, usual?: string): string {
  return readerOf(bag).anyText(property, usual);
}

type IntegerRule = { readonly usual: number; readonly min: number; readonly max: number };

/** Reads a whole number within AWS's bounds. A string of digits is accepted, as in CloudFormation. */
export function readInteger(bag: PropertyBag, property: string, { usual, min, max }: IntegerRule): number {
  return readerOf(bag).integer(property, min, max, usual);
}

/**
 * Reads a whole number. A number beyond AWS's limits is reported, and the limit is used instead.
 * @throws DefinitionError if the value is not a whole number, or if it is beyond the limits and no fault is tolerated
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

/** Reads `true` or `false`, as a boolean or a string; an absent property is false. */
export function readFlag(bag: PropertyBag, property: string): boolean {
  return readerOf(bag).flag(property, false);
}

/** Reads a list of strings; an absent property is an empty list. */
export function readTextList(bag: PropertyBag, property: string): string[] {
  const reader = readerOf(bag);
  return reader
    .list(property, Infinity)
    .map(
      (item) =>
        asText(item) ?? reader.refuse(property, `must be a list of strings, not ${JSON.stringify(item)}`),
    );
}

/** Reads a map whose values are strings; undefined if the property is absent. */
export function readTextMap(bag: PropertyBag, property: string): Record<string, string> | undefined {
  const map = readerOf(bag).optional(property);
  return map && Object.fromEntries(Object.keys(map.members).map((name) => [name, map.anyText(name)]));
}

/** Reads a nested block (`Integration`, `CorsConfiguration`) as a separate bag; undefined if the property is absent. */
export function readBlock(bag: PropertyBag, property: string): PropertyBag | undefined {
  const block = readerOf(bag).optional(property);
  return block && innerBag(bag, block);
}

/** Reads a list of maps (`IntegrationResponses`), each as a separate bag; an absent property is an empty list. */
export function readList(bag: PropertyBag, property: string): PropertyBag[] {
  return readerOf(bag)
    .objects(property, Infinity)
    .map((item) => innerBag(bag, item));
}

function innerBag(bag: PropertyBag, block: MemberReader): PropertyBag {
  return {
    id: bag.id,
    logicalId: bag.logicalId,
    properties: block.members,
    place: (inner = '') => bag.place(block.at(inner)),
  };
}

function readerOf(bag: PropertyBag): MemberReader {
  return new MemberReader(bag.properties, '', {
    refusal: (path, message) => new DefinitionError(bag.place(path), `${path} ${message}`),
  });
}
