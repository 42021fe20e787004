/**
 * The known resource types. Each part of the gateway has a table of types, and templates are resolved with all tables.
 */
import type { NamesOfType } from './namers.ts';
import type { Consequence, TypeClass } from './type-class.ts';

/**
 * A resource type contains only data, because it is loaded for every template, whether or not the template uses the
 * type.
 */
type ResourceType = Partial<TypeClass> & {
  readonly names?: NamesOfType;
  /** Whether the type never changes the result of a request. */
  readonly isWithoutEffect?: boolean;
  /** The consequence for requests if the type is not emulated. */
  readonly consequence?: Consequence;
};

/**
 * Resource types by name. A name such as `AWS::SQS::*` covers all types with this prefix that are not listed
 * themselves.
 */
export type ResourceTypeTable = Readonly<Record<string, ResourceType>>;

/** The consequence for a service whose calls are handled and recorded. */
export const RECORDED: Consequence =
  'calls to this resource are answered and recorded, but have no further effect';

const NOT_RUN: Consequence = 'the gateway does not run resources of this type, so calls to them fail';

export class ResourceTypes {
  readonly #types = new Map<string, ResourceType>();
  readonly #prefixes: (readonly [prefix: string, consequence: Consequence])[] = [];

  constructor(tables: readonly ResourceTypeTable[]) {
    for (const [name, type] of tables.flatMap((table) => Object.entries(table))) {
      if (this.#types.has(name)) throw new RangeError(`two tables define the type ${name}`);
      if (name.endsWith('*')) this.#prefixes.push([name.slice(0, -1), type.consequence ?? NOT_RUN]);
      else this.#types.set(name, type);
    }
  }

  get names(): Iterable<string> {
    return this.#types.keys();
  }

  /** Returns how the properties of a type are treated; undefined for a type whose properties are not read. */
  classOf(name: string): TypeClass | undefined {
    const type = this.#types.get(name);
    const isRead = type?.enforced !== undefined || type?.noEffect !== undefined;
    return isRead ? { enforced: [], ...type } : undefined;
  }

  namesOf(name: string): NamesOfType | undefined {
    return this.#types.get(name)?.names;
  }

  isWithoutEffect(name: string): boolean {
    return this.#types.get(name)?.isWithoutEffect === true;
  }

  /** Returns the consequence for requests if the type is not supported. */
  consequenceOf(name: string): Consequence {
    const own = this.#types.get(name)?.consequence;
    return own ?? this.#prefixes.find(([prefix]) => name.startsWith(prefix))?.[1] ?? NOT_RUN;
  }
}
