/** An answer that is not an error, and yet surprises: what is found, and what one kind of it is. */
import type { SurpriseFacts } from './surprise-facts.ts';

type Values = Readonly<Record<string, string | number | readonly string[]>>;

/** A surprise as the detail of a request has it: the code, and the values that its sentence names. */
export type Surprise = { readonly code: string } & Values;

/** What is told of one surprise. */
export type Told = {
  readonly values: Values;
  readonly because: readonly string[];
  readonly changes: readonly string[];
};

export type SurpriseKind = {
  readonly code: string;
  /** The words in the list of requests; undefined if only the story of the request tells of it. */
  readonly mark: string | undefined;
  /** The section of docs/aws that has the rule. */
  readonly source: string;
  /** Reads the record only. Returns undefined if the request has no such surprise. */
  readonly find: (facts: SurpriseFacts) => Told | undefined;
};
