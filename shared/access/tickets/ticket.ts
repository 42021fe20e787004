/**
 * One-time tickets, with which a browser opens a WebSocket without writing its token into a URL. A ticket consists of
 * `wst_` and 256 random bits. The `access` table stores only the ticket's SHA-256.
 *
 * | item   | pk                | sk       | attributes                                                      |
 * | ------ | ----------------- | -------- | --------------------------------------------------------------- |
 * | ticket | `TICKET#{sha256}` | `TICKET` | `document`, `caller` (JSON), `notAfter`, `usedAt`, `expiresAt` |
 */
import { createHash } from 'node:crypto';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { DomainError } from '../../errors.ts';
import type { TicketCallerContext } from './ticket-caller.ts';

/** The caller whom a ticket admits, as identified by the authorizer of an ordinary route. */
export type TicketCaller = TicketCallerContext & {
  readonly subject: string;
  readonly issuer: string;
  readonly clientId?: string;
  /** Expiry of the credential with which the ticket was requested. Absent if the credential never expires. */
  readonly expiresAtEpochSeconds?: number;
};

export type StoredTicket = {
  /** Name of the WebSocket API's access document. The stage is not needed, because the table belongs to one stage. */
  readonly document: string;
  readonly caller: TicketCaller;
  readonly notAfterEpochSeconds: number;
};

export type TicketOutcome =
  | { readonly kind: 'taken'; readonly caller: TicketCaller }
  /** `foreign` means that the ticket is for another document's API. The ticket is then not used up. */
  | { readonly kind: 'unknown' | 'used' | 'expired' | 'foreign' };

export const TICKET_ENTROPY_DIGITS = 64;

/** Matches a ticket, which contains only characters that a query and a subprotocol allow unescaped. */
const FORM = /^wst_[A-Za-z0-9_-]{43}$/;

export function printTicket(entropy: string): string {
  return `wst_${Buffer.from(entropy, 'hex').toString('base64url')}`;
}

/** Returns the hash under which the ticket is stored. Returns undefined if the text is not a ticket. */
export function parseTicket(text: string): string | undefined {
  return FORM.test(text) ? createHash('sha256').update(text, 'utf8').digest('hex') : undefined;
}

export function ticketKey(hash: string): ItemKey {
  return { pk: `TICKET#${hash}`, sk: 'TICKET' };
}

/**
 * Reads the caller of a ticket from the ticket's item.
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written
 */
export function parseCaller(item: Item): TicketCaller {
  try {
    const caller: unknown = JSON.parse(String(item['caller']));
    if (isCaller(caller)) return caller;
  } catch {
    // Text that is not JSON causes the error below.
  }
  throw new DomainError('STORE_UNAVAILABLE', 'an item of the access table is not a ticket');
}

function isCaller(value: unknown): value is TicketCaller {
  if (typeof value !== 'object' || value === null) return false;
  const { principalId, subject, issuer, roles, scopes, expiresAtEpochSeconds } = value as Readonly<
    Record<keyof TicketCaller, unknown>
  >;
  return (
    [principalId, subject, issuer].every((text) => typeof text === 'string') &&
    [roles, scopes].every(
      (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    ) &&
    (expiresAtEpochSeconds === undefined || typeof expiresAtEpochSeconds === 'number')
  );
}
