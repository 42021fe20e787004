export interface Schedule {
  /** The first time after this one, in epoch milliseconds; undefined = never again. */
  next(afterMs: number): number | undefined;
}
