/** Reloads as the control port shows them; plain JSON. */

export type Change = {
  readonly part: 'route' | 'function' | 'setting';
  /** `GET /orders of shop / dev`, `shop-dev-hello`, `Jobs (AWS::SQS::Queue) of shop` */
  readonly name: string;
  readonly how: 'added' | 'removed' | 'changed';
  /** Of a change; without values where they may hold secrets. */
  readonly members: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
};

export type ShownReload = {
  /** From 1. */
  readonly number: number;
  readonly atEpochMs: number;
  /** The old code stays in service where it is `kept`. */
  readonly kind: 'reloaded' | 'kept';
  /** `the stacks`, or names of functions. */
  readonly what: readonly string[];
  readonly tookMs: number | undefined;
  /** That answers from here on. */
  readonly version: number;
  /** Why it was kept. */
  readonly message: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The first of them, with their number. */
  readonly changes: readonly Change[];
  readonly changed: number;
};

export type ShownVersion = { readonly version: number; readonly fromEpochMs: number };

export type ShownReloads = {
  /** Newest last; those that can be compared. */
  readonly versions: readonly ShownVersion[];
  /** Newest first. */
  readonly reloads: readonly ShownReload[];
  /** What is on disk and does not run. */
  readonly broken: readonly ShownReload[];
};
