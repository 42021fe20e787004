/** The people of customers in the console: read, invited and withdrawn through the admin routes, as by the command. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { openPortalBook } from '../../../../../../packages/toolkit/stack/portal/commands/portal-book.ts';
import { Browser, ORIGIN, PORTAL, Portal } from '../../../../../support/a-portal.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const LOCAL = 'http://127.0.0.1:3001';
const portal = new Portal();
let admin: QuotaAdminServer;

before(async () => {
  const { ports, usage: customers } = portal;
  const routes = portalAdminRoutes({ ports, customers, portal: PORTAL, portalUrl: ORIGIN });
  admin = await openQuotaAdmin(customers, () => (portal.nowMs += 1), {}, routes);
  await portal.addCustomer('acme', 'free', 'Acme Ltd');
  await portal.addCustomer('gone', 'free');
  await portal.setState('gone', 'closed');
});
after(() => admin.close());

const book = openPortalBook(() => ({
  admin: { origin: admin.url, region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 's' },
  portalUrl: LOCAL,
}));

async function membersByCommand(tenant: string): Promise<unknown> {
  const { code, stdout, stderr } = await runCommandHere(
    ['portal', 'members', tenant, '--url', admin.url, '--json'],
    {
      cwd: tmpdir(),
      environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
    },
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('the people of a customer in the console', () => {
  it('are invited by a link to the portal of this gateway, which lets one person in, and then listed', async () => {
    assert.deepEqual(await book.organisation('acme'), {
      hasPortal: true,
      roles: ['owner', 'developer', 'billing'],
      members: [],
      invitations: [],
    });
    const made = await book.invite('acme', 'developer');
    assert.match(made.link, /^http:\/\/127\.0\.0\.1:3001\/#\/invitation\/gwinv_[0-9a-f]{64}$/);
    assert.equal(made.role, 'developer');

    const { invitations } = await book.organisation('acme');
    assert.deepEqual(
      invitations.map(({ role, by, expiresAt }) => [role, by, expiresAt]),
      [['developer', 'the provider of the API', made.expiresAt]],
    );
    assert.ok(!JSON.stringify(invitations).includes('gwinv_'), 'the secret is shown once');

    const invitation = made.link.slice(made.link.indexOf('gwinv_'));
    const joined = await new Browser(portal).post('/session/invitation', {
      body: { invitation, name: 'Dev' },
    });
    assert.equal(joined.status, 200, joined.text);
    const { members, invitations: left } = await book.organisation('acme');
    assert.deepEqual(
      members.map(({ name, role }) => [name, role]),
      [['Dev', 'developer']],
    );
    assert.deepEqual(left, []);
  });

  it('are those that the command lists, and an invitation that is withdrawn here is gone there', async () => {
    const made = await book.invite('acme', 'owner');
    const [open] = (await book.organisation('acme')).invitations;
    assert.ok(open !== undefined);
    const listed = (await membersByCommand('acme')) as { readonly invitations: readonly { id: string }[] };
    assert.deepEqual(
      listed.invitations.map(({ id }) => id),
      [open.id],
    );

    await book.withdraw('acme', open.id);
    const after = (await membersByCommand('acme')) as { readonly invitations: readonly unknown[] };
    assert.deepEqual(after.invitations, []);
    const invitation = made.link.slice(made.link.indexOf('gwinv_'));
    const refused = await new Browser(portal).post('/session/invitation', {
      body: { invitation, name: 'X' },
    });
    assert.equal(refused.body['code'], 'INVITATION_INVALID');
  });

  const refused: readonly (readonly [name: string, ask: () => Promise<unknown>, message: RegExp])[] = [
    ['a customer without a record', () => book.invite('nobody', 'owner'), /CUSTOMER_UNKNOWN/],
    ['a closed customer', () => book.invite('gone', 'owner'), /CUSTOMER_CLOSED/],
    ['a role that does not exist', () => book.invite('acme', 'king'), /role/],
    ['an invitation that is not open', () => book.withdraw('acme', 'a'.repeat(16)), /INVITATION_INVALID/],
  ];
  for (const [name, ask, message] of refused)
    it(`are not changed for ${name}`, () => assert.rejects(ask, message));

  it('are none if the gateway serves no portal, and nobody can be invited', async () => {
    const none = openPortalBook(() => ({ admin: undefined, portalUrl: undefined }));
    assert.equal((await none.organisation('acme')).hasPortal, false);
    await assert.rejects(() => none.invite('acme', 'owner'), /has no portal: add portal to parts/);
  });
});
