/** `gatewright access sync`: the routes of protected APIs, out of their templates into `access/<name>.routes.json`. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AccessDocument } from '#shared/access/document.ts';
import { parseInventory, printInventory } from '#shared/access/route-inventory.ts';
import type { RouteInventory } from '#shared/access/route-inventory.ts';
import { inspectStacks } from '../gateway/index.ts';
import type { InspectedApi } from '../gateway/index.ts';
import { loadOptions, toInventoryRoutes } from './access-apis.ts';
import { readNamedDocuments } from './access-documents.ts';
import { inventoryPath, readAccessFiles, writeIfNew } from './access-files.ts';
import { UsageError } from './output.ts';

/** Reads every stack once, writes what is new, and says for each document what it found. */
export async function syncRoutes(
  folder: string,
  names: readonly string[],
  stage: string,
): Promise<readonly string[]> {
  const documents = readNamedDocuments(folder, names).filter(({ document }) =>
    Object.hasOwn(document.api, stage),
  );
  const sources = new Set(documents.map(({ document }) => resolve(folder, document.routes)));
  // Protected stacks import the authorizers of the stack that the documents belong to.
  const own = dirname(folder);
  if (existsSync(join(own, 'serverless.yml'))) sources.add(own);
  const apis = await inspectStacks([...sources], loadOptions(stage, own));
  return documents.map(({ name, file, document }) => {
    const api = findApi(document, apis, stage, file);
    const inventory = toInventory(api, stage, readInventory(folder, name));
    const isNew = writeIfNew(inventoryPath(folder, name), printInventory(inventory));
    return `${name}: ${inventory.routes.length} routes of ${api.kind} API ${api.logicalId} in ${api.stack}${isNew ? '' : ', nothing new'}`;
  });
}

function findApi(
  { api: byStage }: AccessDocument,
  apis: readonly InspectedApi[],
  stage: string,
  file: string,
): InspectedApi {
  const wanted = byStage[stage];
  const found = apis.find(
    ({ stack, logicalId, id, stage: name }) =>
      name === wanted?.stage &&
      (wanted.logicalId === undefined
        ? id === wanted.apiId
        : stack === wanted.stack && logicalId === wanted.logicalId),
  );
  if (found !== undefined) return found;
  const known = apis.map(({ stack, logicalId, stage: name }) => `${stack} ${logicalId} stage ${name}`);
  throw new UsageError(
    `${file}: api.${stage} is not among the loaded APIs; there are: ${known.join(', ') || 'none'}`,
  );
}

function readInventory(folder: string, name: string): RouteInventory | undefined {
  const [file] = readAccessFiles(folder).filter((candidate) => candidate.name === name);
  return file?.inventory === undefined ? undefined : parseInventory(file.inventory);
}

/** Ids that other stages, or a deployed API, have been found under before stay. */
function toInventory(api: InspectedApi, stage: string, known: RouteInventory | undefined): RouteInventory {
  const ids = new Set([api.id, ...(known?.apiIds[stage] ?? [])]);
  return {
    kind: api.kind,
    apiIds: { ...known?.apiIds, [stage]: [...ids].sort() },
    routes: toInventoryRoutes(api),
  };
}
