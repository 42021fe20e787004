/** Where the portal gets the master secret of webhooks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WebhooksInStage } from '#shared/portal/compiled-portal.ts';
import { makeEndpointAdmin } from '#shared/portal/lambda-endpoints.ts';
import { deriveSecret } from '#shared/endpoints/derive-secret.ts';
import { MASTER, Portal } from '../../support/a-portal.ts';
import { withEnvironment } from '../../support/fresh-function.ts';

const OPERATION = { id: 'one', by: 'portal:acme/m1' };
const NEW = { source: 'orders', name: 'shop', most: 1 };

/** A variable of its own for each test, because a secret that was read is kept for five minutes. */
function offerOf(variable: string): WebhooksInStage {
  return {
    source: 'orders',
    title: 'Orders',
    most: 1,
    scheme: 'standard',
    masterSecret: { kind: 'env', name: variable },
  };
}

const LOCAL = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
};

describe('the administration of endpoints in the portal', () => {
  it('derives secrets from the place that the stage names, and from the first of its lines', async () => {
    const { access } = new Portal().tables;
    const admin = makeEndpointAdmin(access, 'acme', [offerOf('MASTER_ONE')]);
    const environment = { ...LOCAL, MASTER_ONE: `${MASTER}\n${MASTER}-old` };
    const made = await withEnvironment(environment, () => admin.make(NEW, OPERATION));
    const { endpointId, secrets } = made.endpoint;
    const [{ secretId } = { secretId: '' }] = secrets;
    assert.equal(made.secret, deriveSecret(MASTER, { source: 'orders', endpointId, secretId }));
  });

  it('makes nothing with a master secret that is short or missing, or of a source that is not offered', async () => {
    const environment = { ...LOCAL, MASTER_SHORT: 'only-for-this-machine' };
    for (const variable of ['MASTER_SHORT', 'MASTER_MISSING']) {
      const { access } = new Portal().tables;
      const admin = makeEndpointAdmin(access, 'acme', [offerOf(variable)]);
      const make = (): Promise<unknown> => withEnvironment(environment, () => admin.make(NEW, OPERATION));
      await assert.rejects(make, { code: 'CONFIG_INVALID' }, variable);
      assert.equal(access.items.size, 0);
    }
    const { access } = new Portal().tables;
    const admin = makeEndpointAdmin(access, 'acme', []);
    await assert.rejects(admin.make(NEW, OPERATION), /the portal offers no source orders in this stage/);
  });
});
