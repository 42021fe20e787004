/** Mails about limits that are nearly used: each once per period, bounded per organisation, without secrets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

  it('has neither link nor key nor invitation', async () => {
    const { portal, owner, mails, run } = await anAlerted(['ann@acme.example'], [100]);
    await owner.post('/api/keys', { body: { name: 'build' } });
    await portal.spend('acme', 3);
    await run();
    assert.equal(mails.length, 1);
    assert.doesNotMatch(JSON.stringify(mails), /https?:|gwinv_|shop_live_/);
    assert.match(mails[0]?.text ?? '', /Requests of your organisation are refused with 429/);
  });

  it('goes to nobody whose address was not verified', async () => {
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
