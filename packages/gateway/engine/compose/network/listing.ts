import { sep } from 'node:path';
import { addressOf } from './addresses.ts';
import { findToolkit, ownFirst } from '../../../core/stack/own-first.ts';
import { listApis, listUrls } from '../../../control/loading/list-apis.ts';
import { planOwnPorts, planSharedPorts } from '../../../server/port-plan.ts';
import type { Parts } from '../parts.ts';
import type { ApiListing, ApiRoutes } from '../../../control/loading/list-apis.ts';
import type { PortPlan } from '../../../server/port-plan.ts';

export function listRoutesOf(parts: Parts): readonly ApiRoutes[] {
  const { served, options } = parts;
  const stageless = options.sharedPorts?.omitStage === true ? 'rest' : undefined;
  const address = (apiId: string): string => addressOf(parts, apiId);
  const toolkit = findToolkit(served.stacks);
  return ownFirst(
    [
      ...listApis(served.all, address, stageless, options.tls),
      ...listUrls(served.urls, address, options.tls),
    ],
    ({ stack }) => toolkit.hasStack(stack),
  );
}

/** Returns the listing of APIs and stages without their routes, for the ready line. */
export function listStages(parts: Parts): ApiListing[] {
  return listRoutesOf(parts).map(({ stack, logicalId, id, name, kind, stage, region, url }) => ({
    stack,
    logicalId,
    id,
    name,
    kind,
    stage,
    region,
    url,
  }));
}

/** Returns the region of the first stack, which `gatewright env` exports. */
export function regionOf({ served, firstSource, options }: Parts): string {
  const { stacks } = served;
  const first = stacks.find(({ file }) => file === firstSource || file.startsWith(`${firstSource}${sep}`));
  return (first ?? stacks[0])?.region ?? options.region;
}

export function planPorts(parts: Parts): readonly PortPlan[] {
  const { options, served, at } = parts;
  const { sharedPorts } = options;
  // Function URLs are left out of the shared ports, because each one has its own host name, and its own path on every
  // port.
  if (sharedPorts !== undefined)
    return planSharedPorts(
      listRoutesOf(parts).filter(({ kind }) => kind !== 'function-url'),
      sharedPorts,
      at.findApi,
    );
  const toolkit = findToolkit(served.stacks);
  const own = [...served.all.map(({ identity }) => identity), ...served.urls.map(({ served: url }) => url)];
  // The toolkit's APIs come last, so that adding or removing a part of its stack does not change the ports of other
  // APIs.
  const ordered = ownFirst(own, ({ stackName }) => toolkit.hasStack(stackName));
  return planOwnPorts(
    ordered.map(({ apiId }) => apiId),
    options.port,
    at.findApi,
  );
}
