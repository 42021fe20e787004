/** Implements Java's `equals`, `hashCode` and simple class names. */
import { toDouble } from './numbers.ts';
import {
  HostObject,
  JavaBigDecimal,
  JavaBigInteger,
  JavaCharacter,
  JavaDouble,
  JavaEntry,
  JavaIterator,
  JavaList,
  JavaLong,
  JavaMap,
  JavaMapView,
  type JavaValue,
  LoopScope,
  RenderedBlock,
} from './values.ts';
import type { RenderBudget } from './render-budget.ts';

export function areEqual(left: JavaValue, right: JavaValue, budget: RenderBudget, depth = 0): boolean {
  if (left === right) return true;
  if (left instanceof JavaDouble && right instanceof JavaDouble) return Object.is(left.value, right.value);
  if (left instanceof JavaLong && right instanceof JavaLong) return left.value === right.value;
  if (left instanceof JavaBigInteger && right instanceof JavaBigInteger) return left.value === right.value;
  if (left instanceof JavaCharacter && right instanceof JavaCharacter) return left.value === right.value;
  if (left instanceof JavaBigDecimal && right instanceof JavaBigDecimal) {
    return left.unscaled === right.unscaled && left.scale === right.scale;
  }
  budget.spend(1);
  budget.checkDepth(depth);
  if (
    left instanceof JavaList &&
    right instanceof JavaList &&
    left.kind !== 'array' &&
    right.kind !== 'array'
  ) {
    return equalItems(left.items, right.items, budget, depth);
  }
  if (left instanceof JavaMap && right instanceof JavaMap) return equalMaps(left, right, budget, depth);
  if (left instanceof JavaEntry && right instanceof JavaEntry) {
    return (
      areEqual(left.key, right.key, budget, depth + 1) && areEqual(left.value, right.value, budget, depth + 1)
    );
  }
  if (left instanceof JavaMapView && right instanceof JavaMapView)
    return equalSets(left, right, budget, depth);
  return false;
}

function equalItems(
  left: readonly JavaValue[],
  right: readonly JavaValue[],
  budget: RenderBudget,
  depth: number,
): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => areEqual(item, right[at] ?? null, budget, depth + 1))
  );
}

function equalMaps(left: JavaMap, right: JavaMap, budget: RenderBudget, depth: number): boolean {
  if (left.size !== right.size) return false;
  return left
    .entries()
    .every(({ key, value }) => right.has(key) && areEqual(value, right.get(key), budget, depth + 1));
}

/** Whether two views of maps are equal. The result of `values()` is not a set, so it equals only itself. */
function equalSets(left: JavaMapView, right: JavaMapView, budget: RenderBudget, depth: number): boolean {
  if (left.shows === 'values' || left.shows !== right.shows || left.map.size !== right.map.size) return false;
  if (left.shows === 'keys') return left.map.entries().every(({ key }) => right.map.has(key));
  return equalMaps(left.map, right.map, budget, depth);
}

/**
 * Returns Java's `hashCode`, as far as templates can call it. Returns zero for objects whose hash is their address, and
 * also for big numbers and views of maps.
 */
export function hashOf(value: JavaValue, budget: RenderBudget, depth = 0): number {
  budget.spend(1);
  budget.checkDepth(depth);
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 1231 : 1237;
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || value instanceof JavaCharacter) return hashText(value, budget);
  if (value instanceof JavaLong) return Number(BigInt.asIntN(32, value.value ^ (value.value >> 32n)));
  if (value instanceof JavaDouble) return hashDouble(value);
  if (value instanceof JavaList) {
    return value.items.reduce<number>(
      (hash, item) => (Math.imul(31, hash) + hashOf(item, budget, depth + 1)) | 0,
      1,
    );
  }
  if (value instanceof JavaEntry)
    return hashOf(value.key, budget, depth + 1) ^ hashOf(value.value, budget, depth + 1);
  if (value instanceof JavaMap) {
    return value.entries().reduce((hash, entry) => (hash + hashOf(entry, budget, depth + 1)) | 0, 0);
  }
  return 0;
}

function hashText(value: string | JavaCharacter, budget: RenderBudget): number {
  const text = typeof value === 'string' ? value : value.value;
  budget.spendChars(text.length);
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash;
}

function hashDouble(value: JavaDouble): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, toDouble(value));
  return bits.getInt32(0) ^ bits.getInt32(4);
}

const CLASS_NAMES = [
  [JavaLong, 'Long'],
  [JavaDouble, 'Double'],
  [JavaBigInteger, 'BigInteger'],
  [JavaBigDecimal, 'BigDecimal'],
  [JavaCharacter, 'Character'],
  [JavaMap, 'Map'],
  [JavaMapView, 'Collection'],
  [JavaEntry, 'Map.Entry'],
  [JavaIterator, 'Iterator'],
  [LoopScope, '$foreach'],
  [RenderedBlock, 'block'],
] as const;

export function className(value: JavaValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'String';
  if (typeof value === 'number') return 'Integer';
  if (typeof value === 'boolean') return 'Boolean';
  if (value instanceof JavaList) return value.kind === 'array' ? 'array' : 'List';
  if (value instanceof HostObject) return `$${value.name}`;
  return CLASS_NAMES.find(([constructor]) => value instanceof constructor)?.[1] ?? 'Object';
}
