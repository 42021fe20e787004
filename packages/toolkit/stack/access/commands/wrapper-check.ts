/**
 * Finds MCP servers that have rules, but whose function does not use the wrapper. Also finds roles that reach the
 * server but none of its tools. The wrapper is recognized in the code that the function runs, so names of files and
 * exports do not matter, and code that is already bundled is recognized.
 */
import type { CompiledCondition, CompiledDocument } from '#shared/access/compiled-document.ts';
import { WRAPPER_SIGN } from '#shared/middleware/mcp.ts';
import type { FunctionDefinition, InspectedApi } from '../../../../gateway/engine/index.ts';

/** Returns one warning for each function behind `mcp.path` in whose code the wrapper was not found. */
export async function checkMcpWrapper(
  { mcp }: Pick<CompiledDocument, 'mcp'>,
  api: Pick<InspectedApi, 'routes'>,
): Promise<readonly string[]> {
  if (mcp === undefined) return [];
  const handlers = new Set(
    api.routes.flatMap(({ method, path, handler }) =>
      path === mcp.path && (method === 'POST' || method === 'ANY') && handler !== undefined ? [handler] : [],
    ),
  );
  const warnings: string[] = [];
  for (const handler of handlers) if (!(await usesWrapper(handler))) warnings.push(describe(handler, mcp));
  return warnings;
}

/**
 * If a package is not installed on this machine, such as a package from a layer, its import stays in the bundled code.
 */
const IMPORTED = /(?:from|require\(|import\()\s*["'](?:gatewright|@gatewright\/handlers)\/mcp["']/;

async function usesWrapper(handler: FunctionDefinition): Promise<boolean> {
  const { bundleHandler } = await import('../../../../gateway/engine/index.ts');
  const code = await bundleHandler(handler);
  return code !== undefined && (code.includes(WRAPPER_SIGN) || IMPORTED.test(code));
}

function describe(
  { logicalId }: FunctionDefinition,
  { path, refuseByHeaders }: NonNullable<CompiledDocument['mcp']>,
): string {
  const effect =
    refuseByHeaders === true
      ? 'are enforced only by headers, and a client can write anything into headers'
      : 'have no effect, so every caller that reaches the server may use everything that the server offers';
  return `the rules under mcp for POST ${path} ${effect}. The code of the function ${logicalId} does not contain withMcp() or mcp() of gatewright/mcp: wrap its handler (node_modules/gatewright/docs/guides/protect/mcp.md)`;
}

/**
 * Returns one warning for each role whose callers reach the server and are then refused every call. Conditions other
 * than roles are treated as satisfied, because they depend on the caller's token.
 */
export function findRolesWithoutTools({
  mcp,
  roles,
  routes,
  rules,
}: Pick<CompiledDocument, 'mcp' | 'roles' | 'routes' | 'rules'>): readonly string[] {
  if (mcp === undefined) return [];
  const server = routes.flatMap(({ method, path }, index) =>
    path === mcp.path && method === 'POST' ? [index] : [],
  );
  const toServer = rules.filter((rule) => server.some((index) => rule.routes.includes(index)));
  return Object.entries(roles).flatMap(([role, { roles: included }]) => {
    const admits = ({
      effect,
      when,
    }: {
      readonly effect: string;
      readonly when?: CompiledCondition;
    }): boolean => effect === 'allow' && mayBeMet(when, included);
    const reaching = toServer.find(admits);
    return reaching === undefined || mcp.rules.some(admits)
      ? []
      : [
          `callers with the role ${role} reach POST ${mcp.path} by the rule ${reaching.id}, but no rule under mcp allows them anything, so each of their calls is refused: name the role in a rule under mcp, or remove the role from the rule ${reaching.id}`,
        ];
  });
}

function mayBeMet(condition: CompiledCondition | undefined, roles: readonly string[]): boolean {
  switch (condition?.is) {
    case 'role':
      return roles.includes(condition.name);
    case 'all':
      return condition.of.every((one) => mayBeMet(one, roles));
    case 'any':
      return condition.of.some((one) => mayBeMet(one, roles));
    default:
      return true;
  }
}
