/** Reads the endpoint to which a delivery was sent, for `webhook-receiver`: its secrets and its customer. */
import { readAccessItem } from '../access/access-item.ts';
import { SECRETS_LIMIT } from '../access/keys/secret-overlap.ts';
import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import { findCustomer } from '../quota/admin/find-customer.ts';
import type { ReadEndpoint } from '../webhooks/receive.ts';
import { deriveSecret, readMasters } from './derive-secret.ts';
import { ENDPOINT_ID, endpointItem, liveSecrets, parseStoredEndpoint } from './endpoint-record.ts';
import type { EndpointRecord } from './endpoint-record.ts';

export type EndpointReaderPorts = {
  readonly access: Pick<ItemStore, 'read'>;
  /** The table of customers. */
  readonly usage: ItemStore;
};

/** @param endpointId the last segment of the request's path; its form is not checked yet */
export function readEndpoint(
  { access, usage }: EndpointReaderPorts,
  source: string,
  endpointId: string,
): ReadEndpoint {
  let found: EndpointRecord | undefined;
  const verified = (): EndpointRecord => {
    if (found !== undefined) return found;
    throw new DomainError('STORE_UNAVAILABLE', 'the endpoint of a verified delivery was not read');
  };
  return {
    async secrets(lines, nowEpochMs) {
      const masters = readMasters(lines);
      // The form of an id is public, so refusing an id of another form immediately reveals nothing.
      const item = ENDPOINT_ID.test(endpointId)
        ? await readAccessItem(access, endpointItem(endpointId))
        : undefined;
      const record = item && parseStoredEndpoint(item).record;
      found = record?.source === source ? record : undefined;
      const live = found === undefined ? [] : liveSecrets(found, Math.floor(nowEpochMs / 1000));
      // Attack: the time until a refusal would reveal whether the endpoint exists. The same number of signatures is
      // therefore always computed. Nobody knows the secret of a decoy, because no table can contain its name.
      const ids = Array.from({ length: SECRETS_LIMIT }, (_, at) => live[at]?.secretId ?? `decoy-${at}`);
      return masters.flatMap((master) =>
        ids.map((secretId) => deriveSecret(master, { source, endpointId, secretId })),
      );
    },
    async standing() {
      const customer = await findCustomer({ store: usage }, verified().tenant);
      return customer?.state ?? 'closed';
    },
    sender() {
      const { tenant, endpointId: endpoint } = verified();
      return { customer: tenant, endpoint };
    },
  };
}
