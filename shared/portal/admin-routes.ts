/**
 * The admin routes of the portal: invitations, members and log of any organisation, and the titles of the plans. IAM
 * decides who may call which route.
 */
import { customerUnknown, DomainError, RequestInvalid } from '../errors.ts';
import { oneOf, optional, text, wholeNumber } from '../http/fields.ts';
import { jsonReply } from '../http/reply.ts';
import { changeRoute, readRoute } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { findCustomer } from '../quota/admin/find-customer.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { bindOrganisation } from './bound-ports.ts';
import { listLog, LOG_CURSOR } from './change-log.ts';
import type { Actor } from './change-log.ts';
import { invite, listInvitations, withdrawInvitation } from './invitations.ts';
import { listMembers, PROVIDER, removeMember, ROLES } from './members.ts';
import { isEmail } from './oidc.ts';
import type { CompiledPortal } from './compiled-portal.ts';
import type { PortalPorts } from './portal-ports.ts';
import { showInvitation } from './routes/member-routes.ts';

export type PortalAdminPorts = {
  readonly ports: PortalPorts;
  /** The table of customers. Only customer records are read from it. */
  readonly customers: Pick<AdminPorts, 'store'>;
  /** The offers of the portal. Only the names of the plans are read from them. */
  readonly portal: Pick<CompiledPortal, 'offers'>;
  /** The address of the portal without a slash at the end, for the link of an invitation. */
  readonly portalUrl: string;
};

const INFO = {
  title: 'Gatewright portal',
  version: '1',
  description:
    "Members and invitations of the portal's organisations. In paths, ~1 stands for / and ~0 for ~.",
};
const DAY_SECONDS = 86_400;
const LIFETIME = { min: 600, max: 30 * DAY_SECONDS };
const DONE = { description: 'Done' };

export function portalAdminRoutes(admin: PortalAdminPorts): readonly Route[] {
  const openApi = readRoute(
    {
      path: '/portal/openapi.json',
      id: 'describePortalApi',
      summary: 'This description',
      answer: { description: 'OpenAPI 3.1' },
    },
    async () => {
      const { describeRoutes } = await import('../http/openapi.ts');
      return jsonReply(200, describeRoutes(INFO, routes));
    },
  );
  const routes: readonly Route[] = [
    openApi,
    plansRoute(admin),
    ...readRoutes(admin),
    inviteRoute(admin),
    ...changeRoutes(admin),
  ];
  return routes;
}

/** Commands need these names to print the sentences that customers read in the portal. */
function plansRoute({ portal: { offers } }: PortalAdminPorts): Route {
  return readRoute(
    {
      path: '/portal/plans',
      id: 'listPlanTitles',
      summary: 'The plans of the portal, with the names that customers see',
      answer: { description: 'Plans and their titles' },
    },
    () =>
      Promise.resolve(jsonReply(200, { plans: offers.plans.map(({ plan, title }) => ({ plan, title })) })),
  );
}

function readRoutes({ ports, customers }: PortalAdminPorts): readonly Route[] {
  return [
    readRoute(
      {
        path: '/portal/organisations/{tenant}',
        id: 'showOrganisation',
        summary: 'Members and open invitations of a customer',
        answer: { description: 'Members and invitations' },
      },
      async ({ path: { tenant } }) => {
        await requireCustomer(customers, tenant);
        const own = bindOrganisation(ports, tenant);
        const [members, invitations] = await Promise.all([
          listMembers(own, tenant),
          listInvitations(own, tenant),
        ]);
        return jsonReply(200, {
          tenant,
          members: members.map(({ account, name, email, role, sinceEpochMs }) => ({
            id: account,
            name,
            ...(email !== undefined && { email }),
            role,
            since: new Date(sinceEpochMs).toISOString(),
          })),
          invitations: invitations.map(showInvitation),
        });
      },
    ),
    readRoute(
      {
        path: '/portal/organisations/{tenant}/log',
        id: 'showOrganisationLog',
        summary: 'Who changed what in the portal, newest first',
        query: { cursor: optional(text('`next` of the previous page', { pattern: LOG_CURSOR })) },
        answer: { description: 'A page of changes' },
      },
      async ({ path: { tenant }, query: { cursor } }) =>
        jsonReply(200, await listLog(bindOrganisation(ports, tenant), tenant, cursor)),
    ),
  ];
}

function inviteRoute({ ports, customers, portalUrl }: PortalAdminPorts): Route {
  return changeRoute(
    {
      method: 'POST',
      path: '/portal/organisations/{tenant}/invitations',
      id: 'inviteToOrganisation',
      summary: 'Creates an invitation, whose link is shown only once',
      body: {
        role: optional(oneOf('Default: owner.', ROLES)),
        email: optional(
          text(
            'Email address of the new member, for alerts. By passing it, you confirm that the address is theirs.',
            {
              maxLength: 254,
            },
          ),
        ),
        member: optional(text('Id of the member whose sign-in the invitation renews.')),
        lifetimeSeconds: optional(wholeNumber('Default: three days.', LIFETIME)),
      },
      answer: { description: 'The invitation' },
    },
    async ({ path: { tenant }, body, signer }) => {
      const { role = 'owner', email, member, lifetimeSeconds } = body;
      if (email !== undefined && !isEmail(email))
        throw new RequestInvalid('email', 'must be a plain address such as ann@example.com');
      await requireCustomer(customers, tenant);
      const wanted = {
        tenant,
        role,
        ...(email !== undefined && { email }),
        ...(member !== undefined && { member }),
        ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
      };
      const { invitation, secret } = await invite(bindOrganisation(ports, tenant), wanted, actorOf(signer));
      return {
        ...jsonReply(200, {
          ...showInvitation(invitation),
          tenant,
          invitation: secret,
          // A browser does not send the fragment to the server, so no log of the portal contains the secret.
          link: `${portalUrl}/#/invitation/${secret}`,
        }),
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      };
    },
  );
}

function changeRoutes({ ports }: PortalAdminPorts): readonly Route[] {
  return [
    changeRoute(
      {
        method: 'POST',
        path: '/portal/organisations/{tenant}/invitations/{id}/withdraw',
        id: 'withdrawFromOrganisation',
        summary: 'Withdraws an invitation',
        body: {},
        answer: DONE,
      },
      async ({ path: { tenant, id }, signer }) => {
        await withdrawInvitation(bindOrganisation(ports, tenant), tenant, id, actorOf(signer));
        return jsonReply(200, { tenant, id });
      },
    ),
    changeRoute(
      {
        method: 'POST',
        path: '/portal/organisations/{tenant}/members/{id}/remove',
        id: 'removeFromOrganisation',
        summary: 'Removes a member, even the last owner, and ends their sessions',
        body: {},
        answer: DONE,
      },
      async ({ path: { tenant, id }, signer }) => {
        const removed = { tenant, account: id, mayRemoveLastOwner: true };
        await removeMember(bindOrganisation(ports, tenant), removed, actorOf(signer));
        return jsonReply(200, { tenant, id });
      },
    ),
  ];
}

/** Members see the owner of the APIs by this name, and never by an ARN. */
function actorOf(signer: string): Actor {
  return { id: signer, name: PROVIDER };
}

async function requireCustomer(customers: Pick<AdminPorts, 'store'>, tenant: string): Promise<void> {
  const customer = await findCustomer(customers, tenant);
  if (customer === undefined) throw customerUnknown(tenant);
  if (customer.state === 'closed')
    throw new DomainError('CUSTOMER_CLOSED', 'the customer is closed, so nobody can be invited');
}
