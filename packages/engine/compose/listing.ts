import { sep } from 'node:path';
import { addressOf } from './addresses.ts';
import { listApis, listUrls } from '../../control/list-apis.ts';
import { planOwnPorts, planSharedPorts } from '../../server/port-plan.ts';
import type { Parts } from './parts.ts';
import type { ApiListing, ApiRoutes } from '../../control/list-apis.ts';
import type { PortPlan } from '../../server/port-plan.ts';

export function listRoutesOf(parts: Parts): ApiRoutes[] {
  const { served, options } = parts;
  const stageless = options.sharedPorts?.omitStage === true ? 'rest' : undefined;
  const address = (apiId: string): string => addressOf(parts, apiId);
  return [
    ...listApis(served.all, address, stageless, options.tls),
    ...listUrls(served.urls, address, options.tls),
  ];
}

/** The listing without routes, for the ready line. */
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

/** Of the first stack; `gatewright env` exports it. */
export function regionOf({ served, firstSource, options }: Parts): string {
  const { stacks } = served;
  const first = stacks.find(({ file }) => file === firstSource || file.startsWith(`${firstSource}${sep}`));
  return (first ?? stacks[0])?.region ?? options.region;
}

export function planPorts(parts: Parts): readonly PortPlan[] {
  const { options, served, at } = parts;
  const { sharedPorts } = options;
  // Function URLs share no path with APIs: they have their Host, and a path of their own below every port.
  if (sharedPorts !== undefined)
    return planSharedPorts(
      listRoutesOf(parts).filter(({ kind }) => kind !== 'function-url'),
      sharedPorts,
      at.findApi,
    );
  const apiIds = [
    ...served.all.map(({ identity }) => identity.apiId),
    ...served.urls.map(({ served: { apiId } }) => apiId),
  ];
  return planOwnPorts(apiIds, options.port, at.findApi);
}
