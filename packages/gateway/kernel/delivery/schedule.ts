export interface Schedule {
  /** Returns the first time after `afterMs`, in epoch milliseconds; undefined means never again. */
  next(afterMs: number): number | undefined;
}
