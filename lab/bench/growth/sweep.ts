/** Measures the points of all axes and skips the points that are already known. */
import type { ResumableWork } from '../../tools/resumable-work.ts';
import type { Axis, Figures, Point } from './axis.ts';
import type { Measured } from './page.ts';

type Sweep = {
  readonly seconds: number;
  /** When the sweep begins. */
  readonly date: string;
  readonly loadAverage: number;
};

/** @param report reports each point before it is measured */
export async function measureAxes(
  axes: readonly Axis[],
  kept: ResumableWork<Point>,
  { seconds, date, loadAverage }: Sweep,
  report: (text: string) => void,
): Promise<void> {
  for (const axis of axes)
    for (const size of axis.sizes) {
      const name = nameOf(axis, size, seconds);
      if (kept.find(name) !== undefined) continue;
      report(`${axis.name}: ${size} ${axis.counts}`);
      const figures = await measureTwiceAtMost(axis, size, seconds, report);
      kept.keep(name, { size, figures, date, loadAverage });
    }
}

/**
 * Measures again if the first attempt fails. A machine that pauses for half a minute breaks a request, but must not end
 * a sweep of half an hour.
 */
async function measureTwiceAtMost(
  axis: Axis,
  size: number,
  seconds: number,
  report: (text: string) => void,
): Promise<Figures> {
  try {
    return await axis.measure(size, seconds);
  } catch (error) {
    report(`once more: ${error instanceof Error ? error.message : String(error)}`);
    return axis.measure(size, seconds);
  }
}

/** Reads the known points of the axes. */
export function readAxes(
  axes: readonly Axis[],
  kept: ResumableWork<Point>,
  seconds: number,
): readonly Measured[] {
  return axes.map((axis) => ({
    axis,
    points: axis.sizes.flatMap((size) => kept.find(nameOf(axis, size, seconds)) ?? []),
  }));
}

export function isComplete({ axis, points }: Measured): boolean {
  return points.length === axis.sizes.length;
}

/**
 * Returns a name that depends on the number of seconds, so that figures of measurements with different durations are
 * not mixed.
 */
function nameOf({ name }: Axis, size: number, seconds: number): string {
  return `${name} ${size}, ${seconds} s`;
}
