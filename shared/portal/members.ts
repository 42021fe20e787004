/** Organisations and their members. An organisation is a tenant, as in quotas and API keys. */
import { DomainError } from '../errors.ts';
import { isStoredName } from '../table/stored-name.ts';
import type { Item, ItemWrite, Test } from '../table/item-write.ts';
import {
  accountPartition,
  memberKey,
  membershipKey,
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
  /** Increased by each change. Sessions that began with an earlier version are no longer valid. */
  readonly version: number;
};

const DAY_SECONDS = 86_400;
export const MOST_MEMBERS = 100;
/** Maximum number of organisations of an account that are read, including those that it has left. */
const MOST_MEMBERSHIPS = 10_000;
/** Maximum number of members, including those who were removed in the last 30 days. */
export const MOST_MEMBER_ITEMS = 3 * MOST_MEMBERS;
/**
 * How long the item of a removed member is kept, so that the member's version is not used again while an old session
 * could still have it. The item of an invitation is kept for the same time after the invitation has ended.
 */
export const KEPT_SECONDS = 30 * DAY_SECONDS;

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

/** Reads all members, including removed ones; `invite` (invitations.ts) bounds their number. */
export async function readMemberItems(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
): Promise<readonly Item[]> {
  const items = await readPortalRange(ports, organisationPartition(tenant), 'MEMBER#', 2 * MOST_MEMBER_ITEMS);
  return items.map(({ item }) => item);
}

/**
 * Lists the tenants of which the account is a member. All items are read, because the first items may belong
 * to organisations that the account has left.
 */
export async function listOrganisations(
  ports: Pick<PortalPorts, 'listing'>,
  account: string,
): Promise<readonly string[]> {
  const items = await readPortalRange(ports, accountPartition(account), 'ORG#', MOST_MEMBERSHIPS);
  return items.filter(({ item }) => item['state'] === 'member').map(({ key }) => tenantOfPartition(key.sk));
}

/**
 * Changes the role of a member, and ends the sessions of this member. Does nothing if the member has the role already.
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
    throw new DomainError('EDIT_CONFLICT', 'the member was changed in the meantime; try again');
  if (role === member.role) return member;
  const changed = { ...member, role, version };
  const isDone = await writePortalItems(ports, [
    putMember(tenant, changed, member.version),
    ...(member.role === 'owner' ? [await keepOwner(ports, tenant, account)] : []),
    logWrite(ports, tenant, by, { what: 'changed-role', on: `${member.name}: ${member.role} → ${role}` }),
  ]);
  if (!isDone) throw new DomainError('EDIT_CONFLICT', 'the members were changed in the meantime; try again');
  return changed;
}

/**
 * Removes a member, ends the sessions of this member, and erases the name and address.
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
  if (!isDone) throw new DomainError('EDIT_CONFLICT', 'the members were changed in the meantime; try again');
}

/**
 * Returns a write that succeeds only if another member is still an owner. Attack: two owners who remove each other at
 * the same time would leave the organisation without an owner.
 */
async function keepOwner(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
  account: string,
): Promise<ItemWrite> {
  const owners = (await listMembers(ports, tenant)).filter(({ role }) => role === 'owner');
  const other = owners.find((owner) => owner.account !== account);
  if (other === undefined)
    throw new DomainError('OWNER_REQUIRED', 'an organisation must keep at least one owner');
  return {
    purpose: 'portal',
    key: memberKey(tenant, other.account),
    when: [{ attribute: 'ver', is: 'equal', value: other.version }],
    change: { kind: 'check' },
  };
}

export function putMember(tenant: string, { version, ...doc }: Member, before: number): ItemWrite {
  const when: Test =
    before === 0 ? { attribute: 'ver', is: 'absent' } : { attribute: 'ver', is: 'equal', value: before };
  return {
    purpose: 'portal',
    key: memberKey(tenant, doc.account),
    when: [when],
    change: { kind: 'put', item: { ver: version, doc: JSON.stringify(doc) } },
  };
}

export function membershipWrite(account: string, tenant: string, state: 'member' | 'removed'): ItemWrite {
  return {
    purpose: 'portal',
    key: membershipKey(account, tenant),
    when: [],
    change: { kind: 'put', item: { state } },
  };
}

/** Parses a member. Returns undefined if there is none, or if the member was removed. */
export function parseMember(item: Item | undefined): Member | undefined {
  if (typeof item?.['doc'] !== 'string') return undefined;
  return { ...(JSON.parse(item['doc']) as Omit<Member, 'version'>), version: Number(item['ver']) };
}

/** The name that members see in the log for the owner of the APIs. */
export const PROVIDER = 'the provider of the API';

/**
 * Matches invisible characters: spaces, control characters, marks without a letter, fillers, and Braille without dots.
 */
const UNSEEN = /[\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]+/gu;
/** Letters and digits that look like a letter of the provider's name, in small letters (compare Unicode's UTS #39). */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'αа',
    d: 'ԁ',
    e: 'εеҽ',
    f: 'ϝғ',
    h: 'ηнһհ',
    i: 'ιıіӏl1',
    o: 'οоօσ0',
    p: 'ρр',
    r: 'г',
    t: 'τт',
    v: 'νѵ',
  }).flatMap(([letter, others]) => Array.from(others, (other) => [other, letter] as const)),
);

/**
 * Returns the visible letters and digits in lower case, without accents. Each look-alike is replaced by the letter that
 * it resembles.
 */
function lettersOf(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replaceAll(UNSEEN, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
  return Array.from(letters, (letter) => LOOK_ALIKES.get(letter) ?? letter).join('');
}

/**
 * Whether a text can be the name of a member: it has a visible character, and does not look like the name that the log
 * shows for the owner of the APIs. Attack: an owner of an organisation takes that name with a character that nobody
 * sees, or with a letter of another alphabet, and invites or removes members under it.
 */
export function isMemberName(name: string): boolean {
  const isVisible = name.normalize('NFKC').replaceAll(UNSEEN, '') !== '';
  return isStoredName(name) && isVisible && lettersOf(name) !== lettersOf(PROVIDER);
}

export function memberUnknown(): DomainError {
  return new DomainError('MEMBER_UNKNOWN', 'the organisation has no such member');
}
