/** One line of aws-behaviour §15 as a test: what a client, a function or a backend gets to see. */
export type Surprise = {
  /** Line of §15; each is in one row. */
  readonly line: number;
  /** The right behaviour in one sentence. */
  readonly rule: string;
  readonly observe: () => unknown;
  readonly expected: unknown;
};
