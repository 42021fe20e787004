/** What does not happen for requests, as a clause. */
export type Consequence = string;

/** How this version treats the properties of a type; properties that are not listed are unsupported. */
export type TypeClass = {
  /** Enforced as far as it can be resolved: unresolved parts allow more, so that nothing breaks. */
  readonly whereKnown?: readonly string[];
  /**
   * Property names; `Integration.Uri` for a nested one. A listed parent covers its children unless they are
   * listed themselves.
   */
  readonly enforced: readonly string[];
  readonly noEffect?: readonly string[];
  readonly unsupported?: Readonly<Record<string, Consequence>>;
  /** Lists that are enforced if their items have only these members. */
  readonly enforcedItems?: Readonly<Record<string, readonly string[]>>;
  /** Allowed values by property; others are unsupported. */
  readonly values?: Readonly<
    Record<string, { readonly allowed: readonly string[]; readonly consequence: Consequence }>
  >;
  /** The only value of a property that is unsupported. */
  readonly except?: Readonly<Record<string, { readonly value: string; readonly consequence: Consequence }>>;
};
