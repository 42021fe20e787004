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
  /** Whether the surprise is what made the integration respond with this error. */
  readonly isCause?: boolean;
};

export type SurpriseKind = {
  readonly code: string;
  /** The note in the list of requests; undefined if only the explanation of the request mentions the surprise. */
  readonly mark: string | undefined;
  /** Whether the surprise is what made an integration respond with an error. */
  readonly isCause?: true;
  /** Whether it is seldom what made the response surprising. It is then told last, and gives way to a cause. */
  readonly isMinor?: true;
  /** The section of docs/aws that has the rule. */
  readonly source: string;
  /** Reads the record and the lookups. Returns undefined if the request has no such surprise. */
  readonly find: (facts: SurpriseFacts) => Told | undefined;
};
