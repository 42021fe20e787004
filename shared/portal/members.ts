/** Organisations, their members and their invitations. An organisation is a tenant, as in quotas and API keys. */
import { DomainError } from '../errors.ts';
import { isStoredName } from '../table/stored-name.ts';
import type { Item, ItemWrite, Test } from '../table/item-write.ts';
import {
  accountPartition,
  invitationKey,
  invitationSecretKey,
  memberKey,
  membershipKey,
  openInvitationsKey,
  organisationPartition,
  tenantOfPartition,
} from './portal-items.ts';
import { logWrite } from './change-log.ts';
import type { Actor } from './change-log.ts';
import { readPortalItem, readPortalRange, writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

export const ROLES = ['owner', 'developer', 'billing'] as const;
export type Role = (typeof ROLES)[number];

export type Member = {
  readonly account: string;
  readonly name: string;
  /** Set only if the issuer or the owner of the APIs has verified that the address belongs to the member. */
  readonly email?: string;
  readonly role: Role;
  readonly sinceEpochMs: number;
  /** Increased by each change. Sessions of an earlier version have ended. */
  readonly version: number;
};

/** Who redeems an invitation: an account of the issuer, or a new account that the portal makes. */
export type Redeemer = {
  readonly account: string;
  readonly name: string;
  readonly email?: string;
  /** The account is new, so nobody has signed in to it. */
  readonly isNew?: true;
};

export type Invitation = {
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  /** The member whose sign-in the invitation renews; undefined if it makes a new member. */
  readonly member?: string;
  /** An address for which the owner of the APIs vouches. */
  readonly email?: string;
  readonly by: string;
  /** Account of the member who has made the invitation; undefined if it was the owner of the APIs. */
  readonly maker?: string;
  readonly endsAtEpochMs: number;
};

export type NewInvitation = Pick<Invitation, 'tenant' | 'role'> & {
  readonly member?: string;
  readonly email?: string;
  readonly lifetimeSeconds?: number;
};

const DAY_SECONDS = 86_400;
const LIFETIME_SECONDS = 3 * DAY_SECONDS;
const MOST_MEMBERS = 100;
/** With members who were removed in the last days. */
const MOST_MEMBER_ITEMS = 3 * MOST_MEMBERS;
const MOST_INVITATIONS = 20;
const ATTEMPTS = 6;
const BACK_OFF_MS = 20;
const SECRET_DIGITS = 64;
const ID_DIGITS = 16;
/**
 * How long a used invitation stays, so that its second use can be told from an unknown one in the log. A removed member
 * stays as long, so that his version does not return while a session of his could still have it.
 */
const KEPT_SECONDS = 30 * DAY_SECONDS;
const PREFIX = 'gwinv_';
const SECRET = /^gwinv_[0-9a-f]{64}$/;

/** Whether a text has the form of an invitation. A text of another form is never looked up. */
export function isInvitation(text: string): boolean {
  return SECRET.test(text);
}

/** @throws DomainError STORE_UNAVAILABLE */
export async function findMember(
  ports: Pick<PortalPorts, 'store'>,
  tenant: string,
  account: string,
): Promise<Member | undefined> {
  return parseMember(await readPortalItem(ports, memberKey(tenant, account)));
}

/** Lists the members of an organisation by id. */
export async function listMembers(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
): Promise<readonly Member[]> {
  return (await readMemberItems(ports, tenant)).flatMap((item) => parseMember(item) ?? []);
}

/** Reads all members, also removed ones; `invite` bounds their number. */
async function readMemberItems(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
): Promise<readonly Item[]> {
  const items = await readPortalRange(ports, organisationPartition(tenant), 'MEMBER#', 2 * MOST_MEMBER_ITEMS);
  return items.map(({ item }) => item);
}

/** Lists the tenants of which the account is a member. */
export async function listOrganisations(
  ports: Pick<PortalPorts, 'listing'>,
  account: string,
): Promise<readonly string[]> {
  const items = await readPortalRange(ports, accountPartition(account), 'ORG#', MOST_MEMBERS);
  return items.filter(({ item }) => item['state'] === 'member').map(({ key }) => tenantOfPartition(key.sk));
}

/** Lists the invitations that can still be redeemed. */
export async function listInvitations(
  ports: Pick<PortalPorts, 'store' | 'clock'>,
  tenant: string,
): Promise<readonly Invitation[]> {
  return (await readOpen(ports, tenant)).open;
}

type Open = { readonly version: number; readonly open: readonly Invitation[] };

/** Reads the list of the open invitations. It may still name some that were redeemed, withdrawn or have expired. */
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
 * Returns the write that adds an invitation to the list. Attack: many requests at the same time would each see a free
 * place, and an invitation that is in no list could not be withdrawn.
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
 * Makes an invitation. Its secret is returned once and stored as a hash.
 * @throws DomainError INVITATIONS_TOO_MANY, MEMBER_UNKNOWN, EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function invite(ports: PortalPorts, wanted: NewInvitation, by: Actor): Promise<NewSecret> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const made = await tryInvite(ports, wanted, by);
    if (made !== undefined) return made;
    await ports.timer.pause(BACK_OFF_MS * 2 ** attempt * (0.5 + ports.random.fraction()));
  }
  throw new DomainError('EDIT_CONFLICT', 'other invitations are being made at the same time; try again');
}

type NewSecret = { readonly invitation: Invitation; readonly secret: string };

/** @returns undefined if another invitation was made in the meantime */
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
      `an organisation has at most ${MOST_INVITATIONS} open invitations and ${MOST_MEMBERS} members`,
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
    logWrite(ports, tenant, by, { what: 'invited', on: invitation.role }),
  ]);
  return isDone ? { invitation, secret } : undefined;
}

/**
 * Withdraws an invitation. It is withdrawn also if it was withdrawn before.
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
  const invitation = parseInvitation(tenant, item);
  if (invitation.endsAtEpochMs <= ports.clock.nowEpochMs()) throw invitationInvalid();
  // Attack: an owner who is to be removed keeps an invitation, by which he comes back.
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
  // Attack: an owner invites a member of several organisations to renew his sign-in, and redeems it with his own account
  // of the issuer. He would be that member in every organisation.
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

/**
 * Changes the role of a member, whose sessions end.
 * @param version one more than the member's version
 * @throws DomainError MEMBER_UNKNOWN, OWNER_REQUIRED, EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function changeRole(
  ports: PortalPorts,
  {
    tenant,
    account,
    role,
    version,
  }: { readonly tenant: string; readonly account: string; readonly role: Role; readonly version: number },
  by: Actor,
): Promise<Member> {
  const member = await findMember(ports, tenant, account);
  if (member === undefined) throw memberUnknown();
  if (version !== member.version + 1)
    throw new DomainError('EDIT_CONFLICT', 'the member was changed in the meantime');
  if (role === member.role) return member;
  const changed = { ...member, role, version };
  const isDone = await writePortalItems(ports, [
    putMember(tenant, changed, member.version),
    ...(member.role === 'owner' ? [await keepOwner(ports, tenant, account)] : []),
    logWrite(ports, tenant, by, { what: 'changed-role', on: `${member.name}: ${member.role} → ${role}` }),
  ]);
  if (!isDone) throw new DomainError('EDIT_CONFLICT', 'the members were changed in the meantime');
  return changed;
}

/**
 * Removes a member, whose sessions end. Name and address are erased.
 * @param mayRemoveLastOwner for the owner of the APIs only
 * @throws DomainError MEMBER_UNKNOWN, OWNER_REQUIRED, EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function removeMember(
  ports: PortalPorts,
  {
    tenant,
    account,
    mayRemoveLastOwner = false,
  }: { readonly tenant: string; readonly account: string; readonly mayRemoveLastOwner?: boolean },
  by: Actor,
): Promise<void> {
  const member = await findMember(ports, tenant, account);
  if (member === undefined) throw memberUnknown();
  const expiresAt = Math.ceil(ports.clock.nowEpochMs() / 1000) + KEPT_SECONDS;
  const isGuarded = member.role === 'owner' && !mayRemoveLastOwner;
  const isDone = await writePortalItems(ports, [
    {
      purpose: 'portal',
      key: memberKey(tenant, account),
      when: [{ attribute: 'ver', is: 'equal', value: member.version }],
      change: { kind: 'put', item: { ver: member.version + 1, expiresAt } },
    },
    membershipWrite(account, tenant, 'removed'),
    ...(isGuarded ? [await keepOwner(ports, tenant, account)] : []),
    logWrite(ports, tenant, by, { what: 'removed-member', on: member.name }),
  ]);
  if (!isDone) throw new DomainError('EDIT_CONFLICT', 'the members were changed in the meantime');
}

/**
 * Returns a write that succeeds only if another member is still an owner. Attack: two owners who remove each other at
 * the same time would leave the organisation without one.
 */
async function keepOwner(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
  account: string,
): Promise<ItemWrite> {
  const owners = (await listMembers(ports, tenant)).filter(({ role }) => role === 'owner');
  const other = owners.find((owner) => owner.account !== account);
  if (other === undefined)
    throw new DomainError('OWNER_REQUIRED', 'an organisation keeps at least one owner');
  return {
    purpose: 'portal',
    key: memberKey(tenant, other.account),
    when: [{ attribute: 'ver', is: 'equal', value: other.version }],
    change: { kind: 'check' },
  };
}

function putMember(tenant: string, { version, ...doc }: Member, before: number): ItemWrite {
  const when: Test =
    before === 0 ? { attribute: 'ver', is: 'absent' } : { attribute: 'ver', is: 'equal', value: before };
  return {
    purpose: 'portal',
    key: memberKey(tenant, doc.account),
    when: [when],
    change: { kind: 'put', item: { ver: version, doc: JSON.stringify(doc) } },
  };
}

function membershipWrite(account: string, tenant: string, state: 'member' | 'removed'): ItemWrite {
  return {
    purpose: 'portal',
    key: membershipKey(account, tenant),
    when: [],
    change: { kind: 'put', item: { state } },
  };
}

/** Returns undefined for a member that was removed. */
function parseMember(item: Item | undefined): Member | undefined {
  if (typeof item?.['doc'] !== 'string') return undefined;
  return { ...(JSON.parse(item['doc']) as Omit<Member, 'version'>), version: Number(item['ver']) };
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

function parseInvitation(tenant: string, item: Item): Invitation {
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

/** The name by which members see the owner of the APIs in the log. */
export const PROVIDER = 'the provider of the API';

/**
 * Whether a text can be the name of a member: something of it is visible, and it is not the name by which the log shows
 * the owner of the APIs.
 */
export function isMemberName(name: string): boolean {
  const visible = name
    .normalize('NFKC')
    .replaceAll(/[\p{Z}\p{C}]+/gu, ' ')
    .trim();
  return isStoredName(name) && visible !== '' && visible.toLowerCase() !== PROVIDER.toLowerCase();
}

function invitationInvalid(): DomainError {
  return new DomainError(
    'INVITATION_INVALID',
    'the invitation is unknown, expired, withdrawn or already used',
  );
}

function memberUnknown(): DomainError {
  return new DomainError('MEMBER_UNKNOWN', 'the organisation has no such member');
}
