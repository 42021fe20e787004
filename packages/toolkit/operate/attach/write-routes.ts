/**
 * Writes the routes of an API for its access document. They are written as they will be when the authorizer is
 * attached, because the authorizers need them before the attachment.
 */
import { existsSync, readFileSync } from 'node:fs';
import { inventoryPath, writeCompiledAccess } from '@gatewright/authoring/files/access-files';
import { printProblem } from '@gatewright/authoring/document/read-document';
import {
  parseInventory,
  printInventory,
  protectionOf,
} from '@gatewright/authoring/inventory/route-inventory';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import { count, UsageError } from '../../../base/terminal/output.ts';
import type { LiveApi } from './live-api.ts';

/**
 * Writes the routes of an API.
 * @param keys the routes in the plan
 * @returns a sentence that describes what was written
 * @throws UsageError if no document names the API, or if the documents cannot be compiled
 */
export function writeRoutes(folder: string, live: LiveApi, keys: ReadonlySet<string>): string {
  const { apiId, stage, kind } = live;
  const found = readNamedDocuments(folder, []).flatMap((named) => {
    const { name, document } = named;
    const path = inventoryPath(named);
    const known = parseInventory(existsSync(path) ? readFileSync(path, 'utf8') : '');
    const isOf = Object.entries(document.api).some(
      ([stackStage, api]) =>
        api.stage === stage && (api.apiId === apiId || known?.apiIds[stackStage]?.includes(apiId) === true),
    );
    return isOf ? [{ name, apiIds: known?.apiIds ?? {} }] : [];
  });
  const [document] = found;
  if (document === undefined)
    throw new UsageError(
      `no document of ${folder} names stage ${stage} of API ${apiId}\nIf a document names the API by stack and logical id, run gatewright access sync, which looks up the id. Otherwise write api: { STAGE: { apiId: ${apiId}, stage: ${stage} } } in a document, where STAGE is the stage of Gatewright's stack`,
    );
  const routes = live.routes.map(({ key, method, path, authorizationType }) => ({
    method: method.startsWith('$') ? 'ANY' : method,
    path,
    ...protectionOf(keys.has(key) ? 'CUSTOM' : authorizationType),
  }));
  const inventory = printInventory({ kind, apiIds: document.apiIds, routes });
  const { problems } = writeCompiledAccess(folder, { inventories: new Map([[document.name, inventory]]) });
  if (problems.length > 0) throw new UsageError(problems.map(printProblem).join('\n'));
  return `${document.name}: compiled with ${count(routes.length, 'route')}, ${routes.filter(({ isProtected }) => isProtected).length} behind an authorizer. A gateway on this machine reads these routes itself, and warns of routes that are open until gatewright attach has run. For an API on AWS, deploy Gatewright's stack or run gatewright access publish before gatewright attach apply.`;
}
