/**
 * The rooms, the edges between them, and the import cycles (circles): the part of `npm run figures` that is computed
 * from the layout.
 */
import { roomOf } from './layout.ts';
import type { Arrow } from './arrows.ts';
import type { ROOMS } from './layout.ts';

/** The rooms of the measured commit. */
export type Layout = { readonly rooms: typeof ROOMS };

type RoomFigures = {
  readonly name: string;
  /** Undefined if the commit has no table of rooms. Its folders then count as rooms. */
  readonly floor: number | undefined;
  readonly files: number;
  readonly tokens: number;
  /** The number of files that other rooms import. */
  readonly imported: number;
};

export type LayoutFigures = {
  /** The rooms, from the lowest floor up. */
  readonly rooms: readonly RoomFigures[];
  /** Pairs of rooms of which one imports the other. Type imports and dynamic imports count, too. */
  readonly roomEdges: number;
  readonly upwardRoomEdges: number;
  /** The imports, as `importer → imported`, of files in a room that is not below the room of the importer. */
  readonly upwardImports: readonly string[];
  /** Groups of files, and groups of rooms, in which each member can be reached from every other member. */
  readonly fileCircles: readonly (readonly string[])[];
  readonly roomCircles: readonly (readonly string[])[];
};

/**
 * @param tokens the number of tokens of each source file, by its path
 * @param arrows the imports between source files
 */
export function countRooms(
  tokens: ReadonlyMap<string, number>,
  arrows: readonly Arrow[],
  layout: Layout | undefined,
): LayoutFigures {
  const nameOf = (path: string): string =>
    layout === undefined ? folderOf(path) : (roomOf(path, layout.rooms)?.name ?? path);
  const between = arrows.filter(({ from, to }) => nameOf(from) !== nameOf(to));
  const floors = new Map(layout?.rooms.map(({ name, floor }) => [name, floor]));
  const upward = between.filter(({ from, to }) => isUpward(floors.get(nameOf(from)), floors.get(nameOf(to))));
  const edgesOf = (some: readonly Arrow[]): Edges => toEdges(some, nameOf);
  return {
    rooms: listRooms(tokens, nameOf, between, layout),
    roomEdges: countEdges(edgesOf(between)),
    upwardRoomEdges: countEdges(edgesOf(upward)),
    upwardImports: upward.map(({ from, to }) => `${from} → ${to}`),
    fileCircles: findCircles(toEdges(arrows, (path) => path)),
    roomCircles: findCircles(edgesOf(between)),
  };
}

/** The folder of a file, at most two levels deep, such as `gateway/definition` or `cli`. */
function folderOf(path: string): string {
  return path.split('/').slice(0, -1).slice(0, 2).join('/');
}

function isUpward(from: number | undefined, to: number | undefined): boolean {
  return from !== undefined && to !== undefined && to >= from;
}

function listRooms(
  tokens: ReadonlyMap<string, number>,
  nameOf: (path: string) => string,
  between: readonly Arrow[],
  layout: Layout | undefined,
): readonly RoomFigures[] {
  const imported = [...new Set(between.map(({ to }) => to))];
  const files = Map.groupBy(tokens.keys(), nameOf);
  const order = layout?.rooms.map(({ name }) => name) ?? [...files.keys()].sort();
  const names = new Set([...order, ...files.keys()]);
  return [...names].map((name) => {
    const paths = files.get(name) ?? [];
    return {
      name,
      floor: layout?.rooms.find((room) => room.name === name)?.floor,
      files: paths.length,
      tokens: paths.reduce((sum, path) => sum + (tokens.get(path) ?? 0), 0),
      imported: imported.filter((path) => nameOf(path) === name).length,
    };
  });
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

function toEdges(arrows: readonly Arrow[], nameOf: (path: string) => string): Edges {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of arrows) {
    const targets = edges.get(nameOf(from)) ?? new Set();
    edges.set(nameOf(from), targets.add(nameOf(to)));
  }
  return edges;
}

function countEdges(edges: Edges): number {
  return [...edges.values()].reduce((sum, targets) => sum + targets.size, 0);
}

/** Finds the strongly connected components with at least two members, the largest first (Tarjan's algorithm). */
export function findCircles(edges: Edges): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const numbers = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const visit = (node: string): number => {
    const own = numbers.size;
    numbers.set(node, own);
    stack.push(node);
    open.add(node);
    let lowest = own;
    for (const target of edges.get(node) ?? []) {
      const known = numbers.get(target);
      if (known === undefined) lowest = Math.min(lowest, visit(target));
      else if (open.has(target)) lowest = Math.min(lowest, known);
    }
    if (lowest === own) {
      const circle = stack.splice(stack.indexOf(node));
      for (const member of circle) open.delete(member);
      if (circle.length > 1) circles.push(circle.sort());
    }
    return lowest;
  };
  for (const node of edges.keys()) if (!numbers.has(node)) visit(node);
  return circles.sort((a, b) => b.length - a.length);
}
