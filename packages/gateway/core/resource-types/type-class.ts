/** A clause that describes what requests lack because of an unsupported type or property. */
export type Consequence = string;

/** How this version treats the properties of a type; properties that are not listed are unsupported. */
export type TypeClass = {
  /**
   * Properties that are enforced as far as they can be resolved. If a part of a property cannot be resolved, requests
   * that AWS might refuse are allowed, so that nothing breaks.
   */
  readonly whereKnown?: readonly string[];
  /**
   * Property names; `Integration.Uri` names a nested property. A listed parent covers its children unless they are
   * listed themselves.
   */
  readonly enforced: readonly string[];
  readonly noEffect?: readonly string[];
  readonly unsupported?: Readonly<Record<string, Consequence>>;
  /** Lists that are enforced if their items have only these members. */
  readonly enforcedItems?: Readonly<Record<string, readonly string[]>>;
  /** The allowed values by property. Any other value counts as unsupported. */
  readonly values?: Readonly<
    Record<string, { readonly allowed: readonly string[]; readonly consequence: Consequence }>
  >;
  /** Properties with only one unsupported value. Each entry contains this value and the consequence of the value. */
  readonly except?: Readonly<Record<string, { readonly value: string; readonly consequence: Consequence }>>;
};
