import { textAt } from '../../terminal/aws-call.ts';
import type { LiveApi, LiveRoute } from './live-api.ts';

export type Choice = {
  readonly chosen: readonly LiveRoute[];
  readonly left: readonly { readonly key: string; readonly because: string }[];
  /** The number of routes that are left out because they already have the authorizer. */
  readonly attached: number;
  /** The patterns that do not match any route. */
  readonly idle: readonly string[];
};

/**
 * Chooses the routes that match the patterns, or every open route if there are no patterns. `OPTIONS` is skipped,
 * because browsers send it without credentials. In a WebSocket API only `$connect` can have an authorizer.
 * @param isReplacing whether routes that have another authorizer are included
 */
export function chooseRoutes(
  { kind, routes, authorizers }: LiveApi,
  patterns: readonly string[],
  isReplacing: boolean,
  ours: readonly string[] = [],
): Choice {
  const wanted = routes.filter(
    ({ key, method, path }) =>
      patterns.length === 0 || patterns.some((pattern) => fits(pattern, key, method, path)),
  );
  const nameOf = (id: string | undefined): string => {
    const found = authorizers.find(
      (one) => id !== undefined && (one['id'] === id || one['authorizerId'] === id),
    );
    return textAt(found, 'name') ?? id ?? '';
  };
  const judged = wanted.map((route) => {
    const { method, path, authorizationType, authorizerId } = route;
    if (kind === 'websocket' && path !== '$connect')
      return { route, because: 'only $connect can have an authorizer' };
    if (method === 'OPTIONS') return { route, because: 'browsers send OPTIONS without credentials' };
    if (authorizationType === 'NONE') return { route };
    if (authorizerId !== undefined && ours.includes(nameOf(authorizerId)))
      return { route, because: 'the route already has this authorizer', isAttached: true };
    if (isReplacing) return { route };
    const guard = authorizationType === 'AWS_IAM' ? 'AWS_IAM' : `the authorizer ${nameOf(authorizerId)}`;
    return { route, because: `it has ${guard} (--replace replaces it)` };
  });
  return {
    chosen: judged.flatMap(({ route, because }) => (because === undefined ? [route] : [])),
    left: judged.flatMap(({ route: { key }, because }) => (because === undefined ? [] : [{ key, because }])),
    attached: judged.filter(({ isAttached }) => isAttached === true).length,
    idle: patterns.filter(
      (pattern) => !routes.some(({ key, method, path }) => fits(pattern, key, method, path)),
    ),
  };
}

/**
 * Whether a pattern matches a route. A pattern has the form `GET /orders/{id}`, `* /orders/*`, `/orders/*` or
 * `$connect`. A final `/*` matches the path before it, and everything below that path.
 */
function fits(pattern: string, key: string, method: string, path: string): boolean {
  if (pattern === key) return true;
  const [first = '', second] = pattern.trim().split(/\s+/);
  const [verb, glob] = second === undefined ? ['*', first] : [first, second];
  if (verb !== '*' && verb.toUpperCase() !== method) return false;
  if (!glob.endsWith('/*')) return glob === path;
  const stem = glob.slice(0, -2);
  return path === stem || path.startsWith(`${stem}/`);
}
