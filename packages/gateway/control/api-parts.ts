import { API_TYPES } from './resource-types/api-types.ts';
import { PART_NAMES, PARTS } from './resource-types/api-type.ts';
import type { PartName } from './resource-types/api-type.ts';
import type { ControlResource } from './control-resource.ts';

type HeldAs = {
  readonly 'by-id': ReadonlyMap<string, ControlResource>;
  readonly list: readonly ControlResource[];
};

export type HeldPart = {
  [Name in PartName]: (typeof PARTS)[Name] extends keyof HeldAs ? Name : never;
}[PartName];

export type HeldParts = {
  readonly [Name in HeldPart]: (typeof PARTS)[Name] extends keyof HeldAs
    ? HeldAs[(typeof PARTS)[Name]]
    : never;
};

export const HELD_PARTS: readonly HeldPart[] = PART_NAMES.filter(isHeld);

function isHeld(name: PartName): name is HeldPart {
  return PARTS[name] !== 'read';
}

export function partsOf(from: HeldParts, name: HeldPart): readonly ControlResource[] {
  const held: HeldParts[HeldPart] = from[name];
  return isList(held) ? held : [...held.values()];
}

function isList(held: HeldParts[HeldPart]): held is HeldAs['list'] {
  return Array.isArray(held);
}

/** Returns `from` with the given parts replaced, and without the parts whose owner no longer exists. */
export function withParts<From extends HeldParts>(
  from: From,
  name: HeldPart,
  items: readonly ControlResource[],
): From {
  const next = { ...from, [name]: hold(name, items) };
  return BELOW.filter(({ owner }) => owner === name).reduce((before, { part, property }) => {
    const kept = partsOf(before, part).filter(({ properties }) =>
      items.some(({ id }) => id === properties[property]),
    );
    return { ...before, [part]: hold(part, kept) };
  }, next);
}

export function holdParts(lists: (name: HeldPart) => readonly ControlResource[]): HeldParts {
  const held = Object.fromEntries(HELD_PARTS.map((name) => [name, hold(name, lists(name))]));
  return held as HeldParts;
}

function hold(name: HeldPart, items: readonly ControlResource[]): HeldParts[HeldPart] {
  return PARTS[name] === 'by-id' ? new Map(items.map((item) => [item.id, item])) : items;
}

const BELOW = [...API_TYPES.values()].flatMap(({ part, calls }) => {
  const below = calls?.below;
  if (part === undefined || below === undefined || !isHeld(part)) return [];
  return [{ part, owner: below.part, property: below.property }];
});
