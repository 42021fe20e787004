/** Administration of endpoints for the portal. It is loaded on demand, because not every request is about webhooks. */
import { CLOCK, RANDOM, TIMER } from '../lambda-ports.ts';
import { readMasters } from '../endpoints/derive-secret.ts';
import { EndpointAdmin } from '../endpoints/endpoint-admin.ts';
import type { WebhooksInStage } from './compiled-portal.ts';
import { readSecretLines } from './read-secret.ts';
import type { AccessPorts } from './serve-member.ts';

/** The store must be bound to the tenant. */
export function makeEndpointAdmin(
  { store }: AccessPorts,
  tenant: string,
  offered: readonly WebhooksInStage[],
): EndpointAdmin {
  return new EndpointAdmin(
    {
      store,
      clock: CLOCK,
      random: RANDOM,
      timer: TIMER,
      async master(source) {
        const place = offered.find((each) => each.source === source)?.masterSecret;
        if (place === undefined) throw new Error(`the portal offers no source ${source} in this stage`);
        const [current] = readMasters(await readSecretLines(place));
        return current;
      },
    },
    tenant,
  );
}
