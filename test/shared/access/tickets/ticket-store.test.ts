import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { issueTicket } from '#shared/access/tickets/issue-ticket.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { parseTicket, printTicket } from '#shared/access/tickets/ticket.ts';
import type { TicketCaller } from '#shared/access/tickets/ticket.ts';
import type { TicketStore } from '#shared/ports.ts';
import { ACCESS_STORES, STORE_DOWN } from '../../../support/access-stores.ts';
import type { AccessStore } from '../../../support/access-stores.ts';
import { NOON_SECONDS } from '../../../support/api-key-table.ts';
import { REAL_RANDOM } from '../../../support/real-quota-ports.ts';

const CALLER: TicketCaller = {
  principalId: 'main|ada',
  subject: 'ada',
  issuer: 'https://issuer.example/',
  roles: ['support'],
  scopes: ['orders:read'],
  iat: NOON_SECONDS,
  jti: 't-1',
  expiresAtEpochSeconds: NOON_SECONDS + 300,
};

const clock = { nowEpochMs: () => NOON_SECONDS * 1000 };

async function issue(
  tickets: TicketStore,
  over: { ttlSeconds?: number; caller?: TicketCaller } = {},
): Promise<{ readonly text: string; readonly hash: string; readonly expiresInSeconds: number }> {
  const wanted = { document: 'tracking', caller: CALLER, ttlSeconds: 30, ...over };
  const { ticket, expiresInSeconds } = await issueTicket({ tickets, clock, random: REAL_RANDOM }, wanted);
  const hash = parseTicket(ticket);
  assert.ok(hash !== undefined);
  return { text: ticket, hash, expiresInSeconds };
}

for (const { name, open } of ACCESS_STORES)
  describe(`tickets ${name}`, () => {
    let opened: AccessStore;
    let tickets: TicketStore;
    const take = (hash: string, afterSeconds = 0, document = 'tracking') =>
      tickets.take(hash, { document, nowEpochSeconds: NOON_SECONDS + afterSeconds });
    before(async () => {
      opened = await open();
      tickets = createTicketStore(opened.store);
    });
    after(() => opened.close());

    it('carry who asked for them, and are good once', async () => {
      const { hash, expiresInSeconds } = await issue(tickets);

      assert.equal(expiresInSeconds, 30);
      assert.deepEqual(await take(hash, 29.9), { kind: 'taken', caller: CALLER });
      assert.deepEqual(await take(hash, 29.9), { kind: 'used' });
    });

    // docs/design/authorizers §7.17: ticket single use under concurrency.
    it('let in exactly one of many who come with the same one at the same time', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 12 }),
          fc.integer({ min: 0, max: 3 }),
          async (own, foreign) => {
            const { hash } = await issue(tickets);
            const comers = [...Array<string>(own).fill('tracking'), ...Array<string>(foreign).fill('other')];
            const outcomes = await Promise.all(comers.map((document) => take(hash, 1, document)));
            const kinds = outcomes.map(({ kind }) => kind).sort();
            assert.deepEqual(
              kinds,
              [
                ...Array<string>(foreign).fill('foreign'),
                'taken',
                ...Array<string>(own - 1).fill('used'),
              ].sort(),
            );
          },
        ),
        { numRuns: 25 },
      );
    });

    it('end after their time, or with the credential by which they were asked for', async () => {
      const { hash } = await issue(tickets);
      const caller = { ...CALLER, expiresAtEpochSeconds: NOON_SECONDS + 10 };
      const short = await issue(tickets, { caller });

      assert.deepEqual(await take(hash, 30), { kind: 'expired' });
      assert.equal(short.expiresInSeconds, 10);
      assert.deepEqual(await take(short.hash, 10), { kind: 'expired' });
    });

    it('open no other API, and stay valid for their own', async () => {
      const { hash } = await issue(tickets);

      assert.deepEqual(await take(hash, 1, 'other'), { kind: 'foreign' });
      assert.equal((await take(hash, 1)).kind, 'taken');
    });

    it('store nothing that opens anything in the table, and a lookup makes no item', async () => {
      const { text, hash } = await issue(tickets);
      const stranger = parseTicket(printTicket('ab'.repeat(32))) ?? '';

      assert.deepEqual(await take(stranger), { kind: 'unknown' });
      const dump = await opened.dump();
      assert.ok(dump.includes(hash));
      assert.ok(!dump.includes(text) && !dump.includes(text.slice(4)) && !dump.includes(stranger));
    });
  });

describe('createTicketStore', () => {
  it('fails while the table is out of reach, and never calls a ticket bad', async () => {
    const tickets = createTicketStore(STORE_DOWN);
    const at = { document: 'tracking', nowEpochSeconds: NOON_SECONDS };

    await assert.rejects(tickets.take('0'.repeat(64), at), { code: 'STORE_UNAVAILABLE' });
    await assert.rejects(issue(tickets), { code: 'STORE_UNAVAILABLE' });
  });

  it('never sends a taking twice: if the answer is lost, the ticket is rejected', async () => {
    const memory = await ACCESS_STORES[0]?.open();
    assert.ok(memory);
    const { hash } = await issue(createTicketStore(memory.store));
    let sent = 0;
    const losing = createTicketStore({
      ...memory.store,
      async update(write) {
        sent += 1;
        await memory.store.update(write);
        return { kind: 'unknown', reason: 'lost' };
      },
    });
    const at = { document: 'tracking', nowEpochSeconds: NOON_SECONDS };

    await assert.rejects(losing.take(hash, at), { code: 'STORE_UNAVAILABLE' });
    assert.equal(sent, 1);
    assert.deepEqual(await createTicketStore(memory.store).take(hash, at), { kind: 'used' });
  });

  it('rejects an item that it has not written', async () => {
    const memory = await ACCESS_STORES[0]?.open();
    assert.ok(memory);
    for (const caller of ['{', 'null', '{"principalId":1}'])
      await assert.rejects(
        createTicketStore({
          ...memory.store,
          update: () => Promise.resolve({ kind: 'done', item: { caller }, storeEpochMs: undefined }),
        }).take('0'.repeat(64), { document: 'tracking', nowEpochSeconds: 0 }),
        { code: 'STORE_UNAVAILABLE' },
      );
  });
});

describe('issueTicket', () => {
  it('issues none for an expired credential', async () => {
    const memory = await ACCESS_STORES[0]?.open();
    assert.ok(memory);
    const caller = { ...CALLER, expiresAtEpochSeconds: NOON_SECONDS };

    await assert.rejects(issue(createTicketStore(memory.store), { caller }), { code: 'TOKEN_EXPIRED' });
    assert.equal(await memory.dump(), '[]');
  });

  it('gives tickets that fit into a query and a subprotocol, of 256 random bits, never the same', async () => {
    const memory = await ACCESS_STORES[0]?.open();
    assert.ok(memory);
    const texts = new Set<string>();
    for (let index = 0; index < 100; index += 1)
      texts.add((await issue(createTicketStore(memory.store))).text);

    assert.equal(texts.size, 100);
    // RFC 3986 unreserved and RFC 7230 token: 43 digits of base64url contain 256 bits.
    for (const text of texts) assert.match(text, /^wst_[A-Za-z0-9_-]{43}$/);
  });
});

describe('parseTicket', () => {
  for (const text of [
    '',
    'wst_',
    'eyJ.eyJ.x',
    `wst_${'a'.repeat(42)}`,
    `wst_${'a'.repeat(44)}`,
    `wst_${'a'.repeat(42)}=`,
    `WST_${'a'.repeat(43)}`,
  ])
    it(`takes "${text.slice(0, 12)}" (${text.length} characters) for no ticket`, () => {
      assert.equal(parseTicket(text), undefined);
    });
});
