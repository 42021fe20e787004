import { Account } from '../../../control/account.ts';
import { inspectApis } from '../../../control/loading/inspect-apis.ts';
import type { InspectedApi } from '../../../control/loading/inspect-apis.ts';
import { listApis, listUrls } from '../../../control/loading/list-apis.ts';
import type { ApiRoutes } from '../../../control/loading/list-apis.ts';
import { ServedApis } from '../../../control/served-apis.ts';
import { Faults, REFUSING_EFFECTIVE_FAULTS } from '../../../core/errors.ts';
import type { Tolerance } from '../../../core/errors.ts';
import { LOCAL_ISSUER } from '../../../core/issuers/issuer-names.ts';
import { createSystemClock } from '../../../server/adapters/system-clock.ts';
import type { LoadOptions } from '../../../templates/load-options.ts';
import { loadStacks } from '../../../templates/load.ts';
import { RESOURCE_TYPES } from '../services/catalogue.ts';

/**
 * Lists the routes of stacks. Parts that cannot be served are omitted or respond with 500.
 * @throws DefinitionError if the sources cannot be read
 */
export async function listRoutes(
  sources: readonly string[],
  options: LoadOptions,
): Promise<readonly ApiRoutes[]> {
  const served = await readApis(sources, options, new Faults(false));
  const nowhere = (): string => 'not-listening';
  return [...listApis(served.all, nowhere), ...listUrls(served.urls, nowhere)];
}

/**
 * Returns how the routes of stacks are guarded.
 * @throws DefinitionError for faults that `tolerance` refuses; by default, these are all faults that affect requests
 */
export async function inspectStacks(
  sources: readonly string[],
  options: LoadOptions,
): Promise<readonly InspectedApi[]> {
  const served = await readApis(sources, options, options.tolerance ?? REFUSING_EFFECTIVE_FAULTS);
  return inspectApis(served.all, served.stacks, {
    own: LOCAL_ISSUER,
    includes: (issuer) => issuer === LOCAL_ISSUER,
  });
}

export async function readApis(
  sources: readonly string[],
  options: LoadOptions,
  tolerance: Tolerance,
): Promise<ServedApis> {
  const served = new ServedApis(new Account({ clock: createSystemClock(), isThrottled: false }));
  served
    .prepare(await loadStacks(sources, { ...options, types: RESOURCE_TYPES, tolerance }), tolerance)
    .serve();
  return served;
}
