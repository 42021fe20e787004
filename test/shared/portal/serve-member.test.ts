/** What members do in the portal, from the request of a browser to the tables. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser, NOON_MS, Portal } from '../../support/a-portal.ts';

async function anOrganisation(plan = 'free') {
  const portal = new Portal();
  await portal.addCustomer('acme', plan, 'Acme Ltd');
  return { portal, owner: await portal.join('acme', 'owner') };
}

async function makeKey(browser: Browser, name = 'build') {
  const { status, body } = await browser.post('/api/keys', { body: { name } });
  assert.equal(status, 200, JSON.stringify(body));
  return { keyId: String(body['keyId']), key: String(body['key']) };
}

describe('keys in the portal', () => {
  it('are shown once, and listed without secrets', async () => {
    const { portal, owner } = await anOrganisation();
    const { key } = await makeKey(owner);
    assert.match(key, /^shop_live_[0-9A-Za-z]{16}_/);

    const { body, text } = await owner.get('/api/keys');
    assert.ok(!text.includes(key));
    assert.equal((body['keys'] as unknown[]).length, 1);
    assert.equal(body['left'], 2);
    for (const { items } of Object.values(portal.tables))
      assert.ok(![...items.values()].some((item) => JSON.stringify(item).includes(key)));
  });

  it('are created once if the same request is sent twice, and the second answer has no key', async () => {
    const { owner } = await anOrganisation();
    const again = { body: { name: 'build' }, headers: { 'idempotency-key': 'one' } };
    const first = await owner.post('/api/keys', again);
    const second = await owner.post('/api/keys', again);
    assert.equal(second.body['keyId'], first.body['keyId']);
    assert.equal(second.body['key'], undefined);
  });

  it('are no more than the portal allows, even if they are created at the same time', async () => {
    const { owner } = await anOrganisation();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => owner.post('/api/keys', { body: { name: `k${at}` } })),
    );
    const made = answers.filter(({ status }) => status === 200);
    assert.ok(made.length <= 3);
    const { body } = await owner.get('/api/keys');
    assert.ok((body['keys'] as unknown[]).length <= 3);
    for (const { status, body: refused } of answers)
      if (status !== 200) assert.match(String(refused['code']), /^(KEYS_TOO_MANY|EDIT_CONFLICT)$/);
  });

  it('are rotated with an overlap, renamed and revoked; a revocation clears the caches of authorizers', async () => {
    const { portal, owner } = await anOrganisation();
    const { keyId, key } = await makeKey(owner);
    const rotated = await owner.post(`/api/keys/${keyId}/rotate`, { body: { overlapSeconds: 3600 } });
    assert.equal(rotated.status, 200);
    assert.notEqual(rotated.body['key'], key);
    const secrets = rotated.body['secrets'] as readonly { readonly notAfter?: string }[];
    assert.deepEqual(
      secrets.map(({ notAfter }) => notAfter),
      [undefined, new Date(NOON_MS + 3_600_000).toISOString()],
    );
    const renamed = await owner.post(`/api/keys/${keyId}/rename`, { body: { name: 'release' } });
    assert.equal(renamed.body['name'], 'release');
    const revoked = await owner.post(`/api/keys/${keyId}/revoke`);
    assert.equal(revoked.body['state'], 'revoked');
    assert.ok(portal.flushed.includes('abcdefghij'));
  });

  it('of the owner of the API can be seen, and not changed', async () => {
    const { portal, owner } = await anOrganisation();
    const admin = await portal.members.makeKeys(portal.tables.access);
    const { stored } = await admin.create(
      { tenant: 'acme', onRecord: true, prefix: 'shop_live', roles: ['admin'], scopes: [], metadata: {} },
      { id: 'owner', by: 'me' },
    );
    const { keyId } = stored.record;
    const { body } = await owner.get('/api/keys');
    assert.deepEqual(
      (body['keys'] as readonly { readonly isManaged: boolean }[]).map(({ isManaged }) => isManaged),
      [true],
    );
    for (const [verb, sent] of [
      ['rotate', { overlapSeconds: 0 }],
      ['rename', { name: 'x' }],
      ['revoke', {}],
    ] as const) {
      const answer = await owner.post(`/api/keys/${keyId}/${verb}`, { body: sent });
      assert.deepEqual([answer.status, answer.body['code']], [409, 'KEY_MANAGED']);
    }
  });
});

describe('use in the portal', () => {
  it('is shown before the first request and as it grows, and explains why requests are refused', async () => {
    const { portal, owner } = await anOrganisation();
    const before = await owner.get('/api/usage');
    assert.deepEqual(before.body['current'], [
      {
        limit: 'monthly',
        plan: 'Free',
        periodStart: '2026-11-01T00:00:00.000Z',
        periodEnd: '2026-12-01T00:00:00.000Z',
        state: 'open',
        allowance: 3,
        counted: 0,
        used: 0,
        left: 3,
        over: 0,
      },
    ]);
    assert.equal(await portal.spend('acme', 5), 3);
    const [use] = (await owner.get('/api/usage')).body['current'] as [Record<string, unknown>];
    assert.equal(use['counted'], 3);
    assert.equal(
      use['says'],
      'Requests of your organisation are refused: all 3 units of the limit monthly of your plan Free are used. ' +
        'The next period begins on 1 Dec 2026, 00:00 UTC.',
    );
  });
});

describe('the plan in the portal', () => {
  it('is described together with the plans that are offered', async () => {
    const { owner } = await anOrganisation();
    const { body } = await owner.get('/api/plan');
    assert.deepEqual((body['current'] as Record<string, unknown>)['limits'], [
      { id: 'monthly', text: '3 units a month' },
    ]);
    assert.deepEqual(body['offers'], [
      {
        plan: 'pro',
        title: 'Professional',
        summary: 'For production',
        limits: [{ id: 'monthly', text: '1,000 units a month' }],
        prices: [{ limit: 'monthly', text: '49.00 EUR a month, 1,000 units included' }],
        from: 'now',
      },
    ]);
  });

  it('states what a change costs before it is made: a share of the fee for the rest of the period', async () => {
    const { owner } = await anOrganisation();
    const { body } = await owner.post('/api/plan/preview', { body: { plan: 'pro' } });
    // 11.5 of 30 days.
    assert.deepEqual(body['costs'], [
      'monthly: 49.00 EUR a month, 1,000 units included',
      'For the time until 1 Dec 2026, 00:00 UTC, 18.78 EUR of this fee is due.',
    ]);
    const { body: plan } = await owner.get('/api/plan');
    assert.equal((plan['current'] as Record<string, unknown>)['plan'], 'free');
  });

  it('changes at once, and requests are admitted by it', async () => {
    const { portal, owner } = await anOrganisation();
    assert.equal(await portal.spend('acme', 4), 3);
    const { body: before } = await owner.get('/api/plan');
    portal.nowMs += 1000;
    const version = Number(before['version']) + 1;
    const changed = await owner.post('/api/plan', { body: { plan: 'pro', version } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body['from'], new Date(portal.nowMs).toISOString());
    assert.equal(await portal.spend('acme', 4), 4);
  });

  it('is changed once if the request is sent twice, and the second answer is the first', async () => {
    const { portal, owner } = await anOrganisation();
    portal.nowMs += 1000;
    const again = { body: { plan: 'pro', version: 2 }, headers: { 'idempotency-key': 'one' } };
    const first = await owner.post('/api/plan', again);
    const second = await owner.post('/api/plan', again);
    assert.deepEqual(second.body, first.body);
  });

  it('is not changed to a plan that is not offered, or from one that was agreed on', async () => {
    const { portal, owner } = await anOrganisation('pro');
    await portal.addCustomer('big', 'pro');
    portal.nowMs += 1000;
    const unknown = await owner.post('/api/plan', { body: { plan: 'secret', version: 2 } });
    assert.deepEqual([unknown.status, unknown.body['code']], [409, 'OFFER_UNKNOWN']);
    const later = await owner.post('/api/plan', { body: { plan: 'free', version: 2 } });
    assert.equal(later.body['from'], '2026-12-01T00:00:00.000Z');
    const { body } = await owner.get('/api/plan');
    assert.deepEqual(body['planned'], [{ plan: 'free', title: 'Free', from: '2026-12-01T00:00:00.000Z' }]);
    // The plan in force is offered again, which withdraws the planned change.
    const back = await owner.post('/api/plan', { body: { plan: 'pro', version: 3 } });
    assert.equal(back.status, 200, back.text);
    assert.deepEqual((await owner.get('/api/plan')).body['planned'], []);
  });
});

describe('invoices in the portal', () => {
  it('are a draft while the month runs, with PDF', async () => {
    const { portal, owner } = await anOrganisation('pro');
    await portal.spend('acme', 2);
    assert.deepEqual((await owner.get('/api/invoices')).body['months'], ['2026-11']);
    const { body } = await owner.get('/api/invoices/2026-11');
    const [invoice] = body['invoices'] as [Record<string, unknown>];
    assert.equal(invoice['isDraft'], true);
    assert.equal(invoice['currency'], 'EUR');
    const pdf = await owner.get(`/api/invoices/2026-11/${String(invoice['number'])}/pdf`);
    assert.equal(pdf.headers['content-type'], 'application/pdf');
    assert.match(Buffer.from(pdf.text, 'base64').toString('latin1'), /^%PDF-1\.4/);
  });

  // `usage show` said 7, the invoice 4 and “included 4” of 1,000, and nothing said why.
  it('say which units of an earlier plan count first, so that usage and invoice can be compared', async () => {
    const { portal, owner } = await anOrganisation();
    await portal.spend('acme', 4);
    portal.nowMs += 1000;
    await owner.post('/api/plan', { body: { plan: 'pro', version: 2 } });
    await portal.spend('acme', 4);

    const { current, history } = (await owner.get('/api/usage')).body as {
      readonly current: readonly Record<string, unknown>[];
      readonly history: readonly Record<string, unknown>[];
    };
    const { invoices } = (await owner.get('/api/invoices/2026-11')).body as {
      readonly invoices: readonly {
        readonly lines: readonly Record<string, unknown>[];
        readonly notes: readonly string[];
      }[];
    };

    assert.deepEqual(
      current.map(({ counted, used, left }) => [counted, used, left]),
      [[7, 4, 993]],
    );
    // The history said 3 and 7 used for 7 requests.
    assert.deepEqual(
      history.map(({ plan, used }) => [plan, used]),
      [
        ['Free', 3],
        ['Professional', 4],
      ],
    );
    const lines = invoices.flatMap((invoice) => invoice.lines);
    assert.deepEqual(
      lines.map(({ used }) => used),
      [3, 4],
    );
    assert.match(
      invoices.flatMap(({ notes }) => notes).join('\n'),
      /plan Professional: 3 units used in the same period before the change to this plan are counted first/,
    );
  });

  it('that do not exist are unknown, whatever the path says', async () => {
    const { owner } = await anOrganisation();
    for (const path of ['2026-13', '2027-01', '2026-11/other/pdf', '__proto__'])
      assert.equal((await owner.get(`/api/invoices/${path}`)).status, 404, path);
    assert.equal((await owner.get('/api/invoices/..')).status, 400);
  });
});

describe('members in the portal', () => {
  it('join by an invitation of an owner, and lose their session with their role or membership', async () => {
    const { portal, owner } = await anOrganisation();
    const invited = await owner.post('/api/invitations', { body: { role: 'developer' } });
    const developer = new Browser(portal);
    const accepted = await developer.post('/session/invitation', {
      body: { invitation: invited.body['invitation'], name: 'Dev' },
    });
    assert.equal(accepted.status, 200);
    const { id } = accepted.body['member'] as { readonly id: string };
    assert.equal((await developer.get('/api/keys')).status, 200);

    const { body } = await owner.get('/api/members');
    const { version } = (
      body['members'] as readonly { readonly id: string; readonly version: number }[]
    ).find((member) => member.id === id) ?? { version: 0 };
    const changed = await owner.post(`/api/members/${id}/role`, {
      body: { role: 'billing', version: version + 1 },
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await developer.get('/api/keys')).body['code'], 'SESSION_ENDED');
  });

  it('keep an owner, even if two owners remove each other at the same time', async () => {
    const { portal, owner } = await anOrganisation();
    const other = await portal.join('acme', 'owner', 'Second');
    const answers = await Promise.all([
      owner.post(`/api/members/${other.memberId}/remove`),
      other.post(`/api/members/${owner.memberId}/remove`),
    ]);
    assert.ok(answers.some(({ status }) => status === 200));
    const left = [...portal.tables.portal.items].filter(
      ([name, item]) => name.startsWith('ORG#acme\nMEMBER#') && item['doc'] !== undefined,
    );
    assert.equal(left.length, 1);
    const last = left[0]?.[0].endsWith(owner.memberId) === true ? owner : other;
    const refused = await last.post(`/api/members/${last.memberId}/remove`);
    assert.deepEqual([refused.status, refused.body['code']], [409, 'OWNER_REQUIRED']);
  });

  it('see who changed what', async () => {
    const { owner } = await anOrganisation();
    await makeKey(owner, 'build');
    const { body } = await owner.get('/api/log');
    const entries = body['entries'] as readonly {
      readonly what: string;
      readonly byName: string;
      readonly on: string;
    }[];
    assert.deepEqual(entries.map(({ what, on }) => [what, on]).toSorted(), [
      ['invited', 'owner'],
      ['joined', 'owner'],
      ['made-key', 'build'],
    ]);
  });
});

describe('a suspended organisation', () => {
  it('sees everything and can change nothing except revoke a key', async () => {
    const { portal, owner } = await anOrganisation();
    const { keyId } = await makeKey(owner);
    await portal.setState('acme', 'suspended');
    assert.equal((await owner.get('/api/usage')).status, 200);
    assert.equal(
      (await owner.post('/api/keys', { body: { name: 'x' } })).body['code'],
      'ORGANISATION_SUSPENDED',
    );
    assert.equal((await owner.post(`/api/keys/${keyId}/revoke`)).status, 200);
  });

  it('that is closed has no sessions', async () => {
    const { portal, owner } = await anOrganisation();
    await portal.setState('acme', 'closed');
    assert.equal((await owner.get('/api/usage')).body['code'], 'SESSION_ENDED');
    assert.equal((await owner.get('/session')).body['code'], 'SESSION_ENDED');
  });
});

describe('a name that is changed twice', () => {
  for (const [folder, body] of [
    ['keys', { name: 'first' }],
    ['webhooks', { name: 'first', source: 'orders' }],
  ] as const)
    it(`is not in the log once more if the first change is repeated afterwards (${folder})`, async () => {
      const portal = new Portal();
      await portal.addCustomer('acme', 'free', 'Acme');
      const owner = await portal.join('acme', 'owner');
      const made = (await owner.post(`/api/${folder}`, { body })).body;
      const path = `/api/${folder}/${String(made['keyId'] ?? made['endpointId'])}/rename`;
      const rename = (name: string, id: string) =>
        owner.post(path, { body: { name }, headers: { 'idempotency-key': id } });
      for (const [name, id] of [
        ['second', '1'],
        ['third', '2'],
        ['second', '1'],
      ] as const)
        assert.equal((await rename(name, id)).status, 200);
      const { entries } = (await owner.get('/api/log')).body as {
        readonly entries: readonly { readonly what: string; readonly on: string }[];
      };
      const renamed = entries.filter(({ what }) => what.startsWith('renamed-')).map(({ on }) => on);
      assert.deepEqual(renamed.toSorted(), ['first → second', 'second → third']);
    });
});
