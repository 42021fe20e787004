/** The time that tables see: the machine's, moved by what the owner of the thread says. */
export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since some start, for durations; never moved, never backwards. */
  monotonicMs(): number;
}

/** The same time as seen by a worker thread that was handed the clock's offset: one Float64, in milliseconds. */
export function followClock(offset: SharedArrayBuffer): Clock & { offsetMs(): number } {
  const cell = new Float64Array(offset);
  const offsetMs = (): number => cell[0] ?? 0;
  return { offsetMs, nowEpochMs: () => Date.now() + offsetMs(), monotonicMs: () => performance.now() };
}
