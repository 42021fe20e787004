/**
 * An expectation is the list of a project's possible responses, written down before the project's first run. It is the
 * file `<project>.expect.json` next to the project.
 */

export const KINDS = ['serverless', 'SAM', 'CDK', 'CloudFormation'] as const;
export type Kind = (typeof KINDS)[number];
export type Protocol = 'rest' | 'http' | 'websocket';

export type ExpectedRoute = {
  /** Logical id of the API in the template. Without an id, the first API of the protocol is used. */
  readonly api?: string;
  readonly protocol: Protocol;
  readonly method: string;
  /** The path as in the template, `/orders/{id}`; or the route key of a WebSocket API. */
  readonly path: string;
  /**
   * Accepted statuses such as `200`, or classes of statuses such as `2xx`. A 5xx is never accepted, even if it is
   * listed.
   */
  readonly statuses: readonly string[];
  /** Replaces the generic query. Likewise, `headers` and `body` replace the generic headers and body. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

export type Expectation = {
  readonly kind: Kind;
  /** The source that `start` gets, relative to the project's folder. */
  readonly source: string;
  /** Further arguments of `start`, as a newcomer would give them. */
  readonly arguments: readonly string[];
  /**
   * What the project needs: an account, a secret, the network, another runtime. Such projects are not included in the
   * total of projects that need nothing.
   */
  readonly needs?: string;
  readonly routes: readonly ExpectedRoute[];
};

/**
 * Reads an expectation.
 * @throws Error if a member is missing or invalid; the message names the member
 */
export function readExpectation(text: string, name: string): Expectation {
  const value = JSON.parse(text) as Partial<Expectation>;
  if (!KINDS.some((kind) => kind === value.kind))
    throw new Error(`${name}: "kind" must be one of ${KINDS.join(', ')}`);
  if (typeof value.source !== 'string') throw new Error(`${name}: "source" is missing`);
  if (!Array.isArray(value.routes)) throw new Error(`${name}: "routes" is missing`);
  const routes: readonly Partial<ExpectedRoute>[] = value.routes;
  for (const [index, { method, path, protocol, statuses }] of routes.entries())
    if ([method, path, protocol].includes(undefined) || !statuses?.every(isStatus))
      throw new Error(
        `${name}: each route must have protocol, method, path and statuses, but route ${index + 1} does not`,
      );
  return { ...(value as Expectation), arguments: value.arguments ?? [] };
}

function isStatus(text: unknown): boolean {
  return typeof text === 'string' && /^[1-5](?:xx|\d\d)$/.test(text);
}

/** Returns whether the expectation accepts the status. A 5xx is never accepted. */
export function allows(statuses: readonly string[], status: number): boolean {
  if (status >= 500) return false;
  return statuses.some((allowed) =>
    allowed.endsWith('xx') ? Math.floor(status / 100) === Number(allowed[0]) : Number(allowed) === status,
  );
}
