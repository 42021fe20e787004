/** What a request misses, as half a sentence. */
export type Consequence = string;

/** What this version does with the properties of a type of resource; one that is not listed is unsupported. */
export type TypeClass = {
  /** Enforced as far as it can be resolved: what is not known of it allows more, so nothing depends on it. */
  readonly whereKnown?: readonly string[];
  /** Property names; `Integration.Uri` for a nested one. A listed parent covers its children unless they are listed. */
  readonly enforced: readonly string[];
  readonly noEffect?: readonly string[];
  readonly unsupported?: Readonly<Record<string, Consequence>>;
  /** Lists that are enforced as long as their items hold nothing else than these. */
  readonly enforcedItems?: Readonly<Record<string, readonly string[]>>;
  /** Values other than these are unsupported, by property. */
  readonly values?: Readonly<
    Record<string, { readonly allowed: readonly string[]; readonly consequence: Consequence }>
  >;
  /** The one value of a property that is unsupported, whatever the others are. */
  readonly except?: Readonly<Record<string, { readonly value: string; readonly consequence: Consequence }>>;
};
