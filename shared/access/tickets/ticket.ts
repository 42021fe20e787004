/**
 * One-time tickets: how a browser opens a WebSocket without writing its token into a URL. `wst_` and 256 random bits;
 * the `access` table knows only the SHA-256.
 *
 * | item   | pk                | sk       | attributes                                                      |
 * | ------ | ----------------- | -------- | --------------------------------------------------------------- |
 * | ticket | `TICKET#{sha256}` | `TICKET` | `document`, `caller` (JSON), `notAfter`, `usedAt`, `expiresAt` |
 */
import { createHash } from 'node:crypto';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { DomainError } from '../../errors.ts';
import type { TicketCallerContext } from './ticket-caller.ts';

/** Whom a ticket lets in: whoever the authorizer of an ordinary route recognised. */
export type TicketCaller = TicketCallerContext & {
  readonly subject: string;
  /** `iss` of the token. */
  readonly issuer: string;
  readonly clientId?: string;
  /** When the credential ends by which the ticket was asked for; absent: never. */
  readonly expiresAtEpochSeconds?: number;
};

export type StoredTicket = {
  /** Name of the access document whose WebSocket it opens; the table is of one stage. */
  readonly document: string;
  readonly caller: TicketCaller;
  readonly notAfterEpochSeconds: number;
};

export type TicketOutcome =
  | { readonly kind: 'taken'; readonly caller: TicketCaller }
  /** `foreign`: it is for another document's API, and stays good there. */
  | { readonly kind: 'unknown' | 'used' | 'expired' | 'foreign' };

/** Digits of hex that a ticket is made from. */
export const TICKET_ENTROPY_DIGITS = 64;

/** Letters that may stand in a query and in a subprotocol as they are. */
const FORM = /^wst_[A-Za-z0-9_-]{43}$/;

export function printTicket(entropy: string): string {
  return `wst_${Buffer.from(entropy, 'hex').toString('base64url')}`;
}

/** The hash by which it is kept; undefined: no ticket at all. */
export function parseTicket(text: string): string | undefined {
  return FORM.test(text) ? createHash('sha256').update(text, 'utf8').digest('hex') : undefined;
}

export function ticketKey(hash: string): ItemKey {
  return { pk: `TICKET#${hash}`, sk: 'TICKET' };
}

/** @throws DomainError STORE_UNAVAILABLE for an item that only somebody else can have written */
export function parseCaller(item: Item): TicketCaller {
  try {
    const caller: unknown = JSON.parse(String(item['caller']));
    if (isCaller(caller)) return caller;
  } catch {
    // Said below, for both ways of not being one.
  }
  throw new DomainError('STORE_UNAVAILABLE', 'an item of the access table is no ticket');
}

function isCaller(value: unknown): value is TicketCaller {
  if (typeof value !== 'object' || value === null) return false;
  const { principalId, subject, issuer, roles, scopes, expiresAtEpochSeconds } = value as Readonly<
    Record<keyof TicketCaller, unknown>
  >;
  return (
    [principalId, subject, issuer].every((text) => typeof text === 'string') &&
    [roles, scopes].every((names) => Array.isArray(names)) &&
    (expiresAtEpochSeconds === undefined || typeof expiresAtEpochSeconds === 'number')
  );
}
