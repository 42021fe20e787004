/** Ids of deployed APIs by the stack and logical id that documents name, asked of CloudFormation. */
import { existsSync, readFileSync } from 'node:fs';
import { inventoryPath, writeIfNew } from '@gatewright/authoring/access-files';
import { parseInventory, printInventory } from '@gatewright/authoring/route-inventory';
import { readNamedDocuments } from './access-documents.ts';
import { findPhysicalId } from './access-live.ts';
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
    const { apiId, stack, logicalId } = document.api[stage] ?? {};
    return apiId === undefined && stack !== undefined && logicalId !== undefined
      ? [{ name, stack, logicalId }]
      : [];
  });
  if (wanted.length === 0) return new Map();
  const aws = createSignedGet(environment);
  const found: (readonly [string, string])[] = [];
  for (const { name, stack, logicalId } of wanted)
    found.push([name, await findPhysicalId(aws, stack, logicalId)]);
  return new Map(found);
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
