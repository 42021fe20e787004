/** Creates, lists and withdraws the invitations of an organisation. redeem-invitation.ts redeems them. */
import { backOff } from '../table/back-off.ts';
import { DomainError } from '../errors.ts';
import type { Item, ItemWrite } from '../table/item-write.ts';
import { logWrite } from './change-log.ts';
import type { Actor } from './change-log.ts';
import {
  KEPT_SECONDS,
  memberUnknown,
  MOST_MEMBER_ITEMS,
  MOST_MEMBERS,
  parseMember,
  readMemberItems,
  ROLES,
} from './members.ts';
import type { Role } from './members.ts';
import { invitationKey, invitationSecretKey, openInvitationsKey } from './portal-items.ts';
import { readPortalItem, writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

export type Invitation = {
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  /** The member whose sign-in the invitation renews; undefined if it creates a new member. */
  readonly member?: string;
  /** The member's email address, if the owner of the APIs has confirmed it. */
  readonly email?: string;
  readonly by: string;
  /** Account of the member who created the invitation; undefined if it was the owner of the APIs. */
  readonly maker?: string;
  readonly endsAtEpochMs: number;
};

export type NewInvitation = Pick<Invitation, 'tenant' | 'role'> & {
  readonly member?: string;
  readonly email?: string;
  readonly lifetimeSeconds?: number;
};

export const LIFETIME_SECONDS = 3 * 86_400;
const MOST_INVITATIONS = 20;
const ATTEMPTS = 6;
const SECRET_DIGITS = 64;
const ID_DIGITS = 16;
const PREFIX = 'gwinv_';
const SECRET = /^gwinv_[0-9a-f]{64}$/;

/** Whether a text has the form of an invitation. A text of another form is never looked up. */
export function isInvitation(text: string): boolean {
  return SECRET.test(text);
}

/** Lists the invitations that can still be redeemed. */
export async function listInvitations(
  ports: Pick<PortalPorts, 'store' | 'clock'>,
  tenant: string,
): Promise<readonly Invitation[]> {
  return (await readOpen(ports, tenant)).open;
}

type Open = { readonly version: number; readonly open: readonly Invitation[] };

/** Reads the open invitations. The stored list may also name some that were redeemed, withdrawn or have expired. */
async function readOpen(ports: Pick<PortalPorts, 'store' | 'clock'>, tenant: string): Promise<Open> {
  const list = await readPortalItem(ports, openInvitationsKey(tenant));
  const ids = JSON.parse(String(list?.['doc'] ?? '[]')) as readonly string[];
  const items = await Promise.all(ids.map((id) => readPortalItem(ports, invitationKey(tenant, id))));
  const now = ports.clock.nowEpochMs();
  const open = items
    .flatMap((item) => (item?.['state'] === 'open' ? [parseInvitation(tenant, item)] : []))
    .filter(({ endsAtEpochMs }) => endsAtEpochMs > now);
  return { version: Number(list?.['ver'] ?? 0), open };
}

/**
 * Returns the write that adds an invitation to the list. The write is refused if the list was changed in the meantime.
 * Attack: many simultaneous requests could otherwise each find that the list is not full. An invitation that is not in
 * the list could not be withdrawn.
 */
function addToOpen(tenant: string, { version, open }: Open, id: string): ItemWrite {
  return {
    purpose: 'portal',
    key: openInvitationsKey(tenant),
    when: [
      version === 0 ? { attribute: 'ver', is: 'absent' } : { attribute: 'ver', is: 'equal', value: version },
    ],
    change: {
      kind: 'put',
      item: { ver: version + 1, doc: JSON.stringify([...open.map((one) => one.id), id]) },
    },
  };
}

/**
 * Creates an invitation. Its secret is returned once and stored as a hash.
 * @throws DomainError INVITATIONS_TOO_MANY, MEMBER_UNKNOWN, EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function invite(ports: PortalPorts, wanted: NewInvitation, by: Actor): Promise<NewSecret> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const made = await tryInvite(ports, wanted, by);
    if (made !== undefined) return made;
    await backOff(ports, attempt);
  }
  throw new DomainError('EDIT_CONFLICT', 'other invitations are being created at the same time; try again');
}

type NewSecret = { readonly invitation: Invitation; readonly secret: string };

/** @returns undefined if another invitation was created in the meantime */
async function tryInvite(
  ports: PortalPorts,
  { tenant, role, member, email, lifetimeSeconds = LIFETIME_SECONDS }: NewInvitation,
  by: Actor,
): Promise<NewSecret | undefined> {
  const [list, items] = await Promise.all([readOpen(ports, tenant), readMemberItems(ports, tenant)]);
  const members = items.flatMap((item) => parseMember(item) ?? []);
  const { open } = list;
  const isFull =
    member === undefined &&
    (members.length + open.length >= MOST_MEMBERS || items.length + open.length >= MOST_MEMBER_ITEMS);
  if (open.length >= MOST_INVITATIONS || isFull)
    throw new DomainError(
      'INVITATIONS_TOO_MANY',
      `an organisation can have at most ${MOST_INVITATIONS} open invitations and ${MOST_MEMBERS} members; withdraw an invitation or remove a member first`,
    );
  const renewed = member === undefined ? undefined : members.find(({ account }) => account === member);
  if (member !== undefined && renewed === undefined) throw memberUnknown();
  const now = ports.clock.nowEpochMs();
  const secret = `${PREFIX}${ports.random.hex(SECRET_DIGITS)}`;
  const invitation: Invitation = {
    id: ports.random.hex(ID_DIGITS),
    tenant,
    role: renewed?.role ?? role,
    ...(member !== undefined && { member }),
    ...(email !== undefined && { email }),
    by: by.name,
    ...(by.account !== undefined && { maker: by.account }),
    endsAtEpochMs: now + lifetimeSeconds * 1000,
  };
  const expiresAt = Math.ceil(invitation.endsAtEpochMs / 1000) + KEPT_SECONDS;
  const isDone = await writePortalItems(ports, [
    {
      purpose: 'portal',
      key: invitationKey(tenant, invitation.id),
      when: [{ attribute: 'state', is: 'absent' }],
      change: { kind: 'put', item: printInvitation(invitation, expiresAt) },
    },
    {
      purpose: 'portal',
      key: invitationSecretKey(secret),
      when: [{ attribute: 'tenant', is: 'absent' }],
      change: { kind: 'put', item: { tenant, id: invitation.id, expiresAt } },
    },
    addToOpen(tenant, list, invitation.id),
    logWrite(
      ports,
      tenant,
      by,
      renewed === undefined
        ? { what: 'invited', on: invitation.role }
        : { what: 'made-sign-in-link', on: renewed.name },
    ),
  ]);
  return isDone ? { invitation, secret } : undefined;
}

/**
 * Withdraws an invitation. Does nothing if it was already withdrawn.
 * @throws DomainError INVITATION_INVALID, STORE_UNAVAILABLE
 */
export async function withdrawInvitation(
  ports: PortalPorts,
  tenant: string,
  id: string,
  by: Actor,
): Promise<void> {
  const key = invitationKey(tenant, id);
  const item = await readPortalItem(ports, key);
  if (item?.['state'] === 'withdrawn') return;
  const isDone =
    item?.['state'] === 'open' &&
    (await writePortalItems(ports, [
      {
        purpose: 'portal',
        key,
        when: [{ attribute: 'state', is: 'equal', value: 'open' }],
        change: { kind: 'update', set: { state: 'withdrawn' } },
      },
      logWrite(ports, tenant, by, { what: 'withdrew-invitation', on: String(item['role']) }),
    ]));
  if (!isDone) throw invitationInvalid();
}

function printInvitation(
  { id, role, member, email, by, maker, endsAtEpochMs }: Invitation,
  expiresAt: number,
): Item {
  return {
    id,
    role,
    by,
    state: 'open',
    endsAt: endsAtEpochMs,
    expiresAt,
    ...(member !== undefined && { member }),
    ...(email !== undefined && { email }),
    ...(maker !== undefined && { maker }),
  };
}

export function parseInvitation(tenant: string, item: Item): Invitation {
  const { id, role, member, email, by, maker, endsAt } = item;
  return {
    id: String(id),
    tenant,
    role: ROLES.find((known) => known === role) ?? 'developer',
    ...(typeof member === 'string' && { member }),
    ...(typeof email === 'string' && { email }),
    by: String(by),
    ...(typeof maker === 'string' && { maker }),
    endsAtEpochMs: Number(endsAt),
  };
}

export function invitationInvalid(): DomainError {
  return new DomainError(
    'INVITATION_INVALID',
    'the invitation is unknown, expired, withdrawn or already used',
  );
}
