import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hashApiKey, parseApiKey } from '#shared/access/keys/api-key.ts';
import { KeyRefused } from '#shared/access/keys/key-refused.ts';
import { nativeKeyValue } from '#shared/access/keys/native-key.ts';
import { createApiKeyVerifier } from '#shared/access/keys/verify-api-key.ts';
import { ACCESS_STORES } from '../../../support/access-stores.ts';
import { aNewKey, ApiKeyTable, NOON_SECONDS } from '../../../support/api-key-table.ts';

const HOUR = 3600;
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );

type Opened = {
  readonly table: ApiKeyTable;
  readonly close: () => Promise<void>;
  readonly dump: () => Promise<string>;
};

const STORES = ACCESS_STORES.map((access) => ({
  name: access.name,
  open: async (): Promise<Opened> => {
    const { store, listing, dump, close } = await access.open();
    return { table: new ApiKeyTable({ store, listing }), dump, close };
  },
}));

for (const { name, open } of STORES)
  describe(`API keys ${name}`, () => {
    let opened: Opened;
    before(async () => (opened = await open()));
    after(() => opened.close());

    it('are shown once, and are good from then on', async () => {
      const { table } = opened;
      const operation = table.operation();
      const wanted = aNewKey({ owner: 'ada', roles: ['support'], metadata: { region: 'eu' } });

      const first = await table.admin.create(wanted, operation);
      const again = await table.admin.create(wanted, operation);

      assert.ok(first.key);
      assert.equal(again.key, undefined);
      assert.deepEqual(again.stored, first.stored);
      const parsed = parseApiKey(first.key);
      assert.ok(parsed);
      const { record } = await createApiKeyVerifier(table.reader)(first.key, parsed, table.nowSeconds);
      assert.deepEqual(record, first.stored.record);
    });

    it('count one operation once when it is sent twice at the same time', async () => {
      const { table } = opened;
      const operation = table.operation();

      const both = await Promise.all([1, 2].map(() => table.admin.create(aNewKey(), operation)));

      assert.equal(both.filter(({ key }) => key !== undefined).length, 1);
      assert.deepEqual(both[0]?.stored, both[1]?.stored);
    });

    it('lose nothing when two administrators rotate at the same time', async () => {
      const { table } = opened;
      const { keyId } = await table.make();

      const codes = await Promise.all(
        [1, 2].map(() => codeOf(table.admin.rotate(keyId, HOUR, table.operation()))),
      );

      assert.equal(codes.filter((code) => code === 'done').length, 1, codes.join());
      assert.ok(['EDIT_CONFLICT', 'ROTATION_RUNNING'].includes(codes.find((code) => code !== 'done') ?? ''));
      assert.equal((await table.admin.show(keyId)).record.secrets.length, 2);
    });

    it('are updated with a new record of their customer, page by page, and decide by it at the next read', async () => {
      const { table } = opened;
      const tenant = 'told-customer';
      table.customers.set(tenant, 'active');
      const made = await Promise.all(Array.from({ length: 51 }, () => table.make({ tenant })));
      table.customerVersion = 4;

      const first = await table.admin.followCustomer(tenant, { by: 'ada' });
      const rest = await table.admin.followCustomer(tenant, { cursor: first.next, by: 'ada' });

      assert.deepEqual([first.keys, first.version, rest.keys, rest.next], [50, 4, 1, undefined]);
      table.customerVersion = 3;
      await table.admin.followCustomer(tenant, { by: 'ada' });
      for (const { key } of made) {
        const parsed = parseApiKey(key);
        assert.ok(parsed);
        const verified = await createApiKeyVerifier(table.reader)(key, parsed, table.nowSeconds);
        assert.equal(verified.customerVersion, 4, 'an earlier version replaces no later one');
      }
    });

    it('are revoked when their customer is closed, and say so', async () => {
      const { table } = opened;
      const tenant = 'closed-customer';
      table.customers.set(tenant, 'active');
      const { keyId } = await table.make({ tenant });
      const { key: earlier, keyId: earlierId } = await table.make({ tenant });
      await table.admin.revoke(earlierId, table.operation());
      table.customers.set(tenant, 'closed');

      const followed = await table.admin.followCustomer(tenant, { by: 'ada' });
      await table.admin.followCustomer(tenant, { by: 'ada' });

      assert.deepEqual([followed.revoked, followed.keys], [true, 2]);
      const parsed = parseApiKey(earlier);
      assert.ok(parsed);
      const refusal: unknown = await createApiKeyVerifier(table.reader)(
        earlier,
        parsed,
        table.nowSeconds,
      ).catch((error: unknown) => error);
      assert.ok(refusal instanceof KeyRefused);
      // Advice to use another key of this customer would be false.
      assert.equal(refusal.names.defect, 'revoked-before-closing');
      assert.notEqual((await table.admin.show(keyId)).record.revokedAtEpochSeconds, undefined);
      assert.equal(await codeOf(table.admin.followCustomer('nobody', { by: 'ada' })), 'CUSTOMER_UNKNOWN');
    });

    // A leaked key must not stay alive because something else happened to it at the same time.
    it('are revoked despite a rotation at the same time', async () => {
      const { table } = opened;
      for (let round = 0; round < 12; round += 1) {
        const { keyId } = await table.make();
        const rotate = () => codeOf(table.admin.rotate(keyId, 0, table.operation()));
        const [revoked] = await Promise.all([
          codeOf(table.admin.revoke(keyId, table.operation())),
          rotate(),
          rotate(),
        ]);

        assert.equal(revoked, 'done');
        assert.notEqual((await table.admin.show(keyId)).record.revokedAtEpochSeconds, undefined);
      }
    });

    it('are listed by tenant, a page at a time', async () => {
      const { table } = opened;
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1) ids.push((await table.make({ tenant: 'many' })).keyId);
      await table.make({ tenant: 'many#2' });
      const listed: string[] = [];
      let cursor: string | undefined;
      for (;;) {
        const { keys, hasMore } = await table.admin.list('many', { limit: 2, cursor });
        listed.push(...keys.map(({ record }) => record.keyId));
        cursor = listed.at(-1);
        assert.ok(listed.length <= 5, 'a page that comes again and again');
        if (!hasMore || keys.length === 0) break;
      }

      assert.deepEqual(listed, ids.sort());
      assert.deepEqual(await table.admin.list('nobody', { limit: 2 }), { keys: [], hasMore: false });
    });

    it('say who changed them, in order', async () => {
      const { table } = opened;
      const { keyId } = await table.make();
      table.nowSeconds += 1;
      await table.admin.rotate(keyId, HOUR, table.operation());
      table.nowSeconds += 1;
      await table.admin.revoke(keyId, table.operation());

      const changes = await table.admin.changes(keyId);

      assert.deepEqual(
        changes.map(({ kind, by }) => `${String(kind)} ${String(by)}`),
        ['create', 'rotate', 'revoke'].map((kind) => `${kind} arn:aws:iam::123456789012:user/ada`),
      );
    });

    // docs/design/authorizers §7.15: no plaintext in the table.
    it('put nothing in the table that would open anything', async () => {
      const { table, dump } = opened;
      const { key, keyId } = await table.make({ metadata: { note: 'kept' } });
      const { key: rotated } = await table.admin.rotate(keyId, HOUR, table.operation());
      assert.ok(rotated);

      const text = await dump();

      assert.match(text, /kept/);
      assert.ok(text.includes(hashApiKey(key).toString('hex')));
      for (const secret of [key, rotated])
        for (const part of [secret, secret.slice(-36), secret.slice(-36, -6), secret.slice(-36).slice(0, 12)])
          assert.ok(!text.includes(part));
    });
  });

describe('KeyAdmin', () => {
  it('ends every earlier secret if a rotation has no overlap', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    await table.admin.rotate(keyId, HOUR, table.operation());

    assert.equal(await codeOf(table.admin.rotate(keyId, HOUR, table.operation())), 'ROTATION_RUNNING');
    const { stored } = await table.admin.rotate(keyId, 0, table.operation());

    assert.equal(stored.record.secrets.length, 1);
  });

  it('never prolongs by a rotation what the one before has ended', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    await table.admin.rotate(keyId, HOUR, table.operation());
    table.nowSeconds += HOUR;
    const { stored } = await table.admin.rotate(keyId, 10 * HOUR, table.operation());

    assert.deepEqual(
      stored.record.secrets.map(({ notAfterEpochSeconds }) => notAfterEpochSeconds),
      [undefined, table.nowSeconds + 10 * HOUR],
    );
  });

  it('rotates and revokes once per operation, and refuses an operation id for another change', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    const operation = table.operation();
    const { key } = await table.admin.rotate(keyId, HOUR, operation);
    const again = await table.admin.rotate(keyId, HOUR, operation);

    assert.ok(key);
    assert.equal(again.key, undefined);
    assert.equal(again.stored.version, 2);
    assert.equal(await codeOf(table.admin.rotate(keyId, 0, operation)), 'OPERATION_REUSED');
    assert.equal(await codeOf(table.admin.revoke(keyId, operation)), 'OPERATION_REUSED');
    await table.admin.revoke(keyId, table.operation());
    assert.equal(await codeOf(table.admin.revoke(keyId, operation)), 'OPERATION_REUSED', 'revoked or not');
    const creation = table.operation();
    await table.admin.create(aNewKey(), creation);
    assert.equal(await codeOf(table.admin.create(aNewKey({ scopes: [] }), creation)), 'OPERATION_REUSED');
  });

  // A key that is written from what was read before is not the key that somebody else has changed, or removed.
  const changes = {
    rotate: (table: ApiKeyTable, keyId: string) => table.admin.rotate(keyId, HOUR, table.operation()),
    rename: (table: ApiKeyTable, keyId: string) => table.admin.rename(keyId, 'CI', table.operation()),
    revoke: (table: ApiKeyTable, keyId: string) => table.admin.revoke(keyId, table.operation()),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`does not ${name} a key back into the table from which it was removed meanwhile`, async () => {
      const table = new ApiKeyTable();
      const { keyId } = await table.make();
      const write = table.store.transact.bind(table.store);
      table.store.transact = (writes) => {
        table.items.clear();
        return write(writes);
      };

      const code = await codeOf(change(table, keyId));

      assert.equal(code, name === 'revoke' ? 'KEY_UNKNOWN' : 'EDIT_CONFLICT');
      assert.deepEqual([...table.items.keys()], []);
    });

    it(`does not undo by ${name} what somebody else changed meanwhile`, async () => {
      const table = new ApiKeyTable();
      const { keyId } = await table.make();
      const write = table.store.transact.bind(table.store);
      table.store.transact = async (writes) => {
        table.store.transact = write;
        await table.admin.rename(keyId, 'of somebody else', table.operation());
        return write(writes);
      };

      const code = await codeOf(change(table, keyId));

      assert.equal(code, name === 'revoke' ? 'done' : 'EDIT_CONFLICT');
      assert.equal((await table.admin.show(keyId)).record.name, 'of somebody else');
    });
  }

  it('makes the same key of the same operation however much later', async () => {
    const table = new ApiKeyTable();
    const operation = table.operation();
    const first = await table.admin.create(aNewKey({ lifetimeSeconds: HOUR }), operation);
    table.nowSeconds += 60;
    const second = await table.admin.create(aNewKey({ lifetimeSeconds: HOUR }), operation);

    assert.equal(first.stored.record.notAfterEpochSeconds, NOON_SECONDS + HOUR);
    assert.deepEqual(second.stored, first.stored);
  });

  it('revokes for good', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    await table.admin.revoke(keyId, table.operation());
    table.nowSeconds += 5;
    const { stored } = await table.admin.revoke(keyId, table.operation());

    assert.equal(stored.record.revokedAtEpochSeconds, NOON_SECONDS);
    assert.equal(await codeOf(table.admin.rotate(keyId, HOUR, table.operation())), 'KEY_REVOKED');
    assert.equal(await codeOf(table.admin.revoke('0'.repeat(16), table.operation())), 'KEY_UNKNOWN');
  });

  it("still shows the key if the table's answer was lost", async () => {
    const table = new ApiKeyTable();
    table.losesAnswers = true;

    const { key } = await table.admin.create(aNewKey(), table.operation());

    assert.ok(key);
    assert.ok(parseApiKey(key));
  });

  it('still shows the key if the table becomes unavailable right after the key was stored', async () => {
    const table = new ApiKeyTable();
    table.isDownAfterWrites = true;

    const { key } = await table.admin.create(aNewKey(), table.operation());

    assert.ok(parseApiKey(key ?? ''));
  });

  it('says what to add if no document of the stage has a prefix', async () => {
    const table = new ApiKeyTable(undefined, 'prod', new Map());

    await assert.rejects(
      table.admin.create(aNewKey(), table.operation()),
      /prefix is "shop_live", which no access document .*; add an issuer of the type apiKey$/,
    );
  });

  it('lists the existing prefixes if another one is requested', async () => {
    const table = new ApiKeyTable();
    const asked = table.admin.create(aNewKey({ prefix: 'other' }), table.operation());

    await assert.rejects(asked, /the prefixes are shop_live, shop_test, shop_paid/);
  });

  it('lists who changed a key in the order of the changes', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    for (const hours of [1, 2, 3]) {
      table.nowSeconds += HOUR;
      await table.admin.rotate(keyId, hours * 60, { ...table.operation(), id: `z-${9 - hours}` });
    }

    const changes = (await table.admin.changes(keyId)).map((item) => Number(item['at']));
    assert.deepEqual(
      changes,
      changes.toSorted((a, b) => a - b),
    );
    assert.equal(changes.length, 4);
  });

  it('fails while the table is out of reach', async () => {
    const table = new ApiKeyTable();
    table.isDown = true;

    assert.equal(await codeOf(table.admin.create(aNewKey(), table.operation())), 'STORE_UNAVAILABLE');
    assert.equal(await codeOf(table.admin.show('0'.repeat(16))), 'STORE_UNAVAILABLE');
  });

  it('flushes the cached results after every rotation and revocation, but not after a creation', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    assert.deepEqual(table.messages, []);
    await table.admin.rotate(keyId, HOUR, table.operation());
    await table.admin.revoke(keyId, table.operation());

    assert.deepEqual(table.messages, ['flush rest abcdefghij/prod', 'flush rest abcdefghij/prod']);
  });

  it('reports what API Gateway did not do, and does it when the operation is sent again', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    const operation = table.operation();
    table.isGatewayDown = true;

    const first = await table.admin.revoke(keyId, operation);
    table.isGatewayDown = false;
    const second = await table.admin.revoke(keyId, operation);

    assert.notEqual(first.stored.record.revokedAtEpochSeconds, undefined);
    assert.deepEqual(first.outside, [
      { step: 'flush rest abcdefghij/prod', reason: 'API Gateway cannot be reached' },
    ]);
    assert.deepEqual(second.outside, [{ step: 'flush rest abcdefghij/prod', reason: undefined }]);
  });

  it('makes a native key of the HMAC of the id, before the key, and disables it with the key', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make({ usagePlanId: 'plan1' });
    const value = nativeKeyValue('u'.repeat(32), 'prod', keyId);
    await table.admin.revoke(keyId, table.operation());

    assert.match(value, /^[0-9A-Za-z]{43}$/);
    assert.deepEqual(table.messages, [
      `put gatewright-prod-${keyId} ${value} plan1`,
      'flush rest abcdefghij/prod',
      'disable native1',
    ]);
    assert.ok(!table.messages.join().includes(key.slice(-36)));
  });

  // API Gateway's keys belong to an account and region; a stack per stage knows nothing of them.
  it('makes native keys of two stages differ by name and value, though operation and secret are the same', async () => {
    const wanted = aNewKey({ usagePlanId: 'plan1' });
    const tables = ['dev', 'prod'].map((stage) => new ApiKeyTable(undefined, stage));
    const [dev, prod] = tables;
    for (const table of tables) await table.admin.create(wanted, { id: 'same', by: 'ada' });

    assert.match(dev?.messages[0] ?? '', /^put gatewright-dev-/);
    assert.match(prod?.messages[0] ?? '', /^put gatewright-prod-/);
    assert.notEqual(dev?.messages[0]?.split(' ')[2], prod?.messages[0]?.split(' ')[2]);
  });

  it('makes no call to API Gateway for an operation id that was used for another key', async () => {
    const table = new ApiKeyTable();
    const operation = table.operation();
    await table.admin.create(aNewKey(), operation);

    assert.equal(
      await codeOf(table.admin.create(aNewKey({ usagePlanId: 'plan1' }), operation)),
      'OPERATION_REUSED',
    );
    assert.deepEqual(table.messages, []);
  });

  it('makes no key if API Gateway makes no native one', async () => {
    const table = new ApiKeyTable();
    table.isGatewayDown = true;
    const wanted = aNewKey({ usagePlanId: 'plan1' });

    assert.equal(await codeOf(table.admin.create(wanted, table.operation())), 'CONTROL_PLANE_FAILED');
    assert.equal(table.items.size, 0);
  });

  const refusals = [
    { name: 'a prefix that no document takes', over: { prefix: 'other' }, field: 'prefix' },
    { name: 'a role that would have no effect', over: { roles: ['boss'] }, field: 'roles' },
    {
      name: 'a native plan that no document counts by',
      over: { prefix: 'shop_test', usagePlanId: 'plan1' },
      field: 'usagePlanId',
    },
  ];
  for (const { name, over, field } of refusals)
    it(`refuses ${name}`, async () => {
      const table = new ApiKeyTable();
      await assert.rejects(table.admin.create(aNewKey(over), table.operation()), {
        code: 'REQUEST_INVALID',
        field,
      });
      assert.equal(table.items.size, 0);
    });
});
