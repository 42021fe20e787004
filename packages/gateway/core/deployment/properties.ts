/** Typed reading of resource properties; every refusal names file, resource and property. */
import { asNumber, asText } from '@gatewright/aws/json-object';
import { DefinitionError } from '../errors.ts';
import type { DefinitionPlace, Tolerance } from '../errors.ts';
import { MemberReader } from '@gatewright/aws/member-reader';

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

/** A text property; without `usual` it is required. Numbers and flags read as their text, as CloudFormation does. */
export function readText(bag: PropertyBag, property: string, usual?: string): string {
  return readerOf(bag).anyText(property, usual);
}

type IntegerRule = { readonly usual: number; readonly min: number; readonly max: number };

/** A whole number within AWS's bounds; text of digits counts, as in CloudFormation. */
export function readInteger(bag: PropertyBag, property: string, { usual, min, max }: IntegerRule): number {
  return readerOf(bag).integer(property, min, max, usual);
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

/** `true`, `false` or their texts; absent = false. */
export function readFlag(bag: PropertyBag, property: string): boolean {
  return readerOf(bag).flag(property, false);
}

/** A list of texts; absent = empty. */
export function readTextList(bag: PropertyBag, property: string): string[] {
  const reader = readerOf(bag);
  return reader
    .list(property, Infinity)
    .map((item) => asText(item) ?? reader.refuse(property, 'must be a list of strings'));
}

/** A map whose values are texts; absent = undefined. */
export function readTextMap(bag: PropertyBag, property: string): Record<string, string> | undefined {
  const map = readerOf(bag).optional(property);
  return map && Object.fromEntries(Object.keys(map.members).map((name) => [name, map.anyText(name)]));
}

/** A nested block (`Integration`, `CorsConfiguration`) as a bag of its own; absent = undefined. */
export function readBlock(bag: PropertyBag, property: string): PropertyBag | undefined {
  const block = readerOf(bag).optional(property);
  return block && innerBag(bag, block);
}

/** A list of maps (`IntegrationResponses`), each as a bag of its own; absent = empty. */
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
