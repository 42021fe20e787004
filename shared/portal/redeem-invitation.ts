/** Redeems an invitation: finds it by its secret, and makes the invited person a member. */
import { logWrite } from './change-log.ts';
import { invitationInvalid, isInvitation, parseInvitation } from './invitations.ts';
import type { Invitation } from './invitations.ts';
import { findMember, membershipWrite, parseMember, putMember, ROLES } from './members.ts';
import type { Member } from './members.ts';
import { invitationKey, invitationSecretKey, memberKey } from './portal-items.ts';
import { readPortalItem, writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

/** The account that redeems an invitation: an account of the issuer, or a new account that the portal creates. */
export type Redeemer = {
  readonly account: string;
  readonly name: string;
  readonly email?: string;
  /** The account is new, so nobody has signed in to it. */
  readonly isNew?: true;
};

/**
 * Finds the invitation of a secret, if it can still be redeemed.
 * @throws DomainError INVITATION_INVALID, with the same message for every reason; STORE_UNAVAILABLE
 */
export async function findInvitation(
  ports: Pick<PortalPorts, 'store' | 'clock'>,
  secret: string,
): Promise<Invitation> {
  const named = isInvitation(secret) ? await readPortalItem(ports, invitationSecretKey(secret)) : undefined;
  if (named === undefined) throw invitationInvalid();
  const tenant = String(named['tenant']);
  const item = await readPortalItem(ports, invitationKey(tenant, String(named['id'])));
  if (item?.['state'] !== 'open') throw invitationInvalid();
  // A newer version of this function may have other roles, which may allow less than the roles that this version knows.
  if (!ROLES.some((role) => role === item['role'])) throw invitationInvalid();
  const invitation = parseInvitation(tenant, item);
  if (invitation.endsAtEpochMs <= ports.clock.nowEpochMs()) throw invitationInvalid();
  // Attack: an owner who expects to be removed creates an invitation, and later uses it to come back.
  const { maker } = invitation;
  if (maker !== undefined && (await findMember(ports, tenant, maker))?.role !== 'owner')
    throw invitationInvalid();
  return invitation;
}

/**
 * Redeems an invitation once. If several people try at the same time, one of them becomes the member. An account that
 * is a member already keeps its role, and the invitation stays open for somebody else.
 * @throws DomainError INVITATION_INVALID, STORE_UNAVAILABLE
 */
export async function redeemInvitation(
  ports: PortalPorts,
  invitation: Invitation,
  redeemer: Redeemer,
): Promise<Member> {
  const { tenant, role, id } = invitation;
  // Attack: a member belongs to several organisations. The owner of one creates an invitation that renews the member's
  // sign-in, and redeems it with the owner's own account at the issuer. The owner would then be that member in every
  // organisation.
  const isForOther = invitation.member !== undefined && invitation.member !== redeemer.account;
  if (isForOther && redeemer.isNew !== true) throw invitationInvalid();
  const account = invitation.member ?? redeemer.account;
  const stored = await readPortalItem(ports, memberKey(tenant, account));
  const known = parseMember(stored);
  if (invitation.member !== undefined && known === undefined) throw invitationInvalid();
  if (invitation.member === undefined && known !== undefined) return known;
  const now = ports.clock.nowEpochMs();
  const before = Number(stored?.['ver'] ?? 0);
  const email = redeemer.email ?? invitation.email;
  const member: Member = known
    ? { ...known, version: before + 1 }
    : {
        account,
        name: redeemer.name,
        ...(email !== undefined && { email }),
        role,
        sinceEpochMs: now,
        version: before + 1,
      };
  const isDone = await writePortalItems(ports, [
    {
      purpose: 'portal',
      key: invitationKey(tenant, id),
      when: [
        { attribute: 'state', is: 'equal', value: 'open' },
        { attribute: 'endsAt', is: 'at-least', value: now },
      ],
      change: { kind: 'update', set: { state: 'taken' } },
    },
    putMember(tenant, member, before),
    membershipWrite(account, tenant, 'member'),
    logWrite(
      ports,
      tenant,
      { id: account, name: member.name },
      { what: known ? 'renewed-sign-in' : 'joined', on: role },
    ),
  ]);
  if (!isDone) throw invitationInvalid();
  return member;
}
