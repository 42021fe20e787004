/** REST resource matching and the rules for resource trees (docs/aws §2.1). */
import type { RoutePlan, RouteTable } from '../deployment/model.ts';
import { bySpecificity, parsePathTemplate, parseSegment } from './path-template.ts';
import type { PathSegment } from './path-template.ts';
import { compileTrie } from './path-trie.ts';
import type { TrieEntry } from './path-trie.ts';

/**
 * The methods that `ANY` covers on REST APIs. A request with any other method, such as TRACE or PROPFIND, matches no
 * method of the API.
 */
export const ANY_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
/** The verbs of routes and integrations. */
export const VERBS: ReadonlySet<string> = new Set(['ANY', ...ANY_METHODS]);

const SLASH = 0x2f;

/**
 * Compiles the methods of a REST API whose tree `checkResourceTree` accepts. For each segment, a literal takes priority
 * over `{param}`, and `{param}` over `{proxy+}`. If a resource has neither the method nor ANY, a less specific resource
 * is tried. On the same resource, a method takes priority over ANY. Trailing slashes are ignored, and parameters stay
 * encoded.
 */
export function compileRestRoutes(plans: readonly RoutePlan[]): RouteTable {
  const entries: TrieEntry[] = plans.map((plan) => ({
    plan,
    segments: parsePathTemplate(plan.resourcePath),
    methods: plan.httpMethod === 'ANY' ? ANY_METHODS : [plan.httpMethod],
  }));
  const find = compileTrie(entries.toSorted(byPriority), { greedyMatchesRoot: false });
  return { plans, find: (method, path) => find(method, withoutTrailingSlashes(path)) };
}

function byPriority(a: TrieEntry, b: TrieEntry): number {
  return bySpecificity(a.segments, b.segments) || isAny(a) - isAny(b);
}

function isAny(entry: TrieEntry): number {
  return entry.plan.httpMethod === 'ANY' ? 1 : 0;
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === SLASH) end -= 1;
  return end === path.length ? path : path.slice(0, end);
}

/** The error for a resource that AWS does not create, in AWS's wording. */
type ResourceTreeError = TreeError & { readonly path: string };

type TreeError = {
  readonly message: string;
  /** The remedy; absent if the message already contains it. */
  readonly remedy?: string | undefined;
};

const PATH_PART = /^[a-zA-Z0-9._\-:~@$+,]+$/;
const VARIABLE_NAME = /^[a-zA-Z0-9._\-:]+$/;

export const PATH_PART_RULE =
  "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.";

/**
 * Checks the resources of one API, given by full path in order of creation. Parents that are not listed are created
 * implicitly. Returns at most one error per path, with AWS's messages as recorded (April 2024).
 */
export function checkResourceTree(paths: readonly string[]): readonly ResourceTreeError[] {
  const variableOfParent = new Map<string, string>();
  return paths.flatMap((path) => {
    const error = findTreeError(path, variableOfParent);
    return error === undefined ? [] : [{ path, ...error }];
  });
}

/** Checks one path from the root, and records the variable below each parent. */
function findTreeError(path: string, variableOfParent: Map<string, string>): TreeError | undefined {
  let parent = '';
  let greedyParent: string | undefined;
  for (const part of path === '/' ? [] : path.slice(1).split('/')) {
    if (greedyParent !== undefined)
      return {
        message: `Cannot create a child of a resource with a greedy path variable: ${greedyParent}`,
      };
    const segment = parseSegment(part);
    if (!isLegalPart(segment)) return { message: PATH_PART_RULE };
    if (segment.kind !== 'literal') {
      const sibling = variableOfParent.get(parent);
      if (sibling !== undefined && sibling !== part)
        return {
          message: `A sibling (${sibling}) of this resource already has a variable path part -- only one is allowed`,
          remedy: remedyOfGreedy(parent, sibling, part),
        };
      variableOfParent.set(parent, part);
    }
    if (segment.kind === 'greedy') greedyParent = part;
    parent = `${parent}/${part}`;
  }
  return undefined;
}

/**
 * Returns the remedy for a greedy variable next to a variable of one segment. Returns undefined for two variables of
 * one segment, because giving them the same name is enough.
 */
function remedyOfGreedy(parent: string, one: string, other: string): string | undefined {
  const greedy = [one, other].find((part) => part.endsWith('+}'));
  const plain = [one, other].find((part) => !part.endsWith('+}'));
  if (greedy === undefined || plain === undefined) return undefined;
  const [under, beside] = [`${parent}/${plain}`, `${parent}/${greedy}`];
  return `write ${under}/${greedy} instead of ${beside}: it matches paths with one segment or more below ${under}. A path of one segment below ${parent === '' ? '/' : parent} then reaches only the methods of ${under}, so add the methods of ${beside} to ${under}`;
}

function isLegalPart(segment: PathSegment): boolean {
  return segment.kind === 'literal' ? PATH_PART.test(segment.text) : VARIABLE_NAME.test(segment.name);
}
