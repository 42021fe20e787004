import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useScale } from './scale.ts';
import { axisTime, dateTime } from '../texts.ts';
import { topOf, WHOLE_STEPS } from './chart-top.ts';

type Series = {
  readonly name: string;
  /** The values. A point with null is not drawn, and stands for 0. */
  readonly values: readonly (number | null)[];
  /** The colour, given as a CSS variable. */
  readonly colour: string;
  readonly isBars?: boolean;
};

type Props = {
  /** The label, which names the series and the time span of each point. */
  readonly label: string;
  readonly seconds: readonly number[];
  readonly series: readonly Series[];
  /** The height at the default font size. */
  readonly height: number;
};

export function Chart({ label, seconds, series, ...props }: Props) {
  const scale = useScale();
  const height = Math.round(props.height * scale);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const isDark = useDark();
  const hasBars = series.some(({ isBars }) => isBars);
  const names = series.map(({ name }) => name).join('\n');
  const data = [seconds, ...series.map(({ values }) => values)] as uPlot.AlignedData;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const styles = getComputedStyle(element);
    const axis = {
      stroke: styles.getPropertyValue('--soft'),
      grid: { stroke: styles.getPropertyValue('--line'), width: 1 },
      ticks: { show: false },
      font: `${12 * scale}px system-ui, sans-serif`,
    };
    const made = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height,
        legend: { show: series.length > 1 },
        cursor: { y: false },
        scales: {
          ...(hasBars && { x: { range: withRoomForBars } }),
          y: { range: rangeTo(height - 40 * scale, 30 * scale) },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 32 * scale,
            space: 72 * scale,
            values: ({ data: [begins] }, marks, __, ___, step) =>
              marks.map((mark) => axisTime(mark, hasBars ? (begins[1] ?? 0) - (begins[0] ?? 0) : step)),
            // With bars, the axis shows the times at which bars begin, instead of round times between bars.
            ...(hasBars && {
              splits: (drawn: uPlot) => thin([...drawn.data[0]], drawn.width / (72 * scale)),
            }),
          },
          { ...axis, size: 44 * scale, space: 30 * scale, incrs: WHOLE_STEPS },
        ],
        series: [
          {
            label: 'time',
            value: (_, second: number | null) => (second === null ? '' : dateTime(second * 1000)),
          },
          ...series.map(({ name, colour, isBars = false }) => {
            const stroke = styles.getPropertyValue(colour);
            const bars = isBars ? uPlot.paths.bars?.({ size: [0.7, 40] }) : undefined;
            return {
              label: name,
              stroke,
              fill: isBars ? stroke : `${stroke}33`,
              width: isBars ? 0 : 1.5,
              value: (_: uPlot, count: number | null, __: number, index: number | null) =>
                index === null ? '' : (count ?? 0).toLocaleString('en-US'),
              points: { show: false },
              ...(bars && { paths: bars }),
            };
          }),
        ],
      },
      data,
      element,
    );
    chart.current = made;
    const watcher = new ResizeObserver(() =>
      made.setSize({ width: Math.max(200, element.clientWidth), height }),
    );
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
    // A chart is created again only if its series, height, colours or scale change. The effect below adds the data.
  }, [names, height, isDark, scale]);
  useEffect(() => {
    chart.current?.setData(data);
  });
  return (
    <figure class="chart">
      <figcaption>{label}</figcaption>
      <div ref={box} role="img" aria-label={label} />
    </figure>
  );
}

/** Returns the range of an axis of counts. The height is known only after the first drawing. */
function rangeTo(estimatePx: number, space: number): uPlot.Scale.Range {
  return ({ bbox }, _, max) => {
    const heightPx = bbox.height > 0 ? bbox.height / devicePixelRatio : estimatePx;
    return [0, topOf(max, heightPx, space)];
  };
}

/** Returns every nth value, so that at most `most` values are left. */
function thin(values: readonly number[], most: number): number[] {
  const step = Math.ceil(values.length / Math.max(1, most));
  return values.filter((_, index) => index % step === 0);
}

/**
 * Extends the range of a chart with bars. Without this margin, half of the first and last bar would be outside the
 * chart.
 */
function withRoomForBars(chart: uPlot, first: number, last: number): [number, number] {
  const steps = chart.data[0].length - 1;
  const half = steps > 0 ? (last - first) / steps / 2 : 1;
  return [first - half, last + half];
}

const DARK = '(prefers-color-scheme: dark)';

/**
 * Returns whether the colour scheme is dark. A canvas keeps its colours, so the chart is redrawn when the colour scheme
 * changes.
 */
function useDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const onChange = (): void => setDark(query.matches);
    // The colour scheme may have changed since the chart was first drawn.
    onChange();
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return isDark;
}
