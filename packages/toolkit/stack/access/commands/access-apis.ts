import { basename, dirname, relative, resolve } from 'node:path';
import { STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import type { InventoryRoute } from '@gatewright/authoring/inventory/route-inventory';
import type { InspectedApi, inspectStacks } from '../../../../gateway/engine/index.ts';
import { serviceCacheFolder } from '../../../terminal/service-cache-folder.ts';
import { homeOfEnvironment } from '../../../terminal/load-options.ts';
import { printNotes } from '../../../../base/terminal/output.ts';

export type ParameterTexts = Readonly<Record<string, string>>;

/**
 * Returns the options for loading the services.
 * @param isChosen whether `stage` also applies to services that define their own stage
 */
export function loadOptions(
  stage: string,
  directory: string,
  parameters: ParameterTexts = {},
  isChosen = false,
) {
  return {
    stage,
    ...(isChosen && { chosen: { stage } }),
    directory,
    ...homeOfEnvironment(),
    strict: false,
    parameters,
    environment: {},
    ...serviceCacheFolder(directory),
    onProgress: (message: string) => printNotes(message),
  };
}

/**
 * Calls `inspectStacks` of the gateway. The gateway is loaded only for this call, because most commands do not need it.
 */
export async function inspectApis(
  ...asked: Parameters<typeof inspectStacks>
): Promise<readonly InspectedApi[]> {
  const gateway = await import('../../../../gateway/engine/index.ts');
  return gateway.inspectStacks(...asked);
}

/**
 * Returns the service to which the documents in this folder belong. If the folder is in the stack of a service, it is
 * the service that contains the stack. Otherwise, it is the parent folder. Empty if neither is a service.
 */
export async function serviceOf(folder: string): Promise<readonly string[]> {
  const { hasDefinition } = await import('../../../../gateway/engine/index.ts');
  const above = dirname(resolve(folder));
  const service = [...(basename(above) === STACK_FOLDER ? [dirname(above)] : []), above].find(hasDefinition);
  return service === undefined ? [] : [relative(process.cwd(), service) || '.'];
}

/** Whether a function is an authorizer of the toolkit. It is recognized by its name, in any stack and stage. */
export function isOurs(functionName: string): boolean {
  return /(^|-)(token|request)-authorizer$/.test(functionName);
}

/** Returns the routes in the form of an inventory, without the routes that respond with 500 to every request. */
export function toInventoryRoutes({ routes }: Pick<InspectedApi, 'routes'>): readonly InventoryRoute[] {
  return inventory(routes.filter(({ isClosed }) => isClosed !== true));
}

/** Returns the routes that respond with 500 to every request. */
export function closedRoutes({ routes }: Pick<InspectedApi, 'routes'>): readonly InventoryRoute[] {
  return inventory(routes.filter(({ isClosed }) => isClosed === true));
}

function inventory(routes: InspectedApi['routes']): readonly InventoryRoute[] {
  return routes.map(({ method, path, authorizer, guard }) => ({
    method: method.startsWith('$') || method === '' ? 'ANY' : method,
    path,
    ...(authorizer !== undefined && isOurs(authorizer.functionName)
      ? { isProtected: true }
      : { isProtected: false, ...(guard !== undefined && { guard }) }),
  }));
}
