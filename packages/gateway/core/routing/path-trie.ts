/**
 * Finds the best matching route for a method and a path. REST and HTTP APIs differ only in the priority of routes. They
 * pass their routes in order of priority, and the trie returns the first match.
 *
 * A lookup visits each node at most once, and skips subtrees that have no better route than the route already found.
 */
import type { RouteMatch, RoutePlan } from '../deployment/model.ts';
import type { PathSegment } from './path-template.ts';
import { putEntry } from './text-map.ts';
import type { TextMap } from './text-map.ts';

export type TrieEntry = {
  readonly plan: RoutePlan;
  readonly segments: readonly PathSegment[];
  readonly methods: readonly string[] | 'every';
};

type TrieOptions = {
  /** Whether `/{proxy+}` matches `/`, with an empty value. */
  readonly greedyMatchesRoot: boolean;
};

type Variable = { readonly name: string; readonly depth: number; readonly isGreedy: boolean };

type Leaf = {
  readonly variables: readonly Variable[];
  /** The match, which is returned unchanged if the route has no variables. */
  readonly match: RouteMatch;
};

/**
 * The routes of one path shape, by method. A route is represented by its rank, which is its position in the order of
 * priority; 0 is the best.
 */
type Landing = { readonly methods: Map<string, number>; every: number | undefined };

type Node = {
  readonly literals: Map<string, Node>;
  variable: Node | undefined;
  readonly here: Landing;
  greedy: Landing | undefined;
  /** The best rank at or below this node. */
  bestRank: number;
};

const SLASH = 0x2f;

/**
 * Compiles a trie from routes.
 * @param entries the routes in order of priority, the best first
 */
export function compileTrie(
  entries: readonly TrieEntry[],
  options: TrieOptions,
): (method: string, path: string) => RouteMatch | undefined {
  const root = newNode(0);
  for (const [rank, entry] of entries.entries()) insert(root, entry, rank);
  const leaves = entries.map(toLeaf);

  // Contains the segment positions of the current lookup. All lookups can share this array, because they are
  // synchronous.
  const starts: number[] = [];
  let path = '';
  let method = '';
  let count = 0;
  let best = Infinity;

  function consider(landing: Landing): void {
    const rank = landing.methods.get(method) ?? landing.every;
    if (rank !== undefined && rank < best) best = rank;
  }

  function search(node: Node, depth: number): void {
    if (node.bestRank >= best) return;
    if (depth === count) {
      consider(node.here);
      return;
    }
    const start = starts[depth] ?? 0;
    const end = (starts[depth + 1] ?? 0) - 1;
    const literal = node.literals.get(path.slice(start, end));
    if (literal !== undefined) search(literal, depth + 1);
    if (node.variable !== undefined && end > start) search(node.variable, depth + 1);
    if (node.greedy !== undefined && start < path.length) consider(node.greedy);
  }

  return function find(askedMethod, askedPath) {
    method = askedMethod;
    path = askedPath;
    best = Infinity;
    count = markSegments(path, starts);
    search(root, 0);
    if (count === 0 && options.greedyMatchesRoot && root.greedy !== undefined) consider(root.greedy);
    const leaf = leaves[best];
    return leaf && toMatch(leaf, path, starts);
  };
}

/** Records the start of each segment, and the position after the last segment. Returns the number of segments. */
function markSegments(path: string, starts: number[]): number {
  starts[0] = 1;
  if (path.length <= 1) return 0;
  let count = 1;
  for (let index = 1; index < path.length; index += 1)
    if (path.charCodeAt(index) === SLASH) {
      starts[count] = index + 1;
      count += 1;
    }
  starts[count] = path.length + 1;
  return count;
}

function toMatch(leaf: Leaf, path: string, starts: readonly number[]): RouteMatch {
  if (leaf.variables.length === 0) return leaf.match;
  const pathParameters: TextMap = {};
  for (const { name, depth, isGreedy } of leaf.variables) {
    const end = isGreedy ? path.length : (starts[depth + 1] ?? 0) - 1;
    putEntry(pathParameters, name, path.slice(starts[depth], end));
  }
  return { plan: leaf.match.plan, pathParameters };
}

function newNode(bestRank: number): Node {
  return { literals: new Map(), variable: undefined, here: newLanding(), greedy: undefined, bestRank };
}

function newLanding(): Landing {
  return { methods: new Map(), every: undefined };
}

function toLeaf(entry: TrieEntry): Leaf {
  return { variables: variablesOf(entry.segments), match: { plan: entry.plan, pathParameters: null } };
}

/** Inserts a route. It is unreachable if a better route has the same shape and method. */
function insert(root: Node, entry: TrieEntry, rank: number): void {
  const landing = makeLanding(root, entry.segments, rank);
  if (entry.methods === 'every') landing.every ??= rank;
  else
    for (const method of entry.methods) if (!landing.methods.has(method)) landing.methods.set(method, rank);
}

function makeLanding(root: Node, segments: readonly PathSegment[], rank: number): Landing {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === 'greedy') return (node.greedy ??= newLanding());
    node = makeChild(node, segment, rank);
  }
  return node.here;
}

/**
 * Creates a child node. Entries are inserted in order of priority, so the entry that creates a node sets the node's
 * best rank.
 */
function makeChild(node: Node, segment: Exclude<PathSegment, { kind: 'greedy' }>, rank: number): Node {
  if (segment.kind === 'variable') return (node.variable ??= newNode(rank));
  const known = node.literals.get(segment.text);
  if (known !== undefined) return known;
  const child = newNode(rank);
  node.literals.set(segment.text, child);
  return child;
}

function variablesOf(segments: readonly PathSegment[]): readonly Variable[] {
  return segments.flatMap((segment, depth) =>
    segment.kind === 'literal' ? [] : [{ name: segment.name, depth, isGreedy: segment.kind === 'greedy' }],
  );
}
