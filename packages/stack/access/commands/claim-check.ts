/** Finds handlers behind the toolkit's authorizers that read the caller as another authorizer wrote it. */
import { relative } from 'node:path';
import {
  describeClaimRead,
  describeMappedClaim,
  findClaimReads,
  findMappedClaims,
} from '@gatewright/authoring/claim-reads';
import type { CompiledAccess } from '#shared/access/compiled-document.ts';
import type { FunctionDefinition, InspectedApi } from '../../../engine/index.ts';
import { isOurs } from './access-apis.ts';

/** Each with file and line. Only of protected APIs, and of routes with one of our authorizers. */
export async function checkHandlers(
  { documents }: CompiledAccess,
  apis: readonly InspectedApi[],
  stage: string,
): Promise<readonly string[]> {
  const complaints = new Set<string>();
  for (const document of documents)
    for (const { for: deployed, apiId, stage: name } of document.apis) {
      const api = apis.find((candidate) => candidate.id === apiId && candidate.stage === name);
      if (deployed !== stage || api === undefined) continue;
      for (const complaint of await readsOf(api)) complaints.add(`access/${document.name}.yml: ${complaint}`);
    }
  return [...complaints];
}

async function readsOf(api: InspectedApi): Promise<readonly string[]> {
  const ours = api.routes.filter(
    ({ authorizer }) => authorizer !== undefined && isOurs(authorizer.functionName),
  );
  const complaints = ours.flatMap(mappedClaims);
  const routes = new Map<FunctionDefinition, string>();
  for (const { method, path, handler } of ours)
    if (handler !== undefined) routes.set(handler, routes.get(handler) ?? `${method} ${path}`);
  if (routes.size === 0) return complaints;
  const { readHandlerSources } = await import('../../../engine/index.ts');
  for (const [handler, route] of routes)
    for (const { file, text } of await readHandlerSources(handler))
      for (const { line, what } of findClaimReads(text))
        complaints.push(`${relative(process.cwd(), file)}:${line}: ${describeClaimRead(what, route)}`);
  return complaints;
}

/** A template that finds no caller writes an empty one, as a handler does. */
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
