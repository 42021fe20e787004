/**
 * Finds MCP servers with rules whose function does not use the wrapper. The wrapper is recognized in the code that the
 * function runs, so names of files and exports do not matter, and code that was bundled before is recognized too.
 */
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { WRAPPER_SIGN } from '#shared/middleware/mcp.ts';
import type { FunctionDefinition, InspectedApi } from '../../../../gateway/engine/index.ts';

/** Returns one warning for each function behind `mcp.path` that was not seen to use the wrapper. */
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

/** An import that is not installed here, such as one from a layer, is left in the code by its name. */
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
      ? 'rest on headers, which the client writes as it likes'
      : 'decide nothing, so whoever reaches the server may use all of it';
  return `the rules under mcp for POST ${path} ${effect}: the function ${logicalId} was not seen to use withMcp() or mcp() of gatewright/mcp; wrap its handler (node_modules/gatewright/docs/guides/protect/mcp.md)`;
}
