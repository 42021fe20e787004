import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { revocationsPartition, ANY_ISSUE_TIME } from '#shared/access/revocation/revocation.ts';
import { ISSUER, RevocationDesk } from '../../../support/a-revocation-admin.ts';
import { ACCESS_STORES } from '../../../support/access-stores.ts';
import type { AccessStore } from '../../../support/access-stores.ts';
import { NOON_SECONDS } from '../../../support/api-key-table.ts';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );
const FLUSHES = ['flush rest rest000000/v1', 'flush http http000000/$default'];
const of = (kind: 'sub' | 'jti' | 'client', value: string, issuer = 'main') => ({ issuer, kind, value });

for (const { name, open } of ACCESS_STORES)
  describe(`revocations ${name}`, () => {
    let opened: AccessStore;
    before(async () => (opened = await open()));
    after(() => opened.close());
    const untilOf = async (desk: RevocationDesk, kind: 'sub' | 'jti' | 'client', value: string) =>
      (await desk.reader.revokedUntil([of(kind, value, ISSUER)]))[0];

    it('are seen by authorizers at once, and can be extended', async () => {
      const desk = new RevocationDesk(opened);
      await desk.admin.revoke(of('sub', 'ada'), desk.operation());
      await desk.admin.revoke(of('jti', 't-1', ISSUER), desk.operation());
      assert.equal(await untilOf(desk, 'sub', 'ada'), NOON_SECONDS);
      desk.nowSeconds += 10;
      await desk.admin.revoke(of('sub', 'ada', 'customers'), desk.operation());

      assert.equal(await untilOf(desk, 'sub', 'ada'), NOON_SECONDS + 10);
      assert.equal(await untilOf(desk, 'jti', 't-1'), ANY_ISSUE_TIME);
      assert.equal(await untilOf(desk, 'client', 'ada'), undefined);
      desk.nowSeconds -= 60;
      assert.equal(await codeOf(desk.admin.revoke(of('sub', 'ada'), desk.operation())), 'EDIT_CONFLICT');
      assert.equal(await untilOf(desk, 'sub', 'ada'), NOON_SECONDS + 10, 'never back');
    });

    it('count once by their operation, even when it is sent twice at the same time', async () => {
      const desk = new RevocationDesk(opened);
      const operation = desk.operation();
      const both = await Promise.all([1, 2].map(() => desk.admin.revoke(of('sub', 'bob'), operation)));
      desk.nowSeconds += 100;
      await desk.admin.revoke(of('sub', 'bob'), operation);

      assert.deepEqual(both[0]?.revocation, both[1]?.revocation);
      assert.equal(await untilOf(desk, 'sub', 'bob'), NOON_SECONDS);
      assert.equal(await codeOf(desk.admin.withdraw(of('sub', 'bob'), operation)), 'OPERATION_REUSED');
    });

    // Answered as if it were done, a longer revocation would be none.
    it('refuse an operation id that comes again for the same token with another end, or without one', async () => {
      const desk = new RevocationDesk(opened);
      const operation = desk.operation();
      const revoke = (ends?: number) =>
        codeOf(
          desk.admin.revoke(
            { ...of('jti', 'again'), ...(ends !== undefined && { tokenEndsAtEpochSeconds: ends }) },
            operation,
          ),
        );
      await revoke(NOON_SECONDS + 60);

      assert.equal(await revoke(NOON_SECONDS + 60), 'done');
      assert.equal(await revoke(NOON_SECONDS + 86_400), 'OPERATION_REUSED');
      assert.equal(await revoke(), 'OPERATION_REUSED');
    });

    // Ids count per partition, so that one serves a script over many.
    it('count one operation id separately for each of its targets, and answer none of them for another', async () => {
      const desk = new RevocationDesk(opened);
      const operation = desk.operation();
      const targets = [of('sub', 'one'), of('sub', 'two'), of('client', 'one')];
      for (const target of targets) {
        const { revocation } = await desk.admin.revoke(target, operation);
        assert.deepEqual([revocation.kind, revocation.value], [target.kind, target.value]);
      }

      for (const { kind, value } of targets) assert.equal(await untilOf(desk, kind, value), NOON_SECONDS);
    });

    it('can be withdrawn, once, and made again', async () => {
      const desk = new RevocationDesk(opened);
      await desk.admin.revoke(of('client', 'app'), desk.operation());
      const operation = desk.operation();
      const { revocation } = await desk.admin.withdraw(of('client', 'app'), operation);
      await desk.admin.withdraw(of('client', 'app'), operation);

      assert.equal(revocation.withdrawnAtEpochMs, NOON_SECONDS * 1000);
      assert.equal(await untilOf(desk, 'client', 'app'), undefined);
      assert.equal(
        await codeOf(desk.admin.withdraw(of('client', 'app'), desk.operation())),
        'REQUEST_INVALID',
      );
      const again = await desk.admin.revoke(of('client', 'app'), desk.operation());
      assert.equal(again.revocation.withdrawnAtEpochMs, undefined);
      assert.equal(await untilOf(desk, 'client', 'app'), NOON_SECONDS);
    });

    // A wrong end, such as one of another time zone, would let a stolen token in again.
    it('are kept at least as long as an earlier one of the same token requires', async () => {
      const desk = new RevocationDesk(opened);
      const end = (tokenEndsAtEpochSeconds?: number) => ({
        ...of('jti', 'stolen'),
        ...(tokenEndsAtEpochSeconds !== undefined && { tokenEndsAtEpochSeconds }),
      });
      const first = await desk.admin.revoke(end(), desk.operation());
      const sooner = await desk.admin.revoke(end(NOON_SECONDS - 7200), desk.operation());
      assert.equal(sooner.revocation.expiresAtEpochSeconds, first.revocation.expiresAtEpochSeconds);
      assert.equal(await untilOf(desk, 'jti', 'stolen'), ANY_ISSUE_TIME);
      const later = await desk.admin.revoke(end(NOON_SECONDS + 1000 * 86_400), desk.operation());
      assert.equal(later.revocation.expiresAtEpochSeconds, NOON_SECONDS + 1000 * 86_400 + 3600);
    });

    it('are listed by issuer, a page at a time', async () => {
      const desk = new RevocationDesk(opened);
      const values = ['l-1', 'l-2', 'l-3', 'l#4', 'l%235'];
      for (const value of values) await desk.admin.revoke(of('sub', value), desk.operation());
      const listed: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await desk.admin.list('main', { limit: 2, cursor });
        listed.push(...page.revocations.map(({ value }) => value));
        cursor = page.next;
        assert.ok(listed.length <= 100, 'a page that comes again and again');
      } while (cursor !== undefined);

      assert.deepEqual(listed.filter((value) => value.startsWith('l')).sort(), values.sort());
    });
  });

describe('RevocationAdmin', () => {
  const aDesk = async () => {
    const opened = await ACCESS_STORES[0]?.open();
    assert.ok(opened);
    return { desk: new RevocationDesk(opened), opened };
  };

  it('flushes the cached results of every API that looks the tokens up, and of no other', async () => {
    const { desk } = await aDesk();
    await desk.admin.revoke(of('sub', 'ada'), desk.operation());
    assert.deepEqual(desk.messages, FLUSHES);
    assert.deepEqual(
      (await desk.admin.flush('menu')).map(({ step }) => step),
      ['flush rest menu000000/v1'],
    );
  });

  it('reports what API Gateway did not do, and does it when the operation is sent again', async () => {
    const { desk } = await aDesk();
    desk.isGatewayDown = true;
    const operation = desk.operation();
    const first = await desk.admin.revoke(of('sub', 'ada'), operation);
    desk.isGatewayDown = false;
    const second = await desk.admin.revoke(of('sub', 'ada'), operation);

    assert.deepEqual(
      first.outside,
      FLUSHES.map((step) => ({ step, reason: 'API Gateway cannot be reached' })),
    );
    assert.deepEqual(
      second.outside,
      FLUSHES.map((step) => ({ step, reason: undefined })),
    );
  });

  it('keeps a revocation until no document takes a token that it is about', async () => {
    const { desk } = await aDesk();
    const bySub = await desk.admin.revoke(of('sub', 'ada'), desk.operation());
    const tokenEndsAtEpochSeconds = NOON_SECONDS + 900;
    const byId = await desk.admin.revoke({ ...of('jti', 't-1'), tokenEndsAtEpochSeconds }, desk.operation());

    // The longest age of any document that takes the issuer's tokens, which is a year unless it says otherwise.
    assert.equal(bySub.revocation.expiresAtEpochSeconds, NOON_SECONDS + 31_536_000 + 30 + 3600);
    assert.equal(byId.revocation.expiresAtEpochSeconds, NOON_SECONDS + 900 + 3600);
  });

  it('finds out from the records whether a change was made if its answer was lost', async () => {
    const { desk } = await aDesk();
    desk.losesAnswers = true;

    assert.equal(
      (await desk.admin.revoke(of('sub', 'ada'), desk.operation())).revocation.untilEpochSeconds,
      NOON_SECONDS,
    );
  });

  it('fails while the table is out of reach', async () => {
    const { desk } = await aDesk();
    desk.isDown = true;

    assert.equal(await codeOf(desk.admin.revoke(of('sub', 'ada'), desk.operation())), 'STORE_UNAVAILABLE');
    assert.deepEqual(desk.messages, []);
  });

  // A writer by hand may have written anything; shown as a revocation, it would be believed.
  it('shows no list if an item is not a revocation', async () => {
    const { desk, opened } = await aDesk();
    await desk.admin.revoke(of('sub', 'ada'), desk.operation());
    const key = { pk: revocationsPartition(ISSUER), sk: 'abcdef' };
    const item = { kind: 'sub', value: 'bob', until: 'tomorrow', by: 'me', at: 1, expiresAt: 2 };
    await opened.store.update({ purpose: 'revoke', key, when: [], change: { kind: 'put', item } });

    await assert.rejects(desk.admin.list('main', { limit: 10 }), { code: 'STORE_UNAVAILABLE' });
  });

  it('refuses what would have no effect', async () => {
    const { desk, opened } = await aDesk();
    const refused = (issuer: string) => desk.admin.revoke(of('sub', 'ada', issuer), desk.operation());

    await assert.rejects(refused('old'), {
      code: 'REQUEST_INVALID',
      message: /is not an issuer with revocation: true .*; expected one of main, customers/,
    });
    await assert.rejects(desk.admin.flush('nothing'), { message: /expected one of orders, users, menu/ });
    assert.equal(await opened.dump(), '[]');
  });
});
