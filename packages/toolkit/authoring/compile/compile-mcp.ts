import type {
  CompiledCondition,
  CompiledDocument,
  CompiledMcp,
  CompiledRoute,
} from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument } from '../document/document.ts';
import type { Path } from '../document/shape.ts';

type McpText = NonNullable<AccessDocument['mcp']>;

type CompileMcp = {
  readonly kind: CompiledDocument['kind'];
  readonly routes: readonly CompiledRoute[];
  readonly problem: (path: Path, message: string) => void;
  readonly warning: (path: Path, message: string) => void;
  readonly compileWhen: (
    rule: Pick<McpText['rules'][number], 'effect' | 'when'>,
    path: Path,
  ) => CompiledCondition | undefined;
};

export function compileMcp(
  { mcp, result, quota }: Pick<AccessDocument, 'mcp' | 'result' | 'quota'>,
  { kind, routes, problem, warning, compileWhen }: CompileMcp,
): CompiledMcp | undefined {
  if (mcp === undefined) return undefined;
  const hasRoute = (method: string): boolean =>
    routes.some((route) => route.method === method && route.path === mcp.path);
  if (kind === 'websocket') problem(['mcp'], 'is for REST and HTTP APIs; this is a WebSocket API');
  else if (!hasRoute('POST'))
    problem(['mcp', 'path'], `is not a route of the API: clients send POST ${mcp.path}`);
  else if (!hasRoute('GET')) warning(['mcp', 'path'], withoutGet(mcp.path, kind));
  const isCached = (result?.cacheTtlSeconds ?? 60) > 0;
  if (mcp.refuseByHeaders === true && isCached)
    problem(
      ['mcp', 'refuseByHeaders'],
      'needs result.cacheTtlSeconds: 0, because a cached result for one tool would be used for every other tool',
    );
  if (mcp.charge === true) checkCharge(mcp.path, quota, problem);
  const seen = new Set<string>();
  const rules = mcp.rules.map((given, index) => {
    const { when: _given, ...rule } = given;
    const path = ['mcp', 'rules', index];
    if (seen.has(rule.id)) problem([...path, 'id'], `"${rule.id}" is already the id of an earlier rule`);
    seen.add(rule.id);
    const when = compileWhen(given, path);
    if (isCached && when !== undefined && readsAddress(when))
      problem(
        [...path, 'when'],
        'reads sourceIp, which needs result.cacheTtlSeconds: 0, because a cached result would also apply to callers from other addresses',
      );
    return { ...rule, ...(when && { when }) };
  });
  return {
    path: mcp.path,
    ...(mcp.charge === true && { charge: true as const }),
    ...(mcp.refuseByHeaders === true && { refuseByHeaders: true as const }),
    rules,
  };
}

/**
 * A server that offers no stream for GET responds with 405 (MCP 2025-11-25, Transports, Listening for Messages from the
 * Server). If API Gateway responds instead of the server, some clients end the connection, such as the clients of
 * Spring AI.
 */
function withoutGet(path: string, kind: CompiledDocument['kind']): string {
  return `has no route GET ${path}, so API Gateway responds to GET with ${kind === 'http' ? '404' : '403'}. Clients of earlier revisions of MCP expect 405 from the server, and some of them stop at any other status. Route all methods of ${path} to the function, and allow these methods in the rule for ${path}`;
}

/** The call must be charged in one place only; otherwise it would be charged twice. */
function checkCharge(path: string, quota: AccessDocument['quota'], problem: CompileMcp['problem']): void {
  if (quota === undefined) problem(['mcp', 'charge'], 'needs quota, which names the plan and the tenant');
  else if (quota.count === 'access-log')
    problem(
      ['mcp', 'charge'],
      'cannot be combined with quota.count: access-log, which charges every logged request: remove one of them',
    );
  else if (quota.routes?.some((route) => route.endsWith(` ${path}`)) === true)
    problem(
      ['quota', 'routes'],
      `names a route of ${path}, but mcp.charge charges the calls to this path in the function: remove the route from quota.routes, or remove mcp.charge`,
    );
}

function readsAddress(condition: CompiledCondition): boolean {
  switch (condition.is) {
    case 'network':
      return true;
    case 'all':
    case 'any':
      return condition.of.some(readsAddress);
    case 'not':
      return readsAddress(condition.of);
    default:
      return false;
  }
}
