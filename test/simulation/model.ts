/** A model runs one schedule per seed; the same seed gives the same run. */
import type { Shipped } from './shipped.ts';

export type Run = {
  readonly violations: readonly string[];
  readonly admissions: number;
  /** Writes that reached the table, refused ones included. */
  readonly writes: number;
  /** One line per thing that happened; empty unless asked for. */
  readonly trace: readonly string[];
};

export type Model = {
  readonly name: string;
  run(shipped: Shipped, seed: number, isTraced?: boolean): Promise<Run>;
};
