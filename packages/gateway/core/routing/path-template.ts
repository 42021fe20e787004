/** Parses resource paths and route paths (`/pets/{id}`, `/files/{proxy+}`). */

export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

/**
 * Parses a path; `/` has no segments. Any text is accepted, because `checkResourceTree` and `checkHttpRoutes` apply
 * AWS's rules.
 */
export function parsePathTemplate(path: string): readonly PathSegment[] {
  const trimmed = path.startsWith('/') ? path.slice(1) : path;
  return trimmed === '' ? [] : trimmed.split('/').map(parseSegment);
}

export function parseSegment(text: string): PathSegment {
  if (!text.startsWith('{') || !text.endsWith('}')) return { kind: 'literal', text };
  const name = text.slice(1, -1);
  return name.endsWith('+') ? { kind: 'greedy', name: name.slice(0, -1) } : { kind: 'variable', name };
}

const KIND_ORDER = { literal: 0, variable: 1, greedy: 2 };

/**
 * Compares two templates from left to right. A literal comes before a variable, and a variable before a greedy
 * variable. Templates that never match the same path are also ordered, because sorting requires a total order.
 */
export function bySpecificity(a: readonly PathSegment[], b: readonly PathSegment[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || right === undefined) break;
    const difference = KIND_ORDER[left.kind] - KIND_ORDER[right.kind];
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
