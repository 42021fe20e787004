/**
 * Lists the members of customers and invites new ones, for the console. Uses the same admin routes as `gatewright
 * portal`.
 */
import { membersOf } from '@gatewright/aws/json-object';
import { UsageError } from '../../../../base/terminal/output.ts';
import type { PortalBook, ShownOrganisation } from '../../../../gateway/engine/index.ts';
import type { AdminFlags, AdminTarget } from '../../../terminal/admin-client.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { changeOrganisation, inviteMember, readOrganisation, withdrawalOf } from './portal-calls.ts';

/** The parts of the toolkit that the running gateway serves. */
type ServedToolkit = {
  readonly admin: AdminTarget | undefined;
  /** The address of the portal; undefined if the stack has none. */
  readonly portalUrl: string | undefined;
};

const NO_PORTAL: ShownOrganisation = { hasPortal: false, roles: [], members: [], invitations: [] };

export function openPortalBook(find: () => ServedToolkit): PortalBook {
  const require = (): AdminFlags => {
    const { admin, portalUrl } = find();
    if (admin !== undefined && portalUrl !== undefined) return { target: admin };
    throw new UsageError(
      'This gateway has no portal: add portal to parts in gatewright.yml, and start it again.',
    );
  };
  return {
    organisation: async (tenant) =>
      find().portalUrl === undefined ? NO_PORTAL : showOrganisation(tenant, require()),
    async invite(tenant, role) {
      const made = await inviteMember(tenant, { role }, require(), find().portalUrl);
      return {
        link: made.link,
        role: textAt(made, 'role') ?? role,
        expiresAt: textAt(made, 'expiresAt') ?? '',
      };
    },
    async withdraw(tenant, id) {
      await changeOrganisation(tenant, withdrawalOf(id), require());
    },
  };
}

async function showOrganisation(tenant: string, flags: AdminFlags): Promise<ShownOrganisation> {
  // Loaded on demand, because in most runs nobody opens a customer in the console.
  const [answer, { ROLES: roles }] = await Promise.all([
    readOrganisation(tenant, flags),
    import('#shared/portal/members.ts'),
  ]);
  return {
    hasPortal: true,
    roles,
    members: listAt(answer, 'members')
      .map(membersOf)
      .map((member) => ({
        id: String(member['id']),
        name: String(member['name']),
        role: String(member['role']),
        email: textAt(member, 'email'),
        since: String(member['since']),
      })),
    invitations: listAt(answer, 'invitations')
      .map(membersOf)
      .map(({ id, role, by, expiresAt }) => ({
        id: String(id),
        role: String(role),
        by: String(by),
        expiresAt: String(expiresAt),
      })),
  };
}
