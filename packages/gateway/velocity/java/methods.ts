/** Finds the methods, properties and elements of values by the rules of Velocity's uberspector. */
import {
  ARRAY_METHODS,
  ENTRY_METHODS,
  ITERATOR_METHODS,
  LIST_METHODS,
  LOOP_METHODS,
  MAP_METHODS,
  VIEW_METHODS,
} from './collection-methods.ts';
import { className } from './equality.ts';
import { invoke } from './method-table.ts';
import {
  BIG_NUMBER_METHODS,
  BOOLEAN_METHODS,
  CHARACTER_METHODS,
  DOUBLE_METHODS,
  INTEGER_METHODS,
  LONG_METHODS,
} from './number-methods.ts';
import { STRING_METHODS } from './string-methods.ts';
import {
  HostObject,
  isJavaNumber,
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
import { failure } from './template-error.ts';

/**
 * Calls `name(args)` on a value. Returns undefined if the value has no such method for these arguments. Velocity treats
 * this as null.
 * @throws TemplateError TEMPLATE_FAILED if the Java method would throw.
 */
export function callMethod(
  self: JavaValue,
  name: string,
  args: readonly JavaValue[],
  budget: RenderBudget,
): JavaValue | undefined {
  budget.spend(1);
  if (typeof self === 'string') return invoke(STRING_METHODS, self, name, args, budget);
  if (typeof self === 'number') return invoke(INTEGER_METHODS, self, name, args, budget);
  if (typeof self === 'boolean') return invoke(BOOLEAN_METHODS, self, name, args, budget);
  if (self instanceof JavaMap) return invoke(MAP_METHODS, self, name, args, budget);
  if (self instanceof JavaList) {
    return invoke(self.kind === 'array' ? ARRAY_METHODS : LIST_METHODS, self, name, args, budget);
  }
  if (self instanceof HostObject) return self.methods.get(name)?.(args, budget);
  if (self instanceof LoopScope) return invoke(LOOP_METHODS, self, name, args, budget);
  if (self instanceof JavaMapView) return invoke(VIEW_METHODS, self, name, args, budget);
  if (self instanceof JavaEntry) return invoke(ENTRY_METHODS, self, name, args, budget);
  if (self instanceof JavaIterator) return invoke(ITERATOR_METHODS, self, name, args, budget);
  if (self instanceof JavaLong) return invoke(LONG_METHODS, self, name, args, budget);
  if (self instanceof JavaDouble) return invoke(DOUBLE_METHODS, self, name, args, budget);
  if (self instanceof JavaCharacter) return invoke(CHARACTER_METHODS, self, name, args, budget);
  if (self === null) return undefined;
  if (isJavaNumber(self)) return invoke(BIG_NUMBER_METHODS, self, name, args, budget);
  return self instanceof RenderedBlock && name === 'toString' && args.length === 0
    ? self.toText()
    : undefined;
}

/**
 * Returns `$value.name`: the entry of a map, or the property of a host object. For any other value, a getter is tried
 * first, then a value that is stored in `$foreach`, then a boolean `is…` method. Returns undefined if none of them
 * exists. Access to the class is never given.
 */
export function getProperty(self: JavaValue, name: string, budget: RenderBudget): JavaValue | undefined {
  // Every Java object has a class. Access to it would give access to all of Java.
  if (name === 'class' || name === 'Class') return undefined;
  if (self instanceof JavaMap) return self.get(name);
  if (self instanceof HostObject) return self.properties.get(name)?.();
  const getter = callGetter(self, 'get', name, budget);
  if (getter !== undefined) return getter;
  if (self instanceof LoopScope) return self.get(name);
  const flag = callGetter(self, 'is', name, budget);
  return typeof flag === 'boolean' ? flag : undefined;
}

/** Calls a getter. It tries the name as written, and then with the case of its first letter changed. */
function callGetter(
  self: JavaValue,
  prefix: string,
  name: string,
  budget: RenderBudget,
): JavaValue | undefined {
  const first = name.charAt(0);
  const changed = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
  return (
    callMethod(self, prefix + name, [], budget) ??
    callMethod(self, prefix + changed + name.slice(1), [], budget)
  );
}

/**
 * Executes `#set($value.name = …)`. It puts an entry into a map or into `$foreach`, or sets the value of a map entry.
 * It has no effect on other values.
 */
export function setProperty(self: JavaValue, name: string, value: JavaValue): void {
  if (self instanceof JavaMap) self.put(name, value);
  else if (self instanceof LoopScope) self.stored.put(name, value);
  else if (self instanceof JavaEntry && name === 'value') self.value = value;
}

/** Returns `$value[index]`; undefined if the value cannot be indexed in this way. */
export function getIndex(self: JavaValue, index: JavaValue, budget: RenderBudget): JavaValue | undefined {
  return callMethod(self, 'get', [fromEnd(self, index, budget)], budget);
}

/** Executes `#set($value[index] = …)`. */
export function setIndex(self: JavaValue, index: JavaValue, value: JavaValue, budget: RenderBudget): void {
  const args = [fromEnd(self, index, budget), value];
  if (callMethod(self, 'set', args, budget) === undefined) callMethod(self, 'put', args, budget);
}

/** Converts a negative index, which counts from the end, to an index from the start. */
function fromEnd(self: JavaValue, index: JavaValue, budget: RenderBudget): JavaValue {
  if (typeof index !== 'number' || index >= 0) return index;
  const size = callMethod(self, 'size', [], budget);
  if (typeof size !== 'number') {
    throw failure(`a negative index cannot be used with ${className(self)}, which has no size()`);
  }
  return size + index;
}

/**
 * Returns the values over which #foreach iterates. The value may be a list, an array, a set, a map (whose values are
 * used) or an iterator. Returns undefined for any other value.
 */
export function iteratorOf(value: JavaValue, budget: RenderBudget): JavaIterator | undefined {
  if (value instanceof JavaIterator) return value;
  if (value instanceof JavaList) return new JavaIterator(value);
  if (value instanceof LoopScope) return iteratorOf(value.stored, budget);
  const view = value instanceof JavaMap ? new JavaMapView(value, 'values') : value;
  if (!(view instanceof JavaMapView)) return undefined;
  budget.spend(view.map.size);
  return new JavaIterator(view);
}
