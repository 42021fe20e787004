/**
 * Computes the positions of the map's nodes. Each kind has its own column, and related nodes are near each other. The
 * functions are pure.
 */
import type { MapEdge, MapNode, MapNodeKind } from '../../endpoints/map-model.ts';

export type PlacedNode = MapNode & {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** The name, truncated if the node is too narrow for it. */
  readonly shownName: string;
  readonly shownWhat: string;
};
type PlacedEdge = MapEdge & { readonly path: string };
type Point = readonly [x: number, y: number];
type DrawnColumn = {
  readonly title: string;
  readonly x: number;
  readonly width: number;
  /** Number of nodes. */
  readonly count: number;
};
type Layout = {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
  readonly columns: readonly DrawnColumn[];
};

export const NODE_HEIGHT = 36;
/** Nodes are as wide as their longest name needs, between these widths. */
const [MIN_WIDTH, MAX_WIDTH] = [120, 420];
/** The width to which nodes shrink if the names do not fit into the window, but the shrunk map does. */
const SHRUNK_WIDTH = 176;
const PADDING = 16;
/** The space for a count at the end of the second line. */
const COUNT_WIDTH = 60;
const [GAP_X, GAP_Y, TOP] = [36, 8, 28];

const COLUMNS: readonly { readonly title: string; readonly kinds: readonly MapNodeKind[] }[] = [
  { title: 'APIs and events', kinds: ['api', 'source'] },
  { title: 'Routes', kinds: ['route'] },
  { title: 'Authorizers', kinds: ['authorizer'] },
  { title: 'Functions', kinds: ['function'] },
  { title: 'Tables, queues, buses', kinds: ['resource'] },
];

/** How wide a text is in the map, in pixels. */
interface TextMeasure {
  name(text: string): number;
  what(text: string): number;
}

/**
 * Computes the layout of the map. Empty columns are left out. Nodes are ordered by the nodes that point to them, so
 * lines rarely cross.
 * @param room the width of the window. A map that is wider shrinks and cuts long names. If even the shrunk map is too
 * wide, the window scrolls, and names are shown in full
 */
export function layOut(
  nodes: readonly MapNode[],
  edges: readonly MapEdge[],
  measure: TextMeasure,
  room = Infinity,
): Layout {
  const placed = new Map<string, PlacedNode>();
  const leadingTo = Map.groupBy(edges, ({ to }) => to);
  const filled = COLUMNS.flatMap(({ title, kinds }) => {
    const own = nodes.filter(({ kind }) => kinds.includes(kind));
    return own.length === 0 ? [] : [{ title, own }];
  });
  const widths = fitWidths(
    filled.map(({ own }) => widthOf(own, measure)),
    room,
  );
  const beginnings = countBeginnings(nodes);
  const columns: DrawnColumn[] = [];
  let [height, x] = [TOP, 0];
  for (const [at, { title, own }] of filled.entries()) {
    const width = widths[at] ?? SHRUNK_WIDTH;
    columns.push({ title, x, width, count: own.length });
    const ordered = own
      .map((node, index) => ({ node, at: heightOf(leadingTo.get(node.id), placed) ?? Infinity, index }))
      .toSorted((a, b) => (a.at === b.at ? a.index - b.index : a.at - b.at));
    for (const [index, { node }] of ordered.entries())
      placed.set(node.id, {
        ...node,
        x,
        y: TOP + index * (NODE_HEIGHT + GAP_Y),
        width,
        shownName: shorten(node.name, beginnings, width - PADDING, (text) => measure.name(text)),
        shownWhat: cut(node.what, width - PADDING - COUNT_WIDTH, (text) => measure.what(text)),
      });
    height = Math.max(height, TOP + own.length * (NODE_HEIGHT + GAP_Y));
    x += width + GAP_X;
  }
  return {
    nodes: [...placed.values()],
    edges: edges.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, path: draw(from, to, columns) }];
    }),
    width: Math.max(0, x - GAP_X),
    height,
    columns,
  };
}

/** Returns the width that a column needs to show all its texts, between MIN_WIDTH and MAX_WIDTH. */
function widthOf(nodes: readonly MapNode[], measure: TextMeasure): number {
  const needed = nodes.map(({ name, what }) =>
    Math.max(measure.name(name) + PADDING, measure.what(what) + PADDING + COUNT_WIDTH),
  );
  return Math.ceil(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, ...needed)));
}

/**
 * Shrinks the widest columns until the map fits, but none below the width at which names can still be distinguished. If
 * the map does not fit even then, no column shrinks.
 */
function fitWidths(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  const free = room - Math.max(0, widths.length - 1) * GAP_X;
  const total = (): number => widths.reduce((sum, width) => sum + width, 0);
  while (total() > free) {
    const widest = Math.max(...widths);
    if (widest <= SHRUNK_WIDTH) return wanted;
    const next = Math.max(SHRUNK_WIDTH, ...widths.filter((width) => width < widest));
    const at = widths.flatMap((width, index) => (width === widest ? [index] : []));
    const step = Math.min(widest - next, Math.ceil((total() - free) / at.length));
    for (const index of at) widths[index] = widest - Math.max(1, step);
  }
  return widths;
}

/** Counts the names that have each beginning. A beginning ends with a hyphen or an underscore, such as `shop-dev-`. */
function countBeginnings(nodes: readonly MapNode[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, kind } of nodes)
    for (const beginning of kind === 'route' ? [] : beginningsOf(name))
      counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
  return counts;
}

function beginningsOf(name: string): readonly string[] {
  return [...name.matchAll(/[-_]+(?=.)/g)].map(({ index, 0: mark }) => name.slice(0, index + mark.length));
}

/**
 * Returns the name, or as much of it as fits. The beginning that most names have, which is usually the name of the
 * stack, is left out first, because it does not distinguish them.
 */
function shorten(
  name: string,
  beginnings: ReadonlyMap<string, number>,
  width: number,
  measure: (text: string) => number,
): string {
  if (measure(name) <= width) return name;
  let [shared, most] = ['', 1];
  for (const beginning of beginningsOf(name)) {
    const count = beginnings.get(beginning) ?? 0;
    if (count > 1 && count >= most) [shared, most] = [beginning, count];
  }
  return cut(shared === '' ? name : `…${name.slice(shared.length)}`, width, measure);
}

/** Returns the text, or its beginning and an ellipsis. */
function cut(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (measure(`${text.slice(0, middle)}…`) <= width) least = middle;
    else most = middle - 1;
  }
  return `${text.slice(0, least)}…`;
}

/** Returns the mean position of the already placed nodes that point to this node; undefined if there are none. */
function heightOf(
  edges: readonly MapEdge[] | undefined,
  placed: ReadonlyMap<string, PlacedNode>,
): number | undefined {
  const heights = (edges ?? []).flatMap(({ from }) => placed.get(from)?.y ?? []);
  return heights.length === 0 ? undefined : heights.reduce((sum, y) => sum + y, 0) / heights.length;
}

/**
 * Draws a line from the right edge of its first node to the left edge of the second. A line to an earlier column, such
 * as the line from a queue to its function, runs from the left edge to the right edge. In columns between the two, the
 * line runs between the nodes, because a line behind a node seems to end there.
 */
function draw(from: PlacedNode, to: PlacedNode, columns: readonly DrawnColumn[]): string {
  const isForward = to.x > from.x;
  const [x1, x2] = isForward ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  const [y1, y2] = [from.y + NODE_HEIGHT / 2, to.y + NODE_HEIGHT / 2];
  if (!isForward) return `M${x1} ${y1}${curve([x1, y1], [x2, y2], -GAP_X / 2)}`;
  const between = columns.filter(({ x }) => x > x1 && x < x2);
  let [path, at]: [string, Point] = [`M${x1} ${y1}`, [x1, y1]];
  for (const { x, width, count } of between) {
    const straight = y1 + ((y2 - y1) * (x + width / 2 - x1)) / (x2 - x1);
    const y = gapNear(straight, count);
    path += `${curve(at, [x, y], (x - at[0]) / 2)}L${x + width} ${y}`;
    at = [x + width, y];
  }
  return path + curve(at, [x2, y2], (x2 - at[0]) / 2);
}

function curve([x1, y1]: Point, [x2, y2]: Point, bend: number): string {
  return `C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Returns the height nearest to the given height at which a line does not touch any of a column's nodes. */
function gapNear(y: number, count: number): number {
  const step = NODE_HEIGHT + GAP_Y;
  if (y >= TOP + count * step - GAP_Y / 2) return y;
  return TOP + Math.max(0, Math.round((y - TOP + GAP_Y / 2) / step)) * step - GAP_Y / 2;
}

/** Returns the node, all nodes from which it can be reached, and all nodes that it can reach. */
export function connectedTo(id: string, edges: readonly MapEdge[]): ReadonlySet<string> {
  const walk = (next: (at: string) => readonly string[]): Set<string> => {
    const seen = new Set([id]);
    for (const at of seen) for (const one of next(at)) seen.add(one);
    return seen;
  };
  const after = Map.groupBy(edges, ({ from }) => from);
  const before = Map.groupBy(edges, ({ to }) => to);
  return new Set([
    ...walk((at) => (after.get(at) ?? []).map(({ to }) => to)),
    ...walk((at) => (before.get(at) ?? []).map(({ from }) => from)),
  ]);
}
