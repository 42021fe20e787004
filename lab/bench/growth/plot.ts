/**
 * One image with a small plot for each figure, side by side. Both scales are logarithmic. The image is readable on
 * light and dark backgrounds.
 */
import { logScale } from './log-scale.ts';
import type { LogScale } from './log-scale.ts';
import type { Pair } from './slope.ts';

export type Plot = { readonly title: string; readonly pairs: readonly Pair[] };

const PANEL = { width: 300, height: 220 };
const MARGIN = { left: 52, right: 16, top: 34, bottom: 44 };
const PANELS_IN_A_ROW = 3;
/** Maximum number of characters of a title above a plot. */
const TITLE = 44;
const STYLE = `
  svg { --page: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --line: #0550ae; font: 12px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #e6edf3; --faint: #3d444d; --line: #79c0ff; } }
  .page { fill: var(--page); } text { fill: var(--ink); } .tick { font-size: 11px; } .title { font-weight: 600; }
  .grid { stroke: var(--faint); } .line { stroke: var(--line); stroke-width: 2; fill: none; } .dot { fill: var(--line); }`;

/** @param counts the unit of the sizes, printed below each plot */
export function drawPlots(title: string, counts: string, plots: readonly Plot[]): string {
  const drawn = plots.filter(({ pairs }) => pairs.length > 1);
  const columns = Math.min(PANELS_IN_A_ROW, Math.max(1, drawn.length));
  const [width, height] = [columns * PANEL.width, Math.ceil(drawn.length / columns) * PANEL.height];
  const panels = drawn.map((plot, index) => {
    const [x, y] = [(index % columns) * PANEL.width, Math.floor(index / columns) * PANEL.height];
    return `<g transform="translate(${x} ${y})">${drawPanel(plot, counts)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect class="page" width="${width}" height="${height}"/>
${panels.join('\n')}
</svg>
`;
}

function drawPanel({ title, pairs }: Plot, counts: string): string {
  const [left, right] = [MARGIN.left, PANEL.width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, PANEL.height - MARGIN.bottom];
  const x = logScale(
    pairs.map(([size]) => size),
    left,
    right,
  );
  const y = logScale(
    pairs.map(([, cost]) => cost),
    bottom,
    top,
  );
  const points = pairs.map(([size, cost]) => `${shift(x.at(size))},${shift(y.at(cost))}`);
  return [
    `<text class="title" x="${left}" y="20">${escape(title.slice(0, TITLE))}</text>`,
    ...drawTicks(y, (at, label) => [
      `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>`,
      `<text class="tick" x="${left - 6}" y="${at}" dy="4" text-anchor="end">${label}</text>`,
    ]),
    ...drawTicks(x, (at, label) => [
      `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>`,
      `<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`,
    ]),
    `<text class="tick" x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${escape(counts)}</text>`,
    `<polyline class="line" points="${points.join(' ')}"/>`,
    ...points.map((point) => {
      const [cx = '', cy = ''] = point.split(',');
      return `<circle class="dot" cx="${cx}" cy="${cy}" r="3"/>`;
    }),
  ].join('\n');
}

function drawTicks(
  { ticks }: LogScale,
  draw: (at: string, label: string) => readonly string[],
): readonly string[] {
  return ticks.flatMap(({ at, label }) => draw(shift(at), label));
}

/** Rounds to a tenth of a pixel, so that an invisible difference does not change the image between two runs. */
function shift(at: number): string {
  return String(Number(at.toFixed(1)));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
