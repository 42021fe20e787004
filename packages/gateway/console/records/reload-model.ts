/** The reloads as the control port shows them, as plain JSON. */

export type Change = {
  readonly part: 'route' | 'function' | 'setting';
  /** The name, such as `GET /orders of shop / dev`, `shop-dev-hello` or `Jobs (AWS::SQS::Queue) of shop`. */
  readonly name: string;
  readonly how: 'added' | 'removed' | 'changed';
  /** The changed members with their values before and after. A value is absent if it is long or may contain secrets. */
  readonly members: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
};

export type ShownReload = {
  /** The number of this reload, counted from 1. */
  readonly number: number;
  readonly atEpochMs: number;
  /** If the result is `kept`, the old code stays in use. */
  readonly kind: 'reloaded' | 'kept';
  /** What was reloaded: `the stacks`, or names of functions. */
  readonly what: readonly string[];
  readonly tookMs: number | undefined;
  /** The version that is used after this reload. */
  readonly version: number;
  /** Why the old code stays in use. */
  readonly message: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** The first of the changes. `changed` is the number of all changes. */
  readonly changes: readonly Change[];
  readonly changed: number;
};

/** Code of a function, or stacks, that were saved and could not be loaded when a request arrived. */
export type UnloadedSave = Pick<ShownReload, 'file' | 'line'> & {
  /** Absent for the stacks. */
  readonly functionName?: string;
  readonly message: string;
};

export type ShownVersion = { readonly version: number; readonly fromEpochMs: number };

export type ShownReloads = {
  /** The versions that can be compared, newest last. */
  readonly versions: readonly ShownVersion[];
  /** The reloads, newest first. */
  readonly reloads: readonly ShownReload[];
  /** The reloads of code that is on disk but not running. */
  readonly broken: readonly ShownReload[];
};
