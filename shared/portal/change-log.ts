/** The log of an organisation: who changed what. It contains no secrets, and no values of keys or invitations. */
import type { ItemWrite } from '../table/item-write.ts';
import { DomainError } from '../errors.ts';
import { organisationPartition } from './portal-items.ts';
import type { PortalPorts } from './portal-ports.ts';

/** A member, or the owner of the APIs. */
export type Actor = {
  /** The id of a member (`actorIdOf`), the account of somebody who redeems an invitation, or the ARN of the signer. */
  readonly id: string;
  readonly name: string;
  /** Id of the account; set only for a member who has a session. */
  readonly account?: string;
};

/** Returns the id of a member in audit entries. The ids of all members of an organisation have the same prefix. */
export function actorIdOf(tenant: string, account: string): string {
  return `portal:${tenant}/${account}`;
}

export type Change = {
  readonly what:
    | 'invited'
    | 'made-sign-in-link'
    | 'withdrew-invitation'
    | 'joined'
    | 'renewed-sign-in'
    | 'changed-role'
    | 'removed-member'
    | 'made-key'
    | 'renamed-key'
    | 'rotated-key'
    | 'revoked-key'
    | 'made-endpoint'
    | 'renamed-endpoint'
    | 'rotated-endpoint'
    | 'revoked-endpoint'
    | 'changed-plan'
    | 'changed-alerts';
  readonly on: string;
  /** The ISO 8601 time at which the change takes effect, if that is later than when the change was made. */
  readonly from?: string;
};

/** A member sees only names. The ids of members and the ARNs of the owner are not returned. */
type LogEntry = Change & { readonly at: string; readonly byName: string };

const PAGE = 50;
const KEPT_SECONDS = 400 * 86_400;
const RANDOM_DIGITS = 8;

export function logWrite(
  { clock, random }: Pick<PortalPorts, 'clock' | 'random'>,
  tenant: string,
  by: Actor,
  { what, on, from }: Change,
): ItemWrite {
  const now = clock.nowEpochMs();
  const at = new Date(now).toISOString();
  const entry = { at, by: by.id, byName: by.name, what, on, ...(from !== undefined && { from }) };
  return {
    purpose: 'portal',
    key: { pk: organisationPartition(tenant), sk: `LOG#${at}#${random.hex(RANDOM_DIGITS)}` },
    when: [],
    change: {
      kind: 'put',
      item: { doc: JSON.stringify(entry), expiresAt: Math.ceil(now / 1000) + KEPT_SECONDS },
    },
  };
}

/** The form of `next`: the time and the random digits of the last entry. */
export const LOG_CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9a-f]{8}$/;

/**
 * Lists the newest entries first.
 * @param after `next` of the previous page
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function listLog(
  { listing }: Pick<PortalPorts, 'listing'>,
  tenant: string,
  after: string | undefined,
): Promise<{ readonly entries: readonly LogEntry[]; readonly next?: string }> {
  const page = await listing.range({
    pk: organisationPartition(tenant),
    from: 'LOG#',
    to: 'LOG#\uffff',
    limit: PAGE,
    newestFirst: true,
    ...(after !== undefined && { after: `LOG#${after}` }),
  });
  if (page.kind === 'unavailable')
    throw new DomainError('STORE_UNAVAILABLE', 'the portal table is unavailable');
  const last = page.items.at(-1)?.key.sk.slice('LOG#'.length);
  return {
    entries: page.items.map(({ item }) => {
      const { at, byName, what, on, from } = JSON.parse(String(item['doc'])) as LogEntry;
      return { at, byName, what, on, ...(from !== undefined && { from }) };
    }),
    ...(page.hasMore && last !== undefined && { next: last }),
  };
}
