/**
 * Looks up the ids of the deployed APIs to which documents refer. A document identifies its API by stack and logical
 * id, by stack and output, or by name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { inventoryPath, writeIfChanged } from '../files/access-files.ts';
import { parseInventory, printInventory } from '../inventory/route-inventory.ts';
import { readNamedDocuments } from '../files/access-documents.ts';
import type { NamedDocument } from '../files/access-documents.ts';
import { findApiId, NoSuchApiError } from './find-api-id.ts';
import { UsageError } from '@gatewright/aws/usage-error';
import { createSignedGet } from './signed-get.ts';
import type { NamedApi } from './find-api-id.ts';
import type { Environment } from './signed-get.ts';

/** Whether the local gateway assigns this id to the API. AWS never assigns such an id. */
type IsLocalId = (api: NamedApi, apiId: string) => boolean;

/**
 * Returns the ids of deployed APIs by the names of their documents. Credentials and region come from the environment.
 * @throws UsageError if a stack is not deployed or credentials are missing
 */
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

/**
 * The documents of a folder for which the AWS id of the API in a stage is not known: the document does not contain the
 * id, and it was not looked up yet.
 */
type MissingIdList = {
  /** The documents that have no id at all. If they are deployed like this, every request gets 500. */
  readonly unknown: readonly string[];
  /**
   * The documents for which only the local gateway's id is known. This id is correct on this machine, but not for the
   * deployed stage.
   */
  readonly local: readonly string[];
  /**
   * The documents that do not name an API for the stage. If an API uses the authorizers of this stage without being
   * named in any document, they respond with 500 to all its requests.
   */
  readonly unnamed: readonly string[];
};

export function listMissingIds(folder: string, stage: string, isLocalId: IsLocalId): MissingIdList {
  const unknown: string[] = [];
  const local: string[] = [];
  const unnamed: string[] = [];
  for (const named of readNamedDocuments(folder, [])) {
    const { name, document } = named;
    const api = document.api[stage];
    if (api === undefined) unnamed.push(name);
    if (api === undefined || api.apiId !== undefined) continue;
    const path = inventoryPath(named);
    const known =
      (existsSync(path) ? parseInventory(readFileSync(path, 'utf8'))?.apiIds[stage] : undefined) ?? [];
    if (known.length === 0) unknown.push(name);
    else if (known.every((apiId) => isLocalId(api, apiId))) local.push(name);
  }
  return { unknown, local, unnamed };
}

/**
 * Returns the document's inventory with the id of its API in `stage`. An id that the inventory already contains is kept
 * only if `kept` returns true for it.
 * @throws UsageError if the inventory cannot be read
 */
export function withDeployedId(
  text: string | undefined,
  stage: string,
  apiId: string,
  kept: (apiId: string) => boolean = () => false,
): string {
  const inventory = parseInventory(text ?? '');
  if (inventory === undefined)
    throw new UsageError('the routes have not been read: run gatewright access sync');
  const ids = new Set([...(inventory.apiIds[stage] ?? []).filter(kept), apiId]);
  return printInventory({ ...inventory, apiIds: { ...inventory.apiIds, [stage]: [...ids].sort() } });
}

export async function saveDeployedIds(folder: string, stage: string): Promise<readonly string[]> {
  const ids = await readDeployedIds(folder, stage);
  return readNamedDocuments(folder, []).flatMap((named) => {
    const apiId = ids.get(named.name);
    return apiId === undefined ? [] : [save(named, stage, apiId)];
  });
}

export type MissingIds = {
  readonly found: readonly string[];
  readonly absent: readonly string[];
};

/**
 * Like `saveDeployedIds`, but only for ids that have not been looked up yet. Ids that are found are written even if
 * other ids are missing.
 * @throws UsageError if AWS does not respond
 */
export async function saveMissingIds(
  folder: string,
  stage: string,
  isLocalId: IsLocalId,
  environment: Environment = process.env,
): Promise<MissingIds> {
  const { unknown, local } = listMissingIds(folder, stage, isLocalId);
  const names = [...unknown, ...local];
  const found: string[] = [];
  const absent: string[] = [];
  if (names.length === 0) return { found, absent };
  const aws = createSignedGet(environment);
  for (const named of readNamedDocuments(folder, names)) {
    const { name, document } = named;
    const api = document.api[stage] ?? {};
    const isLocal = (apiId: string): boolean => isLocalId(api, apiId);
    try {
      found.push(save(named, stage, await findApiId(aws, api), isLocal));
    } catch (error) {
      if (!(error instanceof NoSuchApiError)) throw error;
      absent.push(
        `${name}: ${error.message}; deploy the API, then this stack again, to protect it in stage ${stage}`,
      );
    }
  }
  return { found, absent };
}

function save(
  named: NamedDocument,
  stage: string,
  apiId: string,
  kept: (apiId: string) => boolean = () => false,
): string {
  const path = inventoryPath(named);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const isNew = writeIfChanged(path, withDeployedId(text, stage, apiId, kept));
  return `${named.name}: ${apiId} in stage ${stage}${isNew ? '' : ', unchanged'}`;
}
