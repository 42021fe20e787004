/**
 * Computes the positions of the map's nodes. Each kind has its own column, and related nodes are near each other. The
 * functions are pure.
 */
import type { MapEdge, MapNode, MapNodeKind } from '../../endpoints/map-model.ts';

export type PlacedNode = MapNode & { readonly x: number; readonly y: number };
type PlacedEdge = MapEdge & { readonly path: string };
type Layout = {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
  readonly columns: readonly { readonly title: string; readonly x: number }[];
};

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 36;
const [GAP_X, GAP_Y, TOP] = [52, 8, 28];

const COLUMNS: readonly { readonly title: string; readonly kinds: readonly MapNodeKind[] }[] = [
  { title: 'APIs and events', kinds: ['api', 'source'] },
  { title: 'Routes', kinds: ['route'] },
  { title: 'Authorizers', kinds: ['authorizer'] },
  { title: 'Functions', kinds: ['function'] },
  { title: 'Tables, queues, buses', kinds: ['resource'] },
];

/**
 * Computes the layout of the map. Empty columns are left out. Nodes are ordered by the nodes that point to them, so
 * lines rarely cross.
 */
export function layOut(nodes: readonly MapNode[], edges: readonly MapEdge[]): Layout {
  const placed = new Map<string, PlacedNode>();
  const leadingTo = Map.groupBy(edges, ({ to }) => to);
  const columns: { title: string; x: number }[] = [];
  let height = TOP;
  for (const { title, kinds } of COLUMNS) {
    const own = nodes.filter(({ kind }) => kinds.includes(kind));
    if (own.length === 0) continue;
    const x = columns.length * (NODE_WIDTH + GAP_X);
    columns.push({ title, x });
    const ordered = own
      .map((node, index) => ({ node, at: heightOf(leadingTo.get(node.id), placed) ?? Infinity, index }))
      .toSorted((a, b) => (a.at === b.at ? a.index - b.index : a.at - b.at));
    for (const [index, { node }] of ordered.entries())
      placed.set(node.id, { ...node, x, y: TOP + index * (NODE_HEIGHT + GAP_Y) });
    height = Math.max(height, TOP + own.length * (NODE_HEIGHT + GAP_Y));
  }
  return {
    nodes: [...placed.values()],
    edges: edges.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, path: draw(from, to) }];
    }),
    width: Math.max(0, columns.length * (NODE_WIDTH + GAP_X) - GAP_X),
    height,
    columns,
  };
}

/** Returns the mean position of the already placed nodes that point to this node. */
function heightOf(
  edges: readonly MapEdge[] | undefined,
  placed: ReadonlyMap<string, PlacedNode>,
): number | undefined {
  const heights = (edges ?? []).flatMap(({ from }) => placed.get(from)?.y ?? []);
  return heights.length === 0 ? undefined : heights.reduce((sum, y) => sum + y, 0) / heights.length;
}

/**
 * Draws a line from the right edge of its first node to the left edge of the second. A line to an earlier column, such
 * as the line from a queue to its function, runs from the left edge to the right edge.
 */
function draw(from: PlacedNode, to: PlacedNode): string {
  const isForward = to.x > from.x;
  const [x1, x2] = isForward ? [from.x + NODE_WIDTH, to.x] : [from.x, to.x + NODE_WIDTH];
  const [y1, y2] = [from.y + NODE_HEIGHT / 2, to.y + NODE_HEIGHT / 2];
  const bend = isForward ? (x2 - x1) / 2 : -GAP_X / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
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
