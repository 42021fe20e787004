/** Invitations and members, and what stays of a member's rights when he loses them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listOrganisations } from '#shared/portal/members.ts';
import { membershipKey } from '#shared/portal/portal-items.ts';
import type { PortalPorts } from '#shared/portal/portal-ports.ts';
import { Browser, Portal } from '../../support/a-portal.ts';
import type { Answer } from '../../support/a-portal.ts';

async function aPortal(): Promise<Portal> {
  const portal = new Portal();
  await portal.addCustomer('acme', 'free', 'Acme');
  return portal;
}

function redeem(browser: Browser, invitation: string, headers = {}): Promise<Answer> {
  return browser.post('/session/invitation', { body: { invitation, name: 'Ann' }, headers });
}

function look(browser: Browser, invitation: string, headers = {}): Promise<Answer> {
  return browser.post('/session/invitation/look', { body: { invitation }, headers });
}

describe('listOrganisations', () => {
  it('reads all pages, so that organisations that a member has left hide none', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `t-${String(index).padStart(3, '0')}`);
    const items = names.map((tenant) => ({
      key: membershipKey('ann', tenant),
      item: { state: tenant === 't-249' ? 'member' : 'left' },
    }));
    const listing = {
      range({ limit = 1, after = '' }: { readonly limit?: number; readonly after?: string }) {
        const found = items.filter(({ key }) => key.sk > after);
        const page = found.slice(0, limit);
        return Promise.resolve({ kind: 'done', items: page, hasMore: found.length > page.length });
      },
    } as unknown as PortalPorts['listing'];

    assert.deepEqual(await listOrganisations({ listing }, 'ann'), ['t-249']);
  });
});

describe('an invitation', () => {
  it('is redeemed once: of ten people at the same time, one joins', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => redeem(new Browser(portal), invitation)),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const { status, body } of answers)
      if (status !== 200) assert.deepEqual([status, body['code']], [404, 'INVITATION_INVALID']);
  });

  it('that has expired, was withdrawn, was used, is unknown or is of a closed customer gets one and the same answer', async () => {
    const portal = await aPortal();
    await portal.addCustomer('closed');
    const ofClosed = await portal.invite({ tenant: 'closed', role: 'owner' });
    await portal.setState('closed', 'closed');
    const owner = await portal.join('acme', 'owner');
    const withdrawn = await owner.post('/api/invitations', { body: { role: 'billing' } });
    await owner.post(`/api/invitations/${String(withdrawn.body['id'])}/withdraw`);
    const used = await portal.invite({ tenant: 'acme', role: 'owner' });
    await redeem(new Browser(portal), used);
    const expired = await portal.invite({ tenant: 'acme', role: 'owner', lifetimeSeconds: 60 });
    portal.nowMs += 60_001;
    const texts = await Promise.all(
      [
        expired,
        String(withdrawn.body['invitation']),
        used,
        ofClosed,
        `gwinv_${'0'.repeat(64)}`,
        'x',
        '../..',
      ].flatMap((text) =>
        [redeem, look].map(async (send) => {
          const { status, headers, text: said } = await send(new Browser(portal), text);
          return JSON.stringify([status, headers, said]);
        }),
      ),
    );
    assert.equal(new Set(texts).size, 1, texts.join('\n'));
    assert.match(texts[0] ?? '', /INVITATION_INVALID/);
  });

  it('says before it is redeemed which organisation invites, in what role, who made it and until when', async () => {
    const portal = await aPortal();
    const browser = new Browser(portal);
    const invitation = await portal.invite({ tenant: 'acme', role: 'billing' });
    for (let looked = 0; looked < 2; looked += 1) {
      const { status, body } = await look(browser, invitation);
      assert.deepEqual(
        [status, body],
        [
          200,
          {
            organisation: { id: 'acme', name: 'Acme' },
            role: 'billing',
            by: 'the provider of the API',
            renews: false,
            expiresAt: '2026-11-22T12:00:00.000Z',
          },
        ],
      );
    }
    assert.equal(browser.cookies.size, 0);
    assert.equal((await redeem(browser, invitation)).status, 200, 'a look does not use it up');

    const [owner, developer] = [await portal.join('acme', 'owner'), await portal.join('acme', 'developer')];
    const renewal = { body: { member: developer.memberId } };
    const renewed = await owner.post('/api/invitations', renewal);
    const seen = await look(browser, String(renewed.body['invitation']));
    assert.deepEqual(
      [seen.body['renews'], seen.body['role'], seen.body['by']],
      [true, 'developer', 'owner of acme'],
    );
  });

  it('is not looked at by a page of another site, nor by a link', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    const refused = await look(new Browser(portal), invitation, { origin: 'https://evil.example' });
    assert.equal(refused.body['code'], 'ORIGIN_REFUSED');
    assert.equal((await new Browser(portal).get('/session/invitation/look', { invitation })).status, 404);
  });

  it('leaves an entry that members see if the owner of the APIs has made it, also for himself', async () => {
    const portal = await aPortal();
    const member = await portal.join('acme', 'developer', 'Dev');
    await redeem(new Browser(portal), await portal.invite({ tenant: 'acme', role: 'owner' }));
    const { body } = await member.get('/api/log');
    const entries = (body['entries'] as readonly Record<string, unknown>[]).map(({ byName, what, on }) => [
      byName,
      what,
      on,
    ]);
    assert.deepEqual(entries.filter(([, , role]) => role === 'owner').toSorted(), [
      ['Ann', 'joined', 'owner'],
      ['the provider of the API', 'invited', 'owner'],
    ]);
  });

  it('that renews a sign-in names the member in the log, so that nobody takes it over unseen', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    const developer = await portal.join('acme', 'developer', 'Dev');
    await redeem(
      new Browser(portal),
      await portal.invite({ tenant: 'acme', role: 'owner', member: developer.memberId }),
    );
    const { body } = await owner.get('/api/log');
    const entries = body['entries'] as readonly Record<string, unknown>[];
    const found = entries.map(({ byName, what, on }) => [byName, what, on].join(', '));
    assert.ok(found.includes('the provider of the API, made-sign-in-link, Dev'), found.join('\n'));
    assert.ok(found.includes('Dev, renewed-sign-in, developer'), found.join('\n'));
  });

  it('is not redeemed by a link that is opened, nor by a page of another site', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'owner' });
    assert.equal((await new Browser(portal).get('/session/invitation', { invitation })).status, 404);
    for (const origin of [
      undefined,
      'null',
      'https://evil.example',
      'https://portal.example.com.evil.example',
    ])
      assert.equal(
        (await redeem(new Browser(portal), invitation, { origin })).body['code'],
        'ORIGIN_REFUSED',
      );
    assert.equal((await redeem(new Browser(portal), invitation)).status, 200);
  });

  it('to a role that a newer version of the function has made is not redeemed with more rights', async () => {
    const portal = await aPortal();
    const invitation = await portal.invite({ tenant: 'acme', role: 'viewer' as 'billing' });
    const { status, body } = await redeem(new Browser(portal), invitation);
    assert.deepEqual([status, body['code']], [404, 'INVITATION_INVALID']);
  });

  it('is stored as a hash, and shown once', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    const { body } = await owner.post('/api/invitations', { body: { role: 'billing' } });
    const secret = String(body['invitation']);
    assert.match(secret, /^gwinv_[0-9a-f]{64}$/);
    assert.ok(!JSON.stringify([...portal.tables.portal.items]).includes(secret));
    assert.ok(!(await owner.get('/api/members')).text.includes(secret));
    assert.ok(!(await owner.get('/api/log')).text.includes(secret));
  });

  it('of a member renews his sign-in, and ends his older sessions', async () => {
    const portal = await aPortal();
    const owner = await portal.join('acme', 'owner');
    const developer = await portal.join('acme', 'developer', 'Dev');
    const { body } = await owner.post('/api/invitations', { body: { member: developer.memberId } });
    const again = new Browser(portal);
    const answer = await redeem(again, String(body['invitation']));
    const { id, name, role } = answer.body['member'] as Record<string, unknown>;
    assert.deepEqual([id, name, role], [developer.memberId, 'Dev', 'developer']);
    assert.equal((await developer.get('/session')).status, 401);
  });
});

async function twoOwners() {
  const portal = new Portal();
  await portal.addCustomer('acme');
  const first = await portal.join('acme', 'owner');
  const second = await portal.join('acme', 'owner');
  const { body } = await second.post('/api/invitations', { body: { role: 'owner' } });
  const redeem = () =>
    new Browser(portal).post('/session/invitation', {
      body: { invitation: body['invitation'], name: 'Back again' },
    });
  return { portal, first, second, redeem };
}

describe('an invitation that an owner has made', () => {
  it('is not valid after he was removed, so that he does not come back by it', async () => {
    const { first, second, redeem } = await twoOwners();
    assert.equal((await first.post(`/api/members/${second.memberId}/remove`)).status, 200);
    assert.equal((await redeem()).body['code'], 'INVITATION_INVALID');
  });

  it('is not valid after he has got another role', async () => {
    const { first, second, redeem } = await twoOwners();
    const body = { role: 'billing', version: 2 };
    assert.equal((await first.post(`/api/members/${second.memberId}/role`, { body })).status, 200);
    assert.equal((await redeem()).body['code'], 'INVITATION_INVALID');
  });

  it('is valid while he is an owner, also if his sign-in was renewed', async () => {
    const { first, second, redeem } = await twoOwners();
    const { body } = await first.post('/api/invitations', { body: { member: second.memberId } });
    const name = 'Second';
    await second.post('/session/invitation', { body: { invitation: body['invitation'], name } });
    assert.equal((await redeem()).status, 200);
  });
});

describe('the open invitations of an organisation', () => {
  it('are all listed, and no more than 20, however many were withdrawn before', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    for (let at = 0; at < 240; at += 1) {
      const { body } = await owner.post('/api/invitations', { body: { role: 'billing' } });
      await owner.post(`/api/invitations/${String(body['id'])}/withdraw`);
    }
    let made = 0;
    for (let at = 0; at < 30; at += 1)
      made += (await owner.post('/api/invitations', { body: { role: 'owner' } })).status === 200 ? 1 : 0;
    const { body } = await owner.get('/api/members');
    assert.deepEqual([made, (body['invitations'] as readonly unknown[]).length], [20, 20]);
  });

  it('are at most 20, even if they are created at the same time', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    await Promise.all(
      Array.from({ length: 60 }, () => owner.post('/api/invitations', { body: { role: 'owner' } })),
    );
    const { body } = await owner.get('/api/members');
    assert.ok((body['invitations'] as readonly unknown[]).length <= 20);
  });
});

describe('the members of an organisation', () => {
  it('are all listed, however many were removed before', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    let made = 0;
    for (let at = 0; at < 320; at += 1) {
      const { body, status } = await owner.post('/api/invitations', { body: { role: 'billing' } });
      if (status !== 200) break;
      const name = `n${at}`;
      const browser = new Browser(portal);
      const { body: joined } = await browser.post('/session/invitation', {
        body: { invitation: body['invitation'], name },
      });
      made += 1;
      const { id } = joined['member'] as { readonly id: string };
      const { body: listed } = await owner.get('/api/members');
      assert.deepEqual((listed['members'] as readonly unknown[]).length, 2, name);
      await owner.post(`/api/members/${id}/remove`);
    }
    assert.ok(made >= 200);
  });
});

describe('the name of a member', () => {
  const PROVIDER = 'the provider of the API';

  for (const [name, why] of [
    [PROVIDER, 'it is the name of the provider'],
    ['The  Provider of the\u00a0API', 'it reads as the name of the provider'],
    ['the pro\u200bvider of the API', 'it has a space of no width (U+200B)'],
    ['the provider\ufe0f of the API', 'it has a variation selector (U+FE0F)'],
    ['the\u034f provider of the API', 'it has a combining grapheme joiner (U+034F)'],
    ['the pr\u043evider of the API', 'it has the Cyrillic letter o (U+043E)'],
    ['the provider of the \u0391P\u0399', 'it has the Greek letters Alpha and Iota (U+0391, U+0399)'],
    ['the provider of the AP\u006c', 'it has a small L in place of the I'],
    ['the provider of the API.', 'it ends with a full stop'],
    ['thé provider of the API', 'it has an accent'],
    ['\u3164', 'a Hangul filler (U+3164) cannot be seen'],
    ['\u2800', 'a Braille pattern without dots (U+2800) cannot be seen'],
    ['\u{e0100}', 'a variation selector (U+E0100) cannot be seen'],
    ['\u0301', 'it is an accent without a letter (U+0301)'],
  ] as const)
    it(`is refused, because ${why}: ${encodeURIComponent(name)}`, async () => {
      const portal = await aPortal();
      const invitation = await portal.invite({ tenant: 'acme', role: 'developer' });
      const { status, body } = await new Browser(portal).post('/session/invitation', {
        body: { invitation, name },
      });
      assert.deepEqual([status, body['field']], [400, 'name']);
    });

  for (const name of ['Ann', 'Анна Ким', 'Ελένη', '김철수', 'José (API)', 'Dev 👩‍💻', 'provider', '7'])
    it(`may be ${name}`, async () => {
      const portal = await aPortal();
      const invitation = await portal.invite({ tenant: 'acme', role: 'developer' });
      const answer = await new Browser(portal).post('/session/invitation', { body: { invitation, name } });
      assert.equal(answer.status, 200, answer.text);
    });
});
