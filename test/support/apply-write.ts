/** Applies conditional writes as DynamoDB does, for the tables of tests and simulations. */
import type { Change, Item, Test, Value } from '#shared/table/item-write.ts';

export function testsHold(tests: readonly Test[], item: Item | undefined): boolean {
  return tests.every((test) => holds(test, item?.[test.attribute]));
}

/**
 * Returns the item after the write, or undefined if there is still no item. Call it only if `testsHold` returned true.
 */
export function applyChange(change: Change, item: Item | undefined): Item | undefined {
  switch (change.kind) {
    case 'check':
      return item;
    case 'put':
      return change.item;
    case 'update': {
      const after: Record<string, Value> = { ...item, ...change.set };
      for (const [name, units] of Object.entries(change.add ?? {})) {
        const before = item?.[name];
        // DynamoDB refuses to add to a missing attribute, so this is a bug.
        if (typeof before !== 'number') throw new TypeError(`${name} is not a number that can be added to`);
        after[name] = before + units;
      }
      for (const name of change.remove ?? []) Reflect.deleteProperty(after, name);
      return after;
    }
  }
}

function holds(test: Test, actual: Value | undefined): boolean {
  switch (test.is) {
    case 'absent':
      return actual === undefined;
    case 'present':
      return actual !== undefined;
    case 'equal':
      return actual === test.value;
    case 'at-least':
      return isBelow(test.value, actual) || actual === test.value;
    case 'at-most':
      return isBelow(actual, test.value) || actual === test.value;
    case 'absent-or-below':
      return actual === undefined || isBelow(actual, test.value);
    case 'absent-or-at-most':
      return actual === undefined || isBelow(actual, test.value) || actual === test.value;
    case 'absent-or-not':
      return actual === undefined || actual !== test.value;
  }
}

/**
 * Compares numbers by value and texts by code unit. As in DynamoDB, the result is always false for values of different
 * types.
 */
function isBelow(left: Value | undefined, right: Value | undefined): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return typeof left === 'string' && typeof right === 'string' && left < right;
}
