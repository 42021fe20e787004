/** Mails about limits that are nearly used: each once per period, bounded per organisation, without secrets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saveAlerts } from '#shared/portal/alerts.ts';
import { findInvitation, redeemInvitation } from '#shared/portal/redeem-invitation.ts';
import { sendAlerts } from '#shared/portal/send-alerts.ts';
import { Browser, PORTAL, Portal } from '../../support/a-portal.ts';

type Mail = { readonly to: string; readonly subject: string; readonly text: string };

/** An organisation with an alert at half of its limit, and the members whose addresses these are. */
async function anAlerted(emails: readonly string[], percents: readonly number[] = [50]) {
  const portal = new Portal();
  await portal.addCustomer('acme', 'free', 'Acme');
  const owner = await portal.join('acme', 'owner');
  for (const email of emails) {
    const invitation = await portal.invite({ tenant: 'acme', role: 'billing', email });
    await new Browser(portal).post('/session/invitation', { body: { invitation, name: email } });
  }
  const alerts = percents.map((percent) => ({ limit: 'monthly', percent }));
  const saved = await owner.post('/api/alerts', { body: { version: 1, alerts } });
  assert.equal(saved.status, 200, saved.text);
  const mails: Mail[] = [];
  let fails = false;
  const run = () =>
    sendAlerts({
      portal: PORTAL,
      ports: portal.ports,
      usage: portal.usage,
      send(mail) {
        if (fails) return Promise.reject(new Error('refused'));
        mails.push(mail);
        return Promise.resolve();
      },
      hasTime: () => true,
    });
  return { portal, owner, mails, run, setFailing: (is: boolean) => (fails = is) };
}

describe('an alert', () => {
  it('is sent once per period, when its share of the limit is used', async () => {
    const { portal, owner, mails, run } = await anAlerted(['ann@acme.example']);
    await portal.spend('acme', 1);
    await run();
    assert.equal(mails.length, 0);
    await portal.spend('acme', 1);
    await run();
    await run();
    assert.deepEqual(
      mails.map(({ to, subject }) => [to, subject]),
      [['ann@acme.example', 'Example APIs: 50 % of monthly used']],
    );
    assert.match(mails[0]?.text ?? '', /^2 of 3 units of the limit monthly are used\./);
    const { body } = await owner.get('/api/alerts');
    assert.equal((body['sent'] as unknown[]).length, 1);
  });

  it('has neither link nor key nor invitation nor secret of webhooks', async () => {
    const { portal, owner, mails, run } = await anAlerted(['ann@acme.example'], [100]);
    await owner.post('/api/keys', { body: { name: 'build' } });
    await owner.post('/api/webhooks', { body: { source: 'orders', name: 'shop' } });
    await portal.spend('acme', 3);
    await run();
    assert.equal(mails.length, 1);
    assert.doesNotMatch(JSON.stringify(mails), /https?:|gwinv_|shop_live_|whsec_/);
    assert.match(mails[0]?.text ?? '', /Requests of your organisation are refused: all /);
  });

  it('is sent to nobody whose address was not verified', async () => {
    const { portal, mails, run } = await anAlerted([]);
    await portal.spend('acme', 3);
    await run();
    assert.deepEqual(mails, []);
  });

  it('is sent again ten minutes later if it was refused, and only then', async () => {
    const { portal, mails, run, setFailing } = await anAlerted(['ann@acme.example']);
    await portal.spend('acme', 3);
    setFailing(true);
    assert.equal((await run()).failed, 1);
    setFailing(false);
    await run();
    assert.deepEqual(mails, []);
    portal.nowMs += 600_000;
    await run();
    assert.equal(mails.length, 1);
  });

  it('is one of at most twenty mails a day to one organisation (mail bombing)', async () => {
    const emails = Array.from({ length: 9 }, (_, at) => `m${at}@acme.example`);
    const { portal, mails, run } = await anAlerted(emails, [10, 20, 30, 40, 50]);
    await portal.spend('acme', 3);
    for (let at = 0; at < 5; at += 1) {
      await run();
      portal.nowMs += 600_000;
    }
    assert.equal(mails.length, 20);
  });

  it('is counted once if two runs are at it at the same time', async () => {
    const { portal, mails, run } = await anAlerted(['ann@acme.example']);
    await portal.spend('acme', 3);
    await Promise.all([run(), run(), run()]);
    assert.equal(mails.length, 1);
  });

  it('of a limit that the plan does not have is refused, and so are more than ten', async () => {
    const { owner } = await anAlerted([]);
    for (const alerts of [
      [{ limit: 'other', percent: 50 }],
      [{ limit: 'monthly', percent: 0 }],
      [{ limit: 'monthly', percent: 101 }],
      [{ limit: 'monthly', percent: 50, to: 'x@y.example' }],
      Array.from({ length: 11 }, (_, at) => ({ limit: 'monthly', percent: at + 1 })),
    ])
      assert.equal((await owner.post('/api/alerts', { body: { version: 2, alerts } })).status, 400);
  });
});

const TEN_MINUTES_MS = 600_000;

class Post {
  readonly portal = new Portal();
  readonly mails: Mail[] = [];
  /** Addresses that Amazon SES refuses. */
  readonly refused = new Set<string>();

  async organisation(tenant: string, addresses: readonly string[], percents: readonly number[] = [100]) {
    const { portal } = this;
    await portal.addCustomer(tenant);
    for (const [at, email] of addresses.entries()) {
      const secret = await portal.invite({ tenant, role: 'owner', email });
      const account = `${tenant}${at}`;
      const invitation = await findInvitation(portal.ports, secret);
      await redeemInvitation(portal.ports, invitation, { account, name: account, isNew: true });
    }
    const alerts = percents.map((percent) => ({ limit: 'monthly', percent }));
    await saveAlerts(portal.ports, tenant, { version: 1, alerts }, { id: 'me', name: 'me' });
    await portal.spend(tenant, 3);
  }

  run(over: Partial<Portal['ports']> = {}): ReturnType<typeof sendAlerts> {
    return sendAlerts({
      portal: PORTAL,
      ports: { ...this.portal.ports, ...over },
      usage: this.portal.usage,
      send: (mail) => {
        if (this.refused.has(mail.to)) return Promise.reject(new Error('MessageRejected'));
        this.mails.push(mail);
        return Promise.resolve();
      },
      hasTime: () => true,
    });
  }

  async runs(times: number): Promise<void> {
    for (let run = 0; run < times; run += 1) {
      await this.run();
      this.portal.nowMs += TEN_MINUTES_MS;
    }
  }

  to(address: string): number {
    return this.mails.filter(({ to }) => to === address).length;
  }
}

describe('the alerts of several members and organisations', () => {
  it('is sent once to each member, although another address is refused again and again', async () => {
    const post = new Post();
    post.refused.add('gone@example.com');
    await post.organisation('acme', ['ann@example.com', 'gone@example.com', 'bob@example.com']);
    await post.runs(12);
    assert.deepEqual([post.to('ann@example.com'), post.to('bob@example.com')], [1, 1]);
  });

  it('reaches an address that was refused at first, and is not tried forever', async () => {
    const post = new Post();
    post.refused.add('ann@example.com');
    await post.organisation('acme', ['ann@example.com']);
    await post.runs(1);
    post.refused.clear();
    await post.runs(2);
    assert.equal(post.to('ann@example.com'), 1);

    const other = new Post();
    other.refused.add('gone@example.com');
    await other.organisation('acme', ['gone@example.com']);
    let failed = 0;
    for (let run = 0; run < 12; run += 1) {
      failed += (await other.run()).failed;
      other.portal.nowMs += TEN_MINUTES_MS;
    }
    assert.equal(failed, 3);
  });

  it('that must wait for the next day is sent then, and is not reported as sent before', async () => {
    const post = new Post();
    const addresses = Array.from({ length: 15 }, (_, at) => `m${at}@example.com`);
    await post.organisation('acme', addresses, [50, 100]);
    await post.runs(4);
    assert.equal(post.mails.length, 20);
    post.portal.nowMs += 86_400_000;
    await post.runs(2);
    assert.equal(post.mails.length, 30);
    for (const address of addresses) assert.equal(post.to(address), 2);
  });

  it('is sent for a limit of any key, however many keys there are', async () => {
    const post = new Post();
    await post.organisation('acme', ['ann@example.com']);
    const { listing } = post.portal.usage;
    // Pages end earlier than the list.
    let page = 0;
    Object.assign(post.portal.usage, {
      listing: {
        ...listing,
        list: (asked: Parameters<typeof listing.list>[0]) => {
          page += 1;
          const after = { list: asked.list ?? '', pk: `Q#acme#a${page}#`, sk: 'HEAD' };
          return page < 3
            ? Promise.resolve({ kind: 'done', keys: [], after })
            : listing.list({ list: asked.list ?? '', limit: asked.limit });
        },
      },
    });
    await post.run();
    assert.equal(post.to('ann@example.com'), 1);
  });

  it('is not sent for a customer that is closed', async () => {
    const post = new Post();
    await post.organisation('acme', ['ann@example.com']);
    await post.portal.setState('acme', 'closed');
    await post.run();
    assert.deepEqual(post.mails, []);
  });

  it('of one organisation is sent, although the items of another cannot be read', async () => {
    const post = new Post();
    for (const tenant of ['a', 'b', 'c']) await post.organisation(tenant, [`${tenant}@example.com`]);
    const { store } = post.portal.ports;
    const read: typeof store.read = (key, options) =>
      key.pk === 'ORG#b' && key.sk === 'ALERTS'
        ? Promise.resolve({ kind: 'done', item: { ver: 1, doc: 'no JSON' }, storeEpochMs: undefined })
        : store.read(key, options);
    await assert.rejects(post.run({ store: { ...store, read } }), SyntaxError);
    assert.deepEqual([post.to('a@example.com'), post.to('c@example.com')], [1, 1]);
  });
});
