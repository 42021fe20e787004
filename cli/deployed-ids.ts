/** Ids of deployed APIs that documents name by stack and logical id or output, or by name: asked of AWS. */
import { existsSync, readFileSync } from 'node:fs';
import { inventoryPath, writeIfNew } from '@gatewright/authoring/access-files';
import { parseInventory, printInventory } from '@gatewright/authoring/route-inventory';
import { readNamedDocuments } from './access-documents.ts';
import { findApiId } from './find-api-id.ts';
import { UsageError } from './output.ts';
import { createSignedGet } from './signed-get.ts';
import type { Environment } from './signed-get.ts';

/** By name of the document. Credentials and region come from the environment. @throws UsageError where a stack is not deployed, or credentials are missing */
export async function readDeployedIds(
  folder: string,
  stage: string,
  environment: Environment = process.env,
): Promise<ReadonlyMap<string, string>> {
  const wanted = readNamedDocuments(folder, []).flatMap(({ name, document }) => {
    const api = document.api[stage];
    return api === undefined || api.apiId !== undefined ? [] : [{ name, api }];
  });
  if (wanted.length === 0) return new Map();
  const aws = createSignedGet(environment);
  const found: (readonly [string, string])[] = [];
  for (const { name, api } of wanted) found.push([name, await findApiId(aws, api)]);
  return new Map(found);
}

/** Documents of the folder whose API has no id in that stage yet, neither written nor looked up. */
export function withoutId(folder: string, stage: string): readonly string[] {
  return readNamedDocuments(folder, []).flatMap(({ name, document }) => {
    const api = document.api[stage];
    if (api === undefined || api.apiId !== undefined) return [];
    const path = inventoryPath(folder, name);
    const known = existsSync(path) ? parseInventory(readFileSync(path, 'utf8'))?.apiIds[stage] : undefined;
    return (known ?? []).length > 0 ? [] : [name];
  });
}

/** The inventory of a document with the id that its API has in that stage. An id of a developer's machine goes. @throws UsageError */
export function withDeployedId(text: string | undefined, stage: string, apiId: string): string {
  const inventory = parseInventory(text ?? '');
  if (inventory === undefined)
    throw new UsageError('the routes have not been read: run gatewright access sync');
  return printInventory({ ...inventory, apiIds: { ...inventory.apiIds, [stage]: [apiId] } });
}

/** Writes what CloudFormation says into the inventories. @returns a line for each */
export async function saveDeployedIds(folder: string, stage: string): Promise<readonly string[]> {
  const ids = await readDeployedIds(folder, stage);
  return [...ids].map(([name, apiId]) => {
    const path = inventoryPath(folder, name);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const isNew = writeIfNew(path, withDeployedId(text, stage, apiId));
    return `${name}: ${apiId} in stage ${stage}${isNew ? '' : ', nothing new'}`;
  });
}
