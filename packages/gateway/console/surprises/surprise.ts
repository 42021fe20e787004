/**
 * Defines surprises: facts about a response that are not errors, but may surprise the developer or explain an error.
 */
import type { SurpriseFacts } from './surprise-facts.ts';

type Values = Readonly<Record<string, string | number | readonly string[]>>;

/** A surprise in the details of a request: the code, and the values that its sentence names. */
export type Surprise = { readonly code: string } & Values;

/** The explanation of one surprise. */
export type Told = {
  readonly values: Values;
  readonly because: readonly string[];
  readonly changes: readonly string[];
  /** Whether the surprise made the integration respond with this error. */
  readonly isCause?: boolean;
};

export type SurpriseKind = {
  readonly code: string;
  /** The note in the list of requests; undefined if only the explanation of the request mentions the surprise. */
  readonly mark: string | undefined;
  /** Whether the surprise makes an integration respond with an error. */
  readonly isCause?: true;
  /**
   * Whether the surprise seldom matters. It is explained last, and its advice is left out if another surprise
   * is the cause.
   */
  readonly isMinor?: true;
  /**
   * Whether the first advised change edits the API. A stage of a REST or WebSocket API serves such a change only after
   * the next deployment, which the explanation then adds to the change, unless the advice itself says it.
   */
  readonly editsApi?: true;
  /** The section of docs/aws that describes the rule. */
  readonly source: string;
  /** Reads the record and the lookups. Returns undefined if the request has no such surprise. */
  readonly find: (facts: SurpriseFacts) => Told | undefined;
};
