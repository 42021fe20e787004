import { areEqual } from './equality.ts';
import { type Arguments, type MethodBody, methodTable } from './method-table.ts';
import { objectMethods } from './number-methods.ts';
import type { JavaEntry, JavaMap, LoopScope } from './values.ts';
import { JavaIterator, JavaList, JavaMapView, type JavaValue } from './values.ts';
import { failure } from './template-error.ts';

function checkIndex(index: number, size: number): number {
  if (index < 0 || index >= size) throw failure(`index ${index} is out of bounds; expected 0 to ${size - 1}`);
  return index;
}

function unsupported(): never {
  throw failure('the collection does not support that change');
}

function indexOf(
  items: readonly JavaValue[],
  { budget, ...args }: { budget: Arguments['budget']; value: JavaValue },
) {
  budget.spend(items.length);
  return items.findIndex((item) => areEqual(item, args.value, budget));
}

function find(items: readonly JavaValue[], value: JavaValue, args: Arguments): number {
  return indexOf(items, { budget: args.budget, value });
}

function copied(items: readonly JavaValue[], args: Arguments): JavaValue[] {
  args.budget.spend(items.length);
  return [...items];
}

type Sequence = JavaList | JavaMapView;

function sizeOf(self: Sequence): number {
  return self instanceof JavaList ? self.items.length : self.map.size;
}

/** Methods of java.util.Collection that only read. */
function reading<Self extends Sequence>(): Readonly<Record<string, MethodBody<Self>>> {
  return {
    ...objectMethods<Self>(),
    'contains(Object)': (self, args) => find(self.items, args.any(0), args) >= 0,
    'containsAll(Collection)': (self, args) => {
      const { items } = self;
      return args.items(0).every((item) => find(items, item, args) >= 0);
    },
    'isEmpty()': (self) => sizeOf(self) === 0,
    'iterator()': (self, args) => {
      args.budget.spend(sizeOf(self));
      return new JavaIterator(self);
    },
    'size()': (self) => sizeOf(self),
    'toArray()': (self, args) => new JavaList(copied(self.items, args), 'array'),
  };
}

function insert(self: JavaList, at: number, items: readonly JavaValue[], args: Arguments): boolean {
  if (at < 0 || at > self.items.length)
    throw failure(`index ${at} is out of bounds; expected 0 to ${self.items.length}`);
  const added = copied(items, args);
  // Moving the following elements also costs steps.
  args.budget.spend(1 + (self.items.length - at) / 16);
  const behind = self.items.splice(at);
  for (const item of added) self.items.push(item);
  for (const item of behind) self.items.push(item);
  self.changes += 1;
  return added.length > 0;
}

function removeAt(self: JavaList, at: number, args: Arguments): JavaValue {
  args.budget.spend(1 + (self.items.length - at) / 16);
  const removed = self.items[checkIndex(at, self.items.length)] ?? null;
  self.items.splice(at, 1);
  self.changes += 1;
  return removed;
}

function keepWhere(self: JavaList, keep: (item: JavaValue) => boolean): boolean {
  const kept = self.items.filter(keep);
  const changed = kept.length !== self.items.length;
  self.items.length = 0;
  for (const item of kept) self.items.push(item);
  if (changed) self.changes += 1;
  return changed;
}

function replaceAt(self: JavaList, args: Arguments): JavaValue {
  const at = checkIndex(args.int(0), self.items.length);
  const before = self.items[at] ?? null;
  self.items[at] = args.any(1);
  return before;
}

const SEQUENCE_METHODS: Readonly<Record<string, MethodBody<JavaList>>> = {
  ...reading<JavaList>(),
  'get(int)': (self, args) => self.items[checkIndex(args.int(0), self.items.length)] ?? null,
  'indexOf(Object)': (self, args) => find(self.items, args.any(0), args),
  'lastIndexOf(Object)': (self, args) => {
    args.budget.spend(self.items.length);
    return self.items.findLastIndex((item) => areEqual(item, args.any(0), args.budget));
  },
  'set(int,Object)': replaceAt,
  'subList(int,int)': (self, args) => {
    const [from, to] = [args.int(0), args.int(1)];
    if (from < 0 || to > self.items.length || from > to)
      throw failure(`sublist ${from} to ${to} is out of bounds`);
    return new JavaList(copied(self.items.slice(from, to), args));
  },
};

/** Methods of java.util.ArrayList. `subList` and `toArray` return copies. */
export const LIST_METHODS = methodTable<JavaList>({
  ...SEQUENCE_METHODS,
  'add(Object)': (self, args) => insert(self, self.items.length, [args.any(0)], args),
  'add(int,Object)': (self, args) => {
    insert(self, args.int(0), [args.any(1)], args);
    return '';
  },
  'addAll(Collection)': (self, args) => insert(self, self.items.length, args.items(0), args),
  'addAll(int,Collection)': (self, args) => insert(self, args.int(0), args.items(1), args),
  'clear()': (self) => {
    self.items.length = 0;
    self.changes += 1;
    return '';
  },
  'remove(int)': (self, args) => removeAt(self, args.int(0), args),
  'remove(Object)': (self, args) => {
    const at = find(self.items, args.any(0), args);
    if (at >= 0) removeAt(self, at, args);
    return at >= 0;
  },
  'removeAll(Collection)': (self, args) => {
    const items = copied(args.items(0), args);
    return keepWhere(self, (item) => find(items, item, args) < 0);
  },
  'retainAll(Collection)': (self, args) => {
    const items = copied(args.items(0), args);
    return keepWhere(self, (item) => find(items, item, args) >= 0);
  },
});

/** Methods of a Java array, which Velocity treats as a list of fixed size. */
export const ARRAY_METHODS = methodTable<JavaList>({
  ...SEQUENCE_METHODS,
  'add(Object)': unsupported,
  'remove(int)': unsupported,
  'clear()': unsupported,
});

/** Methods of `keySet()`, `values()` and `entrySet()`. Removing an element from them removes it from the map. */
export const VIEW_METHODS = methodTable<JavaMapView>({
  ...reading<JavaMapView>(),
  'add(Object)': unsupported,
  'addAll(Collection)': unsupported,
  'clear()': (self) => {
    self.map.clear();
    return '';
  },
  'remove(Object)': (self, args) => {
    const at = find(self.items, args.any(0), args);
    const entry = self.map.entries()[at];
    if (entry === undefined) return false;
    self.map.remove(entry.key);
    return true;
  },
});

/** Methods of java.util.LinkedHashMap. */
export const MAP_METHODS = methodTable<JavaMap>({
  ...objectMethods<JavaMap>(),
  'clear()': (self) => {
    self.clear();
    return '';
  },
  'containsKey(Object)': (self, args) => self.has(args.any(0)),
  'containsValue(Object)': (self, args) => {
    args.budget.spend(self.size);
    return self.entries().some(({ value }) => areEqual(value, args.any(0), args.budget));
  },
  'entrySet()': (self) => new JavaMapView(self, 'entries'),
  'get(Object)': (self, args) => self.get(args.any(0)),
  'getOrDefault(Object,Object)': (self, args) =>
    self.has(args.any(0)) ? self.get(args.any(0)) : args.any(1),
  'isEmpty()': (self) => self.size === 0,
  'keySet()': (self) => new JavaMapView(self, 'keys'),
  'put(Object,Object)': (self, args) => self.put(args.any(0), args.any(1)),
  'putAll(Map)': (self, args) => {
    args.budget.spend(args.map(0).size);
    for (const { key, value } of args.map(0).entries()) self.put(key, value);
    return '';
  },
  'putIfAbsent(Object,Object)': (self, args) => {
    const before = self.get(args.any(0));
    if (before === null) self.put(args.any(0), args.any(1));
    return before;
  },
  'remove(Object)': (self, args) => self.remove(args.any(0)),
  'replace(Object,Object)': (self, args) =>
    self.has(args.any(0)) ? self.put(args.any(0), args.any(1)) : null,
  'size()': (self) => self.size,
  'values()': (self) => new JavaMapView(self, 'values'),
});

export const ENTRY_METHODS = methodTable<JavaEntry>({
  ...objectMethods<JavaEntry>(),
  'getKey()': (self) => self.key,
  'getValue()': (self) => self.value,
  'setValue(Object)': (self, args) => {
    const before = self.value;
    self.value = args.any(0);
    return before;
  },
});

export const ITERATOR_METHODS = methodTable<JavaIterator>({
  'hasNext()': (self) => self.hasNext(),
  'next()': (self) => self.next(),
  'remove()': (self) => {
    self.remove();
    return '';
  },
});

export const LOOP_METHODS = methodTable<LoopScope>({
  'getCount()': (self) => self.index + 1,
  'getFirst()': (self) => self.index < 1,
  'getHasNext()': (self) => self.hasNext,
  'getIndex()': (self) => self.index,
  'getLast()': (self) => !self.hasNext,
  'getParent()': (self) => self.parent,
  'getReplaced()': (self) => self.topmost.replaced,
  'getTopmost()': (self) => self.topmost,
  'hasNext()': (self) => self.hasNext,
  'isFirst()': (self) => self.index < 1,
  'isLast()': (self) => !self.hasNext,
  'get(Object)': (self, args) => self.get(args.any(0)),
  'put(Object,Object)': (self, args) => self.stored.put(args.any(0), args.any(1)),
  'containsKey(Object)': (self, args) => self.stored.has(args.any(0)),
  'isEmpty()': (self) => self.stored.size === 0,
  'size()': (self) => self.stored.size,
  'keySet()': (self) => new JavaMapView(self.stored, 'keys'),
  'entrySet()': (self) => new JavaMapView(self.stored, 'entries'),
  'values()': (self) => new JavaMapView(self.stored, 'values'),
});
