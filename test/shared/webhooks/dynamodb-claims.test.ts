import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { DomainError } from '#shared/errors.ts';
import type { ClaimOutcome, DeliveryClaim, DeliveryClaims } from '#shared/ports.ts';
import { createDynamoDbClaims } from '#shared/webhooks/dynamodb-claims.ts';
import type { LoadClaimsClient } from '#shared/webhooks/dynamodb-claims.ts';
import { aKeyedTable } from '../../support/a-keyed-table.ts';

const TABLE = 'access';
const NOW_MS = 1_700_000_000_000;
const LEASE_SECONDS = 20;
const REMEMBERED_SECONDS = 30 * 86_400;

describe('createDynamoDbClaims (docs/design/authorizers §7.16, replay refused)', () => {
  let client: commands.DynamoDBClient;
  let stop: () => Promise<void>;
  let keys = 0;

  before(async () => {
    ({ client, stop } = await aKeyedTable(TABLE));
  });
  after(() => stop());

  const real: LoadClaimsClient = () => Promise.resolve({ client, commands });

  function someClaims(load: LoadClaimsClient = real): {
    claims: DeliveryClaims;
    take: (afterSeconds?: number, source?: string) => Promise<ClaimOutcome>;
    item: () => Promise<Record<string, commands.AttributeValue> | undefined>;
  } {
    keys += 1;
    const key = `id#${keys}`;
    const claims = createDynamoDbClaims({ tableName: TABLE, leaseSeconds: LEASE_SECONDS, load });
    return {
      claims,
      take: (afterSeconds = 0, source = 'github') =>
        claims.take({ source, key, atEpochMs: NOW_MS + afterSeconds * 1000 }),
      async item() {
        const place = { pk: { S: 'WEBHOOK#github' }, sk: { S: key } };
        const { Item } = await client.send(new commands.GetItemCommand({ TableName: TABLE, Key: place }));
        return Item;
      },
    };
  }

  function heldBy(outcome: ClaimOutcome): DeliveryClaim {
    assert.ok(outcome.kind === 'taken', outcome.kind);
    return outcome.claim;
  }

  it('gives a delivery to one of many at the same time', async () => {
    const { take } = someClaims();

    const kinds = (await Promise.all(Array.from({ length: 20 }, () => take()))).map(({ kind }) => kind);

    assert.equal(kinds.filter((kind) => kind === 'taken').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'held').length, 19);
  });

  it('never gives out what has arrived, until it is dropped', async () => {
    const { take, item } = someClaims();
    await heldBy(await take()).keep();

    for (const seconds of [0, LEASE_SECONDS + 1, REMEMBERED_SECONDS])
      assert.deepEqual(await take(seconds), { kind: 'delivered' });
    // TTL deletes some days late: by then the item counts for nothing.
    assert.deepEqual(Object.keys((await item()) ?? {}).sort(), ['deliveredAt', 'expiresAt', 'pk', 'sk']);
    assert.equal((await take(REMEMBERED_SECONDS + 1)).kind, 'taken');
  });

  it('gives a released delivery to the next attempt at once', async () => {
    const { take } = someClaims();
    await heldBy(await take()).release();

    assert.equal((await take()).kind, 'taken');
  });

  it('gives the delivery of who died to the next attempt after the lease', async () => {
    const { take } = someClaims();
    await take();

    assert.deepEqual(await take(LEASE_SECONDS), { kind: 'held' });
    assert.equal((await take(LEASE_SECONDS + 1)).kind, 'taken');
  });

  it('keeps the claim of a successor when a late holder gives up', async () => {
    const { take } = someClaims();
    const late = heldBy(await take());
    await take(LEASE_SECONDS + 1);

    await late.release();

    assert.deepEqual(await take(LEASE_SECONDS + 2), { kind: 'held' });
  });

  it('accepts the confirmation of a late holder that has delivered after all', async () => {
    const { take } = someClaims();
    const late = heldBy(await take());
    const second = heldBy(await take(LEASE_SECONDS + 1));

    await late.keep();
    await second.release();

    assert.deepEqual(await take(LEASE_SECONDS + 2), { kind: 'delivered' });
  });

  it('distinguishes sources', async () => {
    const { take } = someClaims();
    await heldBy(await take()).keep();

    assert.equal((await take(0, 'gitea')).kind, 'taken');
  });

  it('recognizes its own claim if the SDK sends a write again that had been applied', async () => {
    let sent = 0;
    const twice = {
      async send(command: never) {
        sent += 1;
        await client.send(command);
        return client.send(command);
      },
    };
    const { take } = someClaims(() =>
      Promise.resolve({ client: twice as unknown as commands.DynamoDBClient, commands }),
    );

    assert.equal((await take()).kind, 'taken');
    assert.equal(sent, 1);
  });

  it('reports the table as unavailable for every other failure, and tries again after one', async () => {
    let fails = true;
    const { take } = someClaims(() => (fails ? Promise.reject(new Error('no such package')) : real()));

    await assert.rejects(take(), { code: 'STORE_UNAVAILABLE' });
    fails = false;
    assert.equal((await take()).kind, 'taken');
  });

  it('says what is missing if the client is not installed, which is not an outage', async () => {
    const missing = new DomainError('CONFIG_INVALID', 'install the client');
    const { take } = someClaims(() => Promise.reject(missing));

    await assert.rejects(take(), missing);
  });
});
