/** One behaviour as a test: what a client, a function or a backend receives. */
export type Surprise = {
  /** The sections of docs/aws that have its evidence. */
  readonly source: string;
  /** The right behaviour in one sentence. */
  readonly rule: string;
  readonly observe: () => unknown;
  readonly expected: unknown;
};
