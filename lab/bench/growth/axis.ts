/** An axis defines what grows, what is measured at which sizes, and how the figures may grow. */
import type { Growth } from './slope.ts';

export type Column = {
  readonly key: string;
  /** The title includes the unit: `p99, ms`. */
  readonly title: string;
  readonly digits?: number;
  /** The fastest growth that is acceptable for this column. Without this member, the column is shown but not judged. */
  readonly atMost?: Exclude<Growth, 'worse than linear'>;
  /**
   * True if the figure is a rate, for which higher is better. The judgment uses its inverse, the time per operation.
   */
  readonly isRate?: boolean;
};

/** Keys are the keys of columns. A value is undefined if this size or this system has no figure. */
export type Figures = Readonly<Record<string, number | undefined>>;

export type Axis = {
  /** The name that `--only` takes. It is also the name of the axis's image. */
  readonly name: string;
  readonly title: string;
  /** The unit of the sizes. */
  readonly counts: string;
  readonly sizes: readonly number[];
  /** What is set up and requested. */
  readonly how: string;
  /** Why the figures grow as they do. */
  readonly why: string;
  readonly columns: readonly Column[];
  measure(size: number, seconds: number): Promise<Figures>;
};

export type Point = {
  readonly size: number;
  readonly figures: Figures;
  /** When the sweep that measured the points began, and the load average of the minute before. */
  readonly date: string;
  readonly loadAverage: number;
};
