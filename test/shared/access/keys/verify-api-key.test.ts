import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it, mock } from 'node:test';
import { parseApiKey, printApiKey } from '#shared/access/keys/api-key.ts';
import { KeyRefused } from '#shared/access/keys/key-refused.ts';
import { createApiKeyVerifier } from '#shared/access/keys/verify-api-key.ts';
import { ApiKeyTable, NOON_SECONDS } from '../../../support/api-key-table.ts';
import { REAL_RANDOM } from '../../../support/real-quota-ports.ts';

const HOUR = 3600;

/** A verifier as one instance has it; `ask` answers with the code of the refusal, or `accepted`. */
function aVerifier(table: ApiKeyTable) {
  const verify = createApiKeyVerifier(table.reader);
  return async (text: string): Promise<string> => {
    const key = parseApiKey(text);
    assert.ok(key, 'a key of the right form');
    return verify(text, key, table.nowSeconds).then(
      () => 'accepted',
      (error: unknown) => (error as { code: string }).code,
    );
  };
}

/** A key of the right form that was never made. */
const aStranger = (keyId: string, prefix = 'shop_live') =>
  printApiKey({ prefix, keyId }, REAL_RANDOM.hex(64));

// docs/design/authorizers §7.15: rotation overlap, expiry edge, revoked.
describe('createApiKeyVerifier', () => {
  it('accepts a key that was created, and says to whom it belongs', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make({ owner: 'ada', roles: ['support'] });
    const parsed = parseApiKey(key);
    assert.ok(parsed);

    const verified = await createApiKeyVerifier(table.reader)(key, parsed, NOON_SECONDS);

    assert.equal(verified.record.keyId, keyId);
    assert.equal(verified.record.owner, 'ada');
    assert.equal(verified.notAfterEpochSeconds, undefined);
  });

  it('refuses an unknown id, a wrong secret and a replaced prefix in the same way', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    const ask = aVerifier(table);

    assert.equal(await ask(aStranger('0'.repeat(16))), 'TOKEN_UNKNOWN');
    assert.equal(await ask(aStranger(keyId)), 'TOKEN_UNKNOWN');
    assert.equal(await ask(aStranger(keyId, 'shop_test')), 'TOKEN_UNKNOWN');
  });

  it('accepts until the second that ends the key, and not in it', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make({ lifetimeSeconds: HOUR });
    const ask = aVerifier(table);

    table.nowSeconds = NOON_SECONDS + HOUR - 0.001;
    assert.equal(await ask(key), 'accepted');
    table.nowSeconds = NOON_SECONDS + HOUR;
    assert.equal(await ask(key), 'TOKEN_EXPIRED');
  });

  it('accepts both secrets while a rotation overlaps, and says when the old one ends', async () => {
    const table = new ApiKeyTable();
    const { key: old, keyId } = await table.make();
    const { key: fresh } = await table.admin.rotate(keyId, HOUR, table.operation());
    assert.ok(fresh);
    const ask = aVerifier(table);
    const parsed = parseApiKey(old);
    assert.ok(parsed);

    assert.notEqual(fresh, old);
    assert.deepEqual([await ask(old), await ask(fresh)], ['accepted', 'accepted']);
    const { notAfterEpochSeconds } = await createApiKeyVerifier(table.reader)(old, parsed, NOON_SECONDS);
    assert.equal(notAfterEpochSeconds, NOON_SECONDS + HOUR);
    table.nowSeconds = NOON_SECONDS + HOUR - 1;
    assert.equal(await ask(old), 'accepted');
    table.nowSeconds = NOON_SECONDS + HOUR;
    assert.deepEqual([await ask(old), await ask(fresh)], ['TOKEN_REVOKED', 'accepted']);
  });

  it('refuses the old secret at once after a rotation without overlap', async () => {
    const table = new ApiKeyTable();
    const { key: old, keyId } = await table.make();
    const { key: fresh } = await table.admin.rotate(keyId, 0, table.operation());
    assert.ok(fresh);
    const ask = aVerifier(table);

    assert.deepEqual([await ask(old), await ask(fresh)], ['TOKEN_REVOKED', 'accepted']);
  });

  // An owner of a leaked secret wants to know who still uses it; "does not exist" was false.
  it('says of a key which reason refuses it, and since when, only to who has or had its secret', async () => {
    const NOON = '2026-11-29T12:00:00.000Z';
    const refusalOf = async (table: ApiKeyTable, text: string): Promise<object | undefined> => {
      const key = parseApiKey(text);
      assert.ok(key);
      return createApiKeyVerifier(table.reader)(text, key, table.nowSeconds).then(
        () => undefined,
        (error: unknown) => (error instanceof KeyRefused ? error.names : {}),
      );
    };
    const table = new ApiKeyTable();
    table.nowSeconds = Date.parse(NOON) / 1000;
    const { key: first, keyId } = await table.make({ tenant: 'globex', lifetimeSeconds: 2 * HOUR });
    const { key: second = '' } = await table.admin.rotate(keyId, HOUR, table.operation());
    const named = { key: keyId, customer: 'globex' };

    table.nowSeconds += HOUR;
    const ended = { ...named, defect: 'secret-replaced', since: '2026-11-29T13:00:00.000Z' };
    assert.deepEqual(await refusalOf(table, first), ended, 'the overlap has ended');
    await table.admin.rotate(keyId, 0, table.operation());
    assert.deepEqual(await refusalOf(table, first), ended, 'the earlier end is kept');
    assert.deepEqual(await refusalOf(table, second), ended);
    const unknown = { key: keyId, defect: 'key-unknown' };
    assert.deepEqual(await refusalOf(table, aStranger(keyId)), unknown);

    for (let times = 0; times < 4; times += 1) await table.admin.rotate(keyId, 0, table.operation());
    assert.deepEqual(await refusalOf(table, first), unknown, 'only the latest four are known');

    const { key: last = '' } = await table.admin.rotate(keyId, 0, table.operation());
    table.nowSeconds += HOUR;
    const expired = { ...named, defect: 'key-expired', since: '2026-11-29T14:00:00.000Z' };
    assert.deepEqual(await refusalOf(table, last), expired);
    await table.admin.revoke(keyId, table.operation(), { revokedWith: 'customer' });
    const closed = { ...named, defect: 'customer-closed', since: '2026-11-29T14:00:00.000Z' };
    assert.deepEqual(await refusalOf(table, last), closed);
  });

  it('refuses a revoked key, and reports the revocation only to its holder', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make();
    const ask = aVerifier(table);
    assert.equal(await ask(key), 'accepted');
    await table.admin.revoke(keyId, table.operation());

    assert.equal(await ask(key), 'TOKEN_REVOKED');
    assert.equal(await ask(aStranger(keyId)), 'TOKEN_UNKNOWN');
  });

  it('fails while the table is out of reach, and does not call the key bad', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const ask = aVerifier(table);
    table.isDown = true;

    assert.equal(await ask(key), 'STORE_UNAVAILABLE');
    table.isDown = false;
    assert.equal(await ask(key), 'accepted');
  });

  it('asks the table twice before it gives up', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const read = table.store.read.bind(table.store);
    let lost = 0;
    const losing = (most: number) => {
      lost = 0;
      return (...args: Parameters<typeof read>) =>
        (lost += 1) <= most ? Promise.resolve({ kind: 'unavailable', reason: 'timeout' }) : read(...args);
    };

    Object.assign(table.store, { read: losing(1) });
    assert.equal(await aVerifier(table)(key), 'accepted');
    Object.assign(table.store, { read: losing(2) });
    assert.equal(await aVerifier(table)(key), 'STORE_UNAVAILABLE');
    assert.equal(lost, 2);
  });

  it('fails on an item that is not a key, and does not call the key invalid', async () => {
    for (const damaged of ['', 'null', '{}', '{"secrets":[{"hash":"x"}]}']) {
      const table = new ApiKeyTable();
      const { key, keyId } = await table.make();
      table.items.set(`KEY#${keyId}\nKEY`, { ver: 1, doc: damaged });

      assert.equal(await aVerifier(table)(key), 'STORE_UNAVAILABLE', damaged);
    }
  });
});

// docs/design/authorizers §7.15, §K05: constant work for an unknown key.
describe('the work that a key makes', () => {
  const countWork = async (table: ApiKeyTable, text: string) => {
    const ask = aVerifier(table);
    const before = table.calls.length;
    const hashes = mock.method(crypto, 'createHash');
    const comparisons = mock.method(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    try {
      await ask(text);
      const [hashed, compared] = [hashes.mock.callCount(), comparisons.mock.callCount()];
      return { calls: table.calls.slice(before), hashes: hashed, comparisons: compared };
    } finally {
      mock.restoreAll();
      syncBuiltinESMExports();
    }
  };

  it('is the same for an unknown id, a wrong secret, an exchanged prefix and a revoked key', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    const rotated = await table.make();
    await table.admin.rotate(rotated.keyId, 0, table.operation());
    const revoked = await table.make();
    await table.admin.revoke(revoked.keyId, table.operation());

    const works = [
      await countWork(table, aStranger('0'.repeat(16))),
      await countWork(table, aStranger(keyId)),
      await countWork(table, aStranger(rotated.keyId)),
      await countWork(table, rotated.key),
      await countWork(table, aStranger(keyId, 'shop_test')),
      await countWork(table, aStranger(revoked.keyId)),
      await countWork(table, revoked.key),
    ];

    for (const work of works) assert.deepEqual(work, { calls: ['read'], hashes: 1, comparisons: 6 });
  });

  it('is one read for the same invalid key within 30 seconds, whether its id is known or not', async () => {
    const table = new ApiKeyTable();
    const { keyId } = await table.make();
    const ask = aVerifier(table);
    for (const text of [aStranger('0'.repeat(16)), aStranger(keyId)]) {
      const before = table.countOf('read');
      for (const seconds of [0, 1, 28.9]) {
        table.nowSeconds += seconds;
        assert.equal(await ask(text), 'TOKEN_UNKNOWN');
      }
      assert.equal(table.countOf('read') - before, 1);
      table.nowSeconds += 0.2;
      await ask(text);
      assert.equal(table.countOf('read') - before, 2);
    }
  });

  it('keeps at most a thousand refusals', async () => {
    const table = new ApiKeyTable();
    const ask = aVerifier(table);
    const keys = Array.from({ length: 1001 }, (_, index) => aStranger(String(index).padStart(16, '0')));
    for (const text of keys) await ask(text);
    const before = table.countOf('read');

    await ask(keys[1000] ?? '');
    assert.equal(table.countOf('read'), before, 'the newest is known');
    await ask(keys[0] ?? '');
    assert.equal(table.countOf('read'), before + 1, 'the oldest is not');
  });
});

describe('the note of when a key was last used', () => {
  const usedAt = (table: ApiKeyTable, keyId: string) => table.items.get(`KEY#${keyId}\nKEY`)?.['usedAt'];

  it('is written once in ten minutes, by however many instances', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make();
    const instances = [aVerifier(table), aVerifier(table), aVerifier(table)];

    await Promise.all(instances.map((ask) => ask(key)));
    assert.equal(usedAt(table, keyId), NOON_SECONDS);
    const before = table.countOf('update');
    table.nowSeconds += 599;
    await Promise.all(instances.map((ask) => ask(key)));
    assert.equal(table.countOf('update'), before);
    table.nowSeconds += 1;
    await instances[0]?.(key);
    assert.equal(usedAt(table, keyId), NOON_SECONDS + 600);
  });

  // Lambda freezes an instance with its answer: what is still on its way then is written later, or never.
  it('is written before the answer', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const written = Promise.withResolvers<undefined>();
    const update = table.store.update.bind(table.store);
    Object.assign(table.store, {
      async update(...asked: Parameters<typeof update>) {
        await written.promise;
        return update(...asked);
      },
    });
    let isAnswered = false;
    const answered = aVerifier(table)(key).then((answer) => {
      isAnswered = true;
      return answer;
    });

    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    assert.equal(isAnswered, false);
    written.resolve(undefined);
    assert.equal(await answered, 'accepted');
  });

  it('is nothing that a request could fail by', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    Object.assign(table.store, { update: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }) });

    assert.equal(await aVerifier(table)(key), 'accepted');
  });

  it('survives a rotation, and is written for accepted keys only', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make();
    const ask = aVerifier(table);
    await ask(aStranger(keyId));
    assert.equal(usedAt(table, keyId), undefined);
    await ask(key);
    await table.admin.rotate(keyId, HOUR, table.operation());

    assert.equal(usedAt(table, keyId), NOON_SECONDS);
  });
});
