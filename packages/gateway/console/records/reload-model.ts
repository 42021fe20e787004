/** Reloads as the control port shows them; plain JSON. */

export type Change = {
  readonly part: 'route' | 'function' | 'setting';
  /** `GET /orders of shop / dev`, `shop-dev-hello`, `Jobs (AWS::SQS::Queue) of shop` */
  readonly name: string;
  readonly how: 'added' | 'removed' | 'changed';
  /** Values before and after; absent if they may contain secrets. */
  readonly members: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
};

export type ShownReload = {
  /** The deployment's number, counted from 1. */
  readonly number: number;
  readonly atEpochMs: number;
  /** The old code stays in use where the reload is `kept`. */
  readonly kind: 'reloaded' | 'kept';
  /** `the stacks`, or names of functions. */
  readonly what: readonly string[];
  readonly tookMs: number | undefined;
  /** The version that is used from here on. */
  readonly version: number;
  /** Why the old code was kept. */
  readonly message: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The first changes, with the number of all. */
  readonly changes: readonly Change[];
  readonly changed: number;
};

export type ShownVersion = { readonly version: number; readonly fromEpochMs: number };

export type ShownReloads = {
  /** The versions that can be compared, newest last. */
  readonly versions: readonly ShownVersion[];
  /** Newest first. */
  readonly reloads: readonly ShownReload[];
  /** Code that is on disk but not running. */
  readonly broken: readonly ShownReload[];
};
