/** APIs as the gateway loads them, seen as access documents see them. */
import type { InventoryRoute } from '@gatewright/authoring/route-inventory';
import type { InspectedApi, inspectStacks } from '../../../engine/index.ts';
import { keptServices } from '../../../terminal/kept-services.ts';
import { homeOfEnvironment } from '../../../terminal/load-options.ts';
import { remark } from '../../../terminal/output.ts';

/** Of templates, by name. */
export type GivenParameters = Readonly<Record<string, string>>;

export function loadOptions(stage: string, directory: string, parameters: GivenParameters = {}) {
  return {
    stage,
    directory,
    ...homeOfEnvironment(),
    strict: false,
    parameters,
    environment: {},
    ...keptServices(directory),
    onProgress: (message: string) => remark(message),
  };
}

/** `inspectStacks`, for commands of which most need no gateway: it is loaded when they do. */
export async function inspectApis(
  ...asked: Parameters<typeof inspectStacks>
): Promise<readonly InspectedApi[]> {
  const gateway = await import('../../../engine/index.ts');
  return gateway.inspectStacks(...asked);
}

/** By the names that the toolkit's functions have, whatever stack and stage they are deployed in. */
export function isOurs(functionName: string): boolean {
  return /(^|-)(token|request)-authorizer$/.test(functionName);
}

/** Of closed routes nobody knows here how they are guarded, so there is nothing to compare. */
export function toInventoryRoutes({ routes }: Pick<InspectedApi, 'routes'>): readonly InventoryRoute[] {
  return inventory(routes.filter(({ isClosed }) => isClosed !== true));
}

/** Those that answer 500 to everybody. */
export function closedRoutes({ routes }: Pick<InspectedApi, 'routes'>): readonly InventoryRoute[] {
  return inventory(routes.filter(({ isClosed }) => isClosed === true));
}

function inventory(routes: InspectedApi['routes']): readonly InventoryRoute[] {
  return routes.map(({ method, path, authorizer }) => ({
    method: method.startsWith('$') || method === '' ? 'ANY' : method,
    path,
    isProtected: authorizer !== undefined && isOurs(authorizer.functionName),
  }));
}
