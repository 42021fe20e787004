/** Base paths of custom domains (docs/aws §10.4). */

/**
 * The value of a base path mapping's members `basePath` and `stage` that means "none". As a base path, it means that
 * there is no base path. As a stage, it means that the path names the stage (API reference, `CreateBasePathMapping`).
 * An empty string means the same.
 */
export const NONE = '(none)';

/** Reads the base path or the stage of a base path mapping; empty if there is none. */
export function readNone(text: string): string {
  return text === NONE ? '' : text;
}

/** The maximum length of a base path in characters, as AWS limits its mapping keys. */
const MAX_LENGTH = 300;
const SEGMENT = "[A-Za-z0-9$_.+!*'()-]+";
const BASE_PATH = new RegExp(`^(?:${SEGMENT}(?:/${SEGMENT})*)?$`);

/**
 * Whether AWS accepts the text as a base path, such as `v1` or `v1/orders`. The empty base path applies to all paths
 * without a mapping.
 */
export function isBasePath(text: string): boolean {
  return text.length <= MAX_LENGTH && BASE_PATH.test(text);
}

/**
 * Returns the longest base path that matches the beginning of the path, segment by segment. The empty base path matches
 * all paths. Returns undefined if no base path matches. `hasBasePath` is called for the longest candidate first, and at
 * most once for each possible number of segments.
 */
export function findBasePath(
  path: string,
  hasBasePath: (basePath: string) => boolean,
  maxSegments: number,
): string | undefined {
  const start = startOf(path);
  const ends: number[] = [];
  for (let end = start; end < path.length && ends.length < maxSegments;) {
    const slash = path.indexOf('/', end);
    end = slash === -1 ? path.length : slash;
    ends.push(end);
    end += 1;
  }
  for (const end of ends.reverse()) {
    const candidate = path.slice(start, end);
    if (hasBasePath(candidate)) return candidate;
  }
  return hasBasePath('') ? '' : undefined;
}

/**
 * Returns the path below a base path. For example, `/v1/pets` below `v1` becomes `/pets`. Leading slashes are
 * collapsed.
 */
export function stripBasePath(path: string, basePath: string): string {
  const rest = startOf(path) + basePath.length;
  return `/${path.slice(startOf(path, rest))}`;
}

function startOf(path: string, from = 0): number {
  let start = from;
  while (path.charCodeAt(start) === 0x2f) start += 1;
  return start;
}
