/** Members and invitations of the organisation, and its log. */
import { oneOf, optional, text, wholeNumber } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import { listLog, LOG_CURSOR } from '../change-log.ts';
import { invite, listInvitations, withdrawInvitation } from '../invitations.ts';
import type { Invitation } from '../invitations.ts';
import { EVERYBODY, OWNERS } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { changeRole, listMembers, removeMember, ROLES } from '../members.ts';
import type { Member } from '../members.ts';
import type * as Answers from '../answers.ts';

const DONE = { description: 'Done' };
const ROLE = oneOf('Role in the organisation', ROLES);

export function memberRoutes(context: MemberContext): readonly MemberRoute[] {
  const { tenant, ports } = context;
  return [
    {
      roles: OWNERS,
      route: readRoute(
        { path: '/api/members', id: 'listMembers', summary: 'Members and invitations', answer: DONE },
        async () => {
          const [members, invitations] = await Promise.all([
            listMembers(ports, tenant),
            listInvitations(ports, tenant),
          ]);
          return jsonReply<Answers.Members>(200, {
            members: members.map((member) => showMember(member, context)),
            invitations: invitations.map(showInvitation),
          });
        },
      ),
    },
    ...invitationRoutes(context),
    ...changeRoutes(context),
    {
      roles: EVERYBODY,
      route: readRoute(
        {
          path: '/api/log',
          id: 'listLog',
          summary: 'Who changed what, newest first',
          query: { cursor: optional(text('`next` of the previous page', { pattern: LOG_CURSOR })) },
          answer: DONE,
        },
        async ({ query: { cursor } }) =>
          jsonReply<Answers.LogPage>(200, await listLog(ports, tenant, cursor)),
      ),
    },
  ];
}

function invitationRoutes({ tenant, ports, actor }: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: OWNERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/invitations',
          id: 'inviteMember',
          summary: 'Creates an invitation, whose link is shown only once',
          body: { role: optional(ROLE), member: optional(text('Id of the member whose sign-in is renewed')) },
          answer: DONE,
        },
        async ({ body: { role = 'developer', member } }) => {
          const wanted = { tenant, role, ...(member !== undefined && { member }) };
          const { invitation, secret } = await invite(ports, wanted, actor);
          return jsonReply<Answers.NewInvitation>(200, { ...showInvitation(invitation), invitation: secret });
        },
      ),
    },
    {
      roles: OWNERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/invitations/{id}/withdraw',
          id: 'withdrawInvitation',
          summary: 'Withdraws an invitation',
          body: {},
          answer: DONE,
        },
        async ({ path: { id } }) => {
          await withdrawInvitation(ports, tenant, id, actor);
          return jsonReply(200, {});
        },
      ),
    },
  ];
}

function changeRoutes(context: MemberContext): readonly MemberRoute[] {
  const { tenant, ports, actor } = context;
  return [
    {
      roles: OWNERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/members/{id}/role',
          id: 'changeRole',
          summary: 'Changes the role of a member, and ends the sessions of this member',
          body: {
            role: ROLE,
            version: wholeNumber("One more than the member's version", {
              min: 2,
              max: Number.MAX_SAFE_INTEGER,
            }),
          },
          answer: DONE,
        },
        async ({ path: { id }, body }) => {
          const changed = await changeRole(ports, { tenant, account: id, ...body }, actor);
          return jsonReply(200, showMember(changed, context));
        },
      ),
    },
    {
      roles: OWNERS,
      route: changeRoute(
        {
          method: 'POST',
          path: '/api/members/{id}/remove',
          id: 'removeMember',
          summary: 'Removes a member, and ends the sessions of this member',
          body: {},
          answer: DONE,
        },
        async ({ path: { id } }) => {
          await removeMember(ports, { tenant, account: id }, actor);
          return jsonReply(200, {});
        },
      ),
    },
  ];
}

function showMember(
  { account, name, email, role, sinceEpochMs, version }: Member,
  { member }: MemberContext,
): Answers.Member {
  return {
    id: account,
    name,
    ...(email !== undefined && { email }),
    role,
    since: new Date(sinceEpochMs).toISOString(),
    version,
    isYou: account === member.account,
  };
}

export function showInvitation({ id, role, member, by, endsAtEpochMs }: Invitation): Answers.Invitation {
  return {
    id,
    role,
    ...(member !== undefined && { member }),
    by,
    expiresAt: new Date(endsAtEpochMs).toISOString(),
  };
}
