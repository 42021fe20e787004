/**
 * Finds handlers that run behind the toolkit's authorizers, but read the caller in the form that another authorizer
 * uses. It also finds MCP servers whose rules nothing enforces.
 */
import { relative } from 'node:path';
import {
  describeClaimRead,
  describeMappedClaim,
  describeUnreadCode,
  findClaimReads,
  findMappedClaims,
} from '@gatewright/authoring/check/claim-reads';
import type { CompiledAccess } from '#shared/access/compiled-document.ts';
import type { FunctionDefinition, InspectedApi } from '../../../../gateway/engine/index.ts';
import { isNodeRuntime } from '../../../../gateway/core/stack/function.ts';
import { readClaimsChecked } from '../../../terminal/settings-file.ts';
import { isOurs } from './access-apis.ts';
import { checkMcpWrapper, findRolesWithoutTools } from './wrapper-check.ts';

type HandlerFindings = {
  /** The locations at which the caller is read in the form of another authorizer. */
  readonly unsafe: readonly string[];
  readonly warnings: readonly string[];
};

/**
 * Checks the handlers of protected APIs. Only routes that use the toolkit's authorizers are checked.
 * @param sources folders and templates. The gatewright.yml next to a source may list files that have been reviewed.
 */
export async function checkDocumentedHandlers(
  { documents }: CompiledAccess,
  apis: readonly InspectedApi[],
  stage: string,
  sources: readonly string[],
): Promise<HandlerFindings> {
  const found = { unsafe: new Set<string>(), warnings: new Set<string>() };
  const isChecked = readClaimsChecked(sources);
  for (const document of documents) {
    for (const text of findRolesWithoutTools(document))
      found.warnings.add(`access/${document.name}.yml: ${text}`);
    for (const { for: deployed, apiId, stage: name } of document.apis) {
      const api = apis.find((candidate) => candidate.id === apiId && candidate.stage === name);
      if (deployed !== stage || api === undefined) continue;
      const { unsafe, warnings } = await readsOf(api, isChecked);
      for (const text of unsafe) found.unsafe.add(`access/${document.name}.yml: ${text}`);
      for (const text of [...warnings, ...(await checkMcpWrapper(document, api))])
        found.warnings.add(`access/${document.name}.yml: ${text}`);
    }
  }
  return { unsafe: [...found.unsafe], warnings: [...found.warnings] };
}

async function readsOf(api: InspectedApi, isChecked: (path: string) => boolean): Promise<HandlerFindings> {
  const ours = api.routes.filter(
    ({ authorizer }) => authorizer !== undefined && isOurs(authorizer.functionName),
  );
  const [unsafe, warnings] = [ours.flatMap(mappedClaims), [] as string[]];
  const routes = new Map<FunctionDefinition, string>();
  for (const { method, path, handler } of ours)
    if (handler !== undefined) routes.set(handler, routes.get(handler) ?? `${method} ${path}`);
  if (routes.size === 0) return { unsafe, warnings };
  const { readHandlerSources } = await import('../../../../gateway/engine/index.ts');
  for (const [handler, route] of routes) {
    const files = await readHandlerSources(handler);
    const unread = files.length === 0 ? unreadPath(handler) : undefined;
    if (unread !== undefined && !isChecked(unread))
      warnings.push(`${relative(process.cwd(), unread)}: ${describeUnreadCode(handler.logicalId, route)}`);
    for (const { file, text } of files)
      for (const { line, what } of isChecked(file) ? [] : findClaimReads(text, file))
        unsafe.push(`${relative(process.cwd(), file)}:${line}: ${describeClaimRead(what, route, file)}`);
  }
  return { unsafe, warnings };
}

/**
 * Returns the path of a function's code if the code cannot be searched: it is packed, or it is not JavaScript. (A
 * missing JavaScript handler is reported by another check.)
 */
function unreadPath({ code, runtime }: FunctionDefinition): string | undefined {
  if (code.kind === 'archive') return code.packed.file;
  return code.kind === 'directory' && !isNodeRuntime(runtime) ? code.directory : undefined;
}

/**
 * Finds mapping templates that read the caller in the form of another authorizer. Such a template finds no caller and
 * writes an empty value.
 */
function mappedClaims({
  method,
  path,
  callerMappings = [],
}: InspectedApi['routes'][number]): readonly string[] {
  return callerMappings.flatMap(({ text, place }) =>
    findMappedClaims(text).map((what) => {
      const file = relative(process.cwd(), place.file);
      const where = place.line === undefined ? file : `${file}:${place.line}`;
      return `${where}: ${describeMappedClaim(what, `${method} ${path}`)}`;
    }),
  );
}
