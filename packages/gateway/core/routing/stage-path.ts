/** Splits the stage from a raw path by the rules of each kind of API (docs/aws §2.1, §2.2). */

/** The requested stage, whether or not it exists, and the path below it, still encoded. */
type StagePath = { readonly stageName: string; readonly path: string };

const SLASH = 0x2f;

/**
 * Splits the path of a REST or WebSocket API, where the first segment is the stage. Doubled slashes directly before and
 * after the stage collapse (`//dev//pets/` → `dev`, `/pets/`); other doubled slashes stay. `/dev` and `/dev/` both mean
 * the root.
 */
export function splitRestPath(rawPath: string): StagePath {
  let start = 0;
  while (rawPath.charCodeAt(start) === SLASH) start += 1;
  const slash = rawPath.indexOf('/', start);
  if (slash === -1) return { stageName: rawPath.slice(start), path: '/' };
  let rest = slash;
  while (rawPath.charCodeAt(rest + 1) === SLASH) rest += 1;
  return { stageName: rawPath.slice(start, slash), path: rawPath.slice(rest) };
}

/**
 * Splits the path of an HTTP API. A first segment that names a stage other than `$default` is removed. Other paths
 * belong to `$default` and stay unchanged.
 */
export function splitHttpPath(rawPath: string, stages: { has(name: string): boolean }): StagePath {
  const slash = rawPath.indexOf('/', 1);
  const name = slash === -1 ? rawPath.slice(1) : rawPath.slice(1, slash);
  if (name === '$default' || !stages.has(name)) return { stageName: '$default', path: rawPath };
  return { stageName: name, path: slash === -1 ? '/' : rawPath.slice(slash) };
}
