/** One line of docs/aws §15 as a test: what a client, a function or a backend gets to see. */
export type Surprise = {
  /** Line of docs/aws §15; each is in one row. */
  readonly line: number;
  /** The right behaviour in one sentence. */
  readonly rule: string;
  readonly observe: () => unknown;
  readonly expected: unknown;
};
