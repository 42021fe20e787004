/** Goes through the points of axes; those that are known are not measured again. */
import type { ResumableWork } from '../../tools/resumable-work.ts';
import type { Axis, Figures, Point } from './axis.ts';
import type { Measured } from './page.ts';

type Sweep = {
  readonly seconds: number;
  /** When it begins. */
  readonly date: string;
  readonly loadAverage: number;
};

/** @param tell reports each point before it is measured */
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

/** A machine that stood still for half a minute ends a request, and the sweep of half an hour goes on. */
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

/** What is known of axes. */
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

/** What was measured for longer is another figure. */
function nameOf({ name }: Axis, size: number, seconds: number): string {
  return `${name} ${size}, ${seconds} s`;
}
