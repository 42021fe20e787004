/** What grows, what is measured of it at which sizes, and how that may grow. */
import type { Growth } from './slope.ts';

export type Column = {
  readonly key: string;
  /** With its unit: `p99, ms`. */
  readonly title: string;
  readonly digits?: number;
  /** Absent: shown, and not judged. */
  readonly atMost?: Exclude<Growth, 'worse than linear'>;
  /** More is better: what is judged is the time for one. */
  readonly isRate?: boolean;
};

/** By the keys of columns; undefined where this size or this system has no figure. */
export type Figures = Readonly<Record<string, number | undefined>>;

export type Axis = {
  /** As `--only` takes it, and of the picture. */
  readonly name: string;
  readonly title: string;
  /** What its sizes count. */
  readonly counts: string;
  readonly sizes: readonly number[];
  /** What is set up and asked. */
  readonly how: string;
  /** Why it grows as it does. */
  readonly why: string;
  readonly columns: readonly Column[];
  measure(size: number, seconds: number): Promise<Figures>;
};

export type Point = {
  readonly size: number;
  readonly figures: Figures;
  /** When the sweep began that has measured it, and the load average of the minute before. */
  readonly date: string;
  readonly loadAverage: number;
};
