/**
 * Every route of the portal × every id of another organisation × every role, with a session, without one, with one that
 * has ended, and after the member was removed. Nothing of the other organisation may be seen, changed or inferred.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { ROLES } from '#shared/portal/members.ts';
import type { Role } from '#shared/portal/members.ts';
import { MEMBER_ROUTES } from '#shared/portal/serve-member.ts';
import type { MemberContext, MemberRoute } from '#shared/portal/member-route.ts';
import { setPlan } from '#shared/quota/admin/customers.ts';
import { Browser, PORTAL, Portal } from '../../support/a-portal.ts';
import type { Answer } from '../../support/a-portal.ts';

/** Texts that only the other organisation has. */
const FOREIGN = ['globex', 'Globex', 'gx-key', 'gx-hook', 'gx-owner', 'gx-invited'];
const FOREIGN_ITEM = /does not belong to the tenant of the session/;
const UNKNOWN_ID = {
  keyId: 'ABCDEFGHIJKLMNOP',
  endpointId: 'ABCDEFGHIJKLMNOP',
  id: 'f'.repeat(32),
  month: '2026-11',
  number: '2026-11-ffffffffffff-1',
};
const BODIES: Readonly<Record<string, object>> = {
  makeKey: { name: 'x' },
  renameKey: { name: 'x' },
  rotateKey: { overlapSeconds: 0 },
  makeEndpoint: { source: 'orders', name: 'x' },
  renameEndpoint: { name: 'x' },
  rotateEndpoint: { overlapSeconds: 0 },
  previewPlan: { plan: 'pro' },
  changePlan: { plan: 'pro', version: 2 },
  saveAlerts: { version: 1, alerts: [{ limit: 'monthly', percent: 50 }] },
  inviteMember: { role: 'developer' },
  changeRole: { role: 'owner', version: 2 },
};

type Ids = Readonly<Record<keyof typeof UNKNOWN_ID, string>>;

const GROUPS = await Promise.all([...new Set(MEMBER_ROUTES.values())].map((load) => load()));
const ROUTES: readonly MemberRoute[] = GROUPS.flatMap((make) => make({ portal: PORTAL } as MemberContext));

function pathOf({ route }: MemberRoute, ids: Ids): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name as keyof Ids]);
}

function send(browser: Browser, { route }: MemberRoute, path: string, over: object = {}): Promise<Answer> {
  const body = { ...BODIES[route.description.id], ...over };
  return route.method === 'GET' ? browser.get(path) : browser.post(path, { body });
}

describe('the organisations of the portal', () => {
  let portal: Portal;
  let foreign: readonly Ids[];
  let snapshot: string;

  let organisations = 0;
  /** A member of an organisation of his own. */
  const join = async (role: Role, tenant = `acme-${(organisations += 1)}`): Promise<Browser> => {
    await portal.addCustomer(tenant, 'free', 'Acme').catch(() => undefined);
    return portal.join(tenant, role);
  };

  /** Everything that is stored about the other organisation. */
  const ofGlobex = (): string =>
    JSON.stringify(
      Object.values(portal.tables).flatMap(({ items }) =>
        [...items].filter(([name, item]) => `${name}${JSON.stringify(item)}`.includes('globex')),
      ),
    );

  before(async () => {
    portal = new Portal();
    await portal.addCustomer('globex', 'pro', 'Globex');
    const owner = await portal.join('globex', 'owner', 'gx-owner');
    const { body: key } = await owner.post('/api/keys', { body: { name: 'gx-key' } });
    const { body: hook } = await owner.post('/api/webhooks', { body: { source: 'orders', name: 'gx-hook' } });
    const { body: invitation } = await owner.post('/api/invitations', { body: { role: 'billing' } });
    await portal.spend('globex', 7);
    const { body: invoices } = await owner.get('/api/invoices/2026-11');
    const [{ number }] = invoices['invoices'] as [{ readonly number: string }];
    const ids = {
      keyId: String(key['keyId']),
      endpointId: String(hook['endpointId']),
      month: '2026-11',
      number,
    };
    foreign = [
      { ...ids, id: owner.memberId },
      { ...ids, id: String(invitation['id']) },
    ];
    snapshot = ofGlobex();
  });

  it('have the routes of docs/design/portal.md, with the roles that it names', async () => {
    const page = await readFile(new URL('../../../docs/design/portal.md', import.meta.url), 'utf8');
    const documented = page.split('\n').flatMap((line) => {
      const [, route, roles] = /^\| `((?:GET|POST) \/api\S*)`.*\| ([a-z, ]+?) *\|$/.exec(line) ?? [];
      return route === undefined ? [] : [`${route}: ${roles ?? ''}`];
    });
    const served = ROUTES.map(({ route, roles }) => {
      const names = roles.length === ROLES.length ? 'all' : roles.join(', ');
      return `${route.method} ${route.path}: ${names}`;
    });
    assert.deepEqual(served.toSorted(), documented.toSorted());
  });

  for (const role of ROLES)
    it(`are closed to a ${role} of another: every route with every foreign id answers as for an unknown id`, async () => {
      for (const member of ROUTES)
        for (const ids of foreign) {
          // Each with a session of its own, because some routes end it.
          const [one, other] = [await join(role), await join(role)];
          const answer = await send(one, member, pathOf(member, ids));
          const unknown = await send(other, member, pathOf(member, UNKNOWN_ID));
          const name = `${member.route.method} ${member.route.path} as ${role}`;
          assert.ok(!FOREIGN.some((text) => answer.text.includes(text)), `${name}: ${answer.text}`);
          if (/\{(?!month)/.test(member.route.path)) {
            assert.ok(answer.status >= 400, name);
            assert.deepEqual([answer.status, answer.text], [unknown.status, unknown.text], name);
          }
          if (!member.roles.includes(role)) assert.equal(answer.body['code'], 'ROLE_INSUFFICIENT', name);
          assert.equal(ofGlobex(), snapshot, name);
        }
    });

  it('are closed without a session, with an invented one, and with one of which the token is missing', async () => {
    for (const member of ROUTES) {
      const path = pathOf(member, foreign[0] ?? UNKNOWN_ID);
      const nobody = new Browser(portal);
      const liar = new Browser(portal);
      liar.cookies.set('__Host-gw-portal-session', 'a'.repeat(64));
      for (const browser of [nobody, liar])
        assert.deepEqual(
          (await send(browser, member, path)).body['code'],
          'SESSION_ENDED',
          member.route.path,
        );
      if (member.route.method === 'GET') continue;
      const careless = await join('owner');
      careless.csrf = undefined;
      assert.equal((await send(careless, member, path)).body['code'], 'ORIGIN_REFUSED', member.route.path);
    }
  });

  it('are closed to a member who was removed, and to a session that was ended, also if the request is replayed', async () => {
    for (const member of ROUTES) {
      const owner = await join('owner');
      const removed = await join('developer', `acme-${organisations}`);
      assert.equal((await owner.post(`/api/members/${removed.memberId}/remove`)).status, 200);
      const ended = await join('owner');
      const cookies = new Map(ended.cookies);
      assert.equal((await ended.post('/session/end')).status, 200);
      for (const [name, value] of cookies) ended.cookies.set(name, value);
      for (const browser of [removed, ended]) {
        const answer = await send(browser, member, pathOf(member, foreign[0] ?? UNKNOWN_ID));
        assert.equal(answer.body['code'], 'SESSION_ENDED', member.route.path);
      }
    }
    assert.equal(ofGlobex(), snapshot);
  });

  it('cannot be named in a body, a query or a header', async () => {
    for (const member of ROUTES.filter(({ route }) => route.method === 'POST')) {
      const owner = await join('owner');
      for (const name of ['tenant', 'organisation', 'customer', 'account']) {
        const answer = await send(owner, member, pathOf(member, UNKNOWN_ID), { [name]: 'globex' });
        assert.ok(answer.status >= 400, `${member.route.path} took ${name}`);
      }
    }
    assert.equal(ofGlobex(), snapshot);
  });

  it('cannot be entered by an account that is not a member, which cannot tell whether they exist', async () => {
    const owner = await join('owner');
    const answers = await Promise.all(
      ['globex', 'nobody'].map((organisation) => owner.post('/session/switch', { body: { organisation } })),
    );
    assert.deepEqual(answers[0]?.text, answers[1]?.text);
    assert.equal(answers[0]?.body['code'], 'ORGANISATION_MISSING');
  });
});

describe('the ports of a member', () => {
  it('refuse every key of another tenant, also by names that begin with the same letters', async () => {
    const portal = new Portal();
    for (const tenant of ['acme', 'acme#x', 'acme2', 'a%23b']) await portal.addCustomer(tenant);
    const { bindUsagePorts, bindOrganisation } = await import('#shared/portal/bound-ports.ts');
    const usage = bindUsagePorts(portal.usage, 'acme');
    const ports = bindOrganisation(portal.ports, 'acme');
    for (const tenant of ['acme#x', 'acme2', 'a%23b'])
      await assert.rejects(
        async () =>
          setPlan(
            usage,
            { operationId: randomUUID(), by: 'me', atEpochMs: portal.nowMs + 1 },
            { tenant, plan: 'pro', version: 2 },
          ),
        FOREIGN_ITEM,
      );
    for (const pk of ['ORG#acme2', 'ORG#acme%23x', 'SESSION#x', 'ORG#'])
      assert.throws(() => ports.store.read({ pk, sk: 'ALERTS' }), FOREIGN_ITEM);
    assert.throws(() => usage.listing.list({ list: 'CUSTOMERS', limit: 1 }), FOREIGN_ITEM);
    assert.throws(() => usage.listing.list({ limit: 1 }), FOREIGN_ITEM);
    assert.throws(
      () => usage.listing.range({ pk: 'AUDIT#2026-11-19', from: '0', to: 'z', limit: 1 }),
      FOREIGN_ITEM,
    );
    const changes = [
      { kind: 'put', item: { news: 'x' } },
      { kind: 'update', set: { doc: '{}' } },
      { kind: 'update', set: { news: 'x', doc: '{}' } },
      { kind: 'update', set: { news: 'x' }, remove: ['doc'] },
      { kind: 'update', set: { news: 'x' }, add: { ver: 1 } },
      { kind: 'update', add: { ver: 1 } },
    ] as const;
    const key = { pk: 'PLAN#free', sk: 'V' };
    for (const change of changes)
      assert.throws(() => usage.store.update({ purpose: 'plan', key, when: [], change }), FOREIGN_ITEM);
    const told = await usage.store.update({
      purpose: 'assign',
      key,
      when: [{ attribute: 'ver', is: 'present' }],
      change: { kind: 'update', set: { news: 'x' } },
    });
    assert.equal(told.kind, 'done', 'a change to the record is told by the news of its plan');
    assert.throws(
      () =>
        ports.store.update({
          purpose: 'plan',
          key,
          when: [],
          change: { kind: 'update', set: { news: 'x' } },
        }),
      FOREIGN_ITEM,
    );
  });

  it('show the keys and endpoints of another tenant as unknown, and refuse to write them or one in its name', async () => {
    const portal = new Portal();
    for (const tenant of ['acme', 'globex']) await portal.addCustomer(tenant);
    const other = await portal.join('globex', 'owner');
    const { body: key } = await other.post('/api/keys', { body: { name: 'a' } });
    const { body: hook } = await other.post('/api/webhooks', { body: { source: 'orders', name: 'a' } });
    const { bindAccessPorts } = await import('#shared/portal/bound-ports.ts');
    const { store, listing } = bindAccessPorts(portal.tables.access, 'acme');
    const put = (pk: string, sk: string, tenant: string, is: 'absent' | 'present') =>
      ({
        purpose: 'endpoint',
        key: { pk, sk },
        when: [{ attribute: 'ver', is }],
        change: { kind: 'put', item: { ver: 2, doc: JSON.stringify({ tenant }) } },
      }) as const;
    for (const [pk, sk] of [
      [`KEY#${String(key['keyId'])}`, 'KEY'],
      [`ENDPOINT#${String(hook['endpointId'])}`, 'ENDPOINT'],
    ] as const) {
      const read = await store.read({ pk, sk });
      assert.ok(read.kind === 'done' && read.item === undefined, pk);
      assert.throws(() => store.update(put(pk, sk, 'acme', 'present')), FOREIGN_ITEM, pk);
      assert.throws(() => store.transact([put(pk, `OP#1`, 'acme', 'absent')]), FOREIGN_ITEM, pk);
      assert.throws(() => store.update(put(`${pk}new`, sk, 'globex', 'absent')), FOREIGN_ITEM, pk);
      assert.throws(() => listing.range({ pk, from: 'OP#', to: 'OP$', limit: 1 }), FOREIGN_ITEM, pk);
      // A new one does not replace the other tenant's, because the table refuses the write.
      assert.equal((await store.update(put(pk, sk, 'acme', 'absent'))).kind, 'refused', pk);
    }
    for (const pk of ['TENANT#globex', 'TENANT#acme2', 'WEBHOOK#orders', 'REVOKED#x', 'ENDPOINT']) {
      await assert.rejects(async () => store.read({ pk, sk: 'ENDPOINTS' }), FOREIGN_ITEM, pk);
      assert.throws(() => store.update(put(pk, 'ENDPOINTS', 'acme', 'absent')), FOREIGN_ITEM, pk);
    }
  });
});
