/**
 * Defines tables of the methods that templates may call. They contain no reflection. `getClass`, `.class` and other
 * members that every JVM object has do not exist.
 */
import {
  isJavaNumber,
  JavaBigDecimal,
  JavaBigInteger,
  JavaCharacter,
  JavaDouble,
  JavaList,
  JavaLong,
  JavaMap,
  JavaMapView,
  type JavaValue,
} from './values.ts';
import type { RenderBudget } from './render-budget.ts';
import { failure } from './template-error.ts';

/**
 * The body of a method. It returns `''` for a method that returns `void` in Java, because Velocity prints nothing for
 * it.
 */
export type MethodBody<Self> = (self: Self, args: Arguments) => JavaValue;

type ParameterType = keyof typeof ACCEPTS;

type Overload<Self> = { readonly parameters: readonly ParameterType[]; readonly body: MethodBody<Self> };

export type MethodTable<Self> = ReadonlyMap<string, readonly Overload<Self>[]>;

/**
 * Tests, for each type of parameter, whether Java would accept a value. Null is accepted for classes, but not for
 * primitive types.
 */
const ACCEPTS = {
  int: (value: JavaValue) => typeof value === 'number',
  long: (value: JavaValue) => typeof value === 'number' || value instanceof JavaLong,
  double: (value: JavaValue) =>
    isJavaNumber(value) && !(value instanceof JavaBigInteger) && !(value instanceof JavaBigDecimal),
  boolean: (value: JavaValue) => typeof value === 'boolean',
  char: (value: JavaValue) => value instanceof JavaCharacter,
  String: (value: JavaValue) => value === null || typeof value === 'string',
  Integer: (value: JavaValue) => value === null || typeof value === 'number',
  Long: (value: JavaValue) => value === null || value instanceof JavaLong,
  Double: (value: JavaValue) => value === null || value instanceof JavaDouble,
  Boolean: (value: JavaValue) => value === null || typeof value === 'boolean',
  Character: (value: JavaValue) => value === null || value instanceof JavaCharacter,
  BigInteger: (value: JavaValue) => value === null || value instanceof JavaBigInteger,
  BigDecimal: (value: JavaValue) => value === null || value instanceof JavaBigDecimal,
  Collection: (value: JavaValue) =>
    value === null || (value instanceof JavaList && value.kind !== 'array') || value instanceof JavaMapView,
  Map: (value: JavaValue) => value === null || value instanceof JavaMap,
  Object: () => true,
} as const;

function isParameterType(text: string): text is ParameterType {
  return Object.hasOwn(ACCEPTS, text);
}

/** Builds a table from Java signatures, such as `substring(int,int)`. The first signature that matches is called. */
export function methodTable<Self>(signatures: Readonly<Record<string, MethodBody<Self>>>): MethodTable<Self> {
  const table = new Map<string, Overload<Self>[]>();
  for (const [signature, body] of Object.entries(signatures)) {
    const [name = '', list = ''] = signature.replace(')', '').split('(');
    const parameters = list.split(',').filter(isParameterType);
    const overloads = table.get(name) ?? [];
    overloads.push({ parameters, body });
    table.set(name, overloads);
  }
  return table;
}

/** Calls a method. Returns undefined if no method of that name accepts these arguments. */
export function invoke<Self>(
  table: MethodTable<Self>,
  self: Self,
  name: string,
  values: readonly JavaValue[],
  budget: RenderBudget,
): JavaValue | undefined {
  const overload = table
    .get(name)
    ?.find(
      ({ parameters }) =>
        parameters.length === values.length &&
        parameters.every((parameter, at) => ACCEPTS[parameter](values[at] ?? null)),
    );
  return overload?.body(self, new Arguments(values, budget));
}

/** The arguments of one call. They have been checked against the signature. */
export class Arguments {
  readonly #values: readonly JavaValue[];
  readonly budget: RenderBudget;

  constructor(values: readonly JavaValue[], budget: RenderBudget) {
    this.#values = values;
    this.budget = budget;
  }

  any(at: number): JavaValue {
    return this.#values[at] ?? null;
  }

  /**
   * Returns an argument of type `int`.
   * @throws TemplateError TEMPLATE_FAILED for null, because Java throws a NullPointerException.
   */
  int(at: number): number {
    const value = this.any(at);
    return typeof value === 'number' ? value : absent(at);
  }

  text(at: number): string {
    const value = this.any(at);
    return typeof value === 'string' ? value : absent(at);
  }

  char(at: number): string {
    const value = this.any(at);
    return value instanceof JavaCharacter ? value.value : absent(at);
  }

  boolean(at: number): boolean {
    const value = this.any(at);
    return typeof value === 'boolean' ? value : absent(at);
  }

  map(at: number): JavaMap {
    const value = this.any(at);
    return value instanceof JavaMap ? value : absent(at);
  }

  items(at: number): readonly JavaValue[] {
    const value = this.any(at);
    if (!(value instanceof JavaList || value instanceof JavaMapView)) return absent(at);
    this.budget.spend(1 + (value instanceof JavaList ? value.items.length : value.map.size));
    return value.items;
  }
}

function absent(at: number): never {
  throw failure(`argument ${at + 1} of a method is null; expected a value`);
}
