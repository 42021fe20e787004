/** Draws a chart with one bar for each period. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { day, number } from '../texts.ts';

const HEIGHT = 180;
const WHOLE_STEPS = Array.from({ length: 12 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

type Props = {
  readonly label: string;
  readonly seconds: readonly number[];
  readonly values: readonly number[];
};

export function Chart({ label, seconds, values }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useThemeChanges();
  const drawn = `${seconds.join()} ${values.join()}`;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const chart = new uPlot(optionsOf(element, label, seconds), [[...seconds.keys()], [...values]], element);
    const watcher = new ResizeObserver(() => chart.setSize({ width: widthOf(element), height: HEIGHT }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, [theme, label, drawn]);
  return (
    <figure class="chart">
      <figcaption>{label}</figcaption>
      <div ref={box} role="img" aria-label={label} />
    </figure>
  );
}

function optionsOf(element: HTMLElement, label: string, seconds: readonly number[]): uPlot.Options {
  const styles = getComputedStyle(element);
  const axis = {
    stroke: styles.getPropertyValue('--soft'),
    grid: { stroke: styles.getPropertyValue('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  return {
    width: widthOf(element),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: withRoomForBars },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 72,
        incrs: WHOLE_STEPS,
        values: (_, marks) => marks.map((index) => axisDay(seconds[index])),
      },
      { ...axis, size: 60, space: 30, incrs: WHOLE_STEPS, values: (_, marks) => marks.map(number) },
    ],
    series: [
      {},
      {
        label,
        stroke: styles.getPropertyValue('--soft'),
        fill: styles.getPropertyValue('--brand'),
        width: 1,
        points: { show: false },
        ...(bars && { paths: bars }),
      },
    ],
  };
}

function widthOf(element: HTMLElement): number {
  return Math.max(200, element.clientWidth);
}

function axisDay(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  // The year is left out, because the axis is too narrow for it.
  return day(new Date(seconds * 1000).toISOString()).replace(/ \d+$/, '');
}

/**
 * Bars are placed by their index, because months differ in length. Without this margin, half of the first and of the
 * last bar would be cut off.
 */
function withRoomForBars({ data: [bars] }: uPlot): [number, number] {
  return [-0.5, bars.length - 0.5];
}

/** Returns a number that changes with the colours, because a canvas keeps the colours with which it was drawn. */
function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => setChanges((last) => last + 1);
    query.addEventListener('change', onChange);
    addEventListener('themechange', onChange);
    return () => {
      query.removeEventListener('change', onChange);
      removeEventListener('themechange', onChange);
    };
  }, []);
  return changes;
}
