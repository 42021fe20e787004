/** Issues one-time tickets. */
import { DomainError } from '../../errors.ts';
import type { Clock, Random, TicketStore } from '../../ports.ts';
import { parseTicket, printTicket, TICKET_ENTROPY_DIGITS } from './ticket.ts';
import type { TicketCaller } from './ticket.ts';

export type TicketPorts = {
  readonly tickets: Pick<TicketStore, 'put'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'hex'>;
};

export type TicketRequest = {
  readonly document: string;
  readonly caller: TicketCaller;
  readonly ttlSeconds: number;
};

export type IssuedTicket = {
  /** The ticket for the query of `wss://…?ticket=…`. It cannot be shown again. */
  readonly ticket: string;
  readonly expiresInSeconds: number;
};

/**
 * Issues a one-time ticket, which expires no later than the caller's credential. In your own handler, take the caller
 * from the authorizer (`callerOfTicket`), never from the request.
 * @throws DomainError TOKEN_EXPIRED if the caller's credential has expired; STORE_UNAVAILABLE if the table does not
 * respond
 *
 * @example
 * ```ts
 * import { issueTicket } from 'gatewright/access';
 *
 * const ports = {
 *   tickets: { put: async () => {} },
 *   clock: { nowEpochMs: () => 1_000 },
 *   random: { hex: (digits: number) => 'a'.repeat(digits) },
 * };
 * const caller = { principalId: 'ann', subject: 'ann', issuer: 'https://issuer.example/', roles: [], scopes: [] };
 * const { ticket, expiresInSeconds } = await issueTicket(ports, { document: 'tracking', caller, ttlSeconds: 30 });
 * ticket.startsWith('wst_') // → true
 * expiresInSeconds // → 30
 * ```
 */
export async function issueTicket(
  { tickets, clock, random }: TicketPorts,
  { document, caller, ttlSeconds }: TicketRequest,
): Promise<IssuedTicket> {
  const now = Math.floor(clock.nowEpochMs() / 1000);
  const notAfterEpochSeconds = Math.min(now + ttlSeconds, caller.expiresAtEpochSeconds ?? Infinity);
  if (notAfterEpochSeconds <= now) throw new DomainError('TOKEN_EXPIRED', 'the credential has expired');
  const ticket = printTicket(random.hex(TICKET_ENTROPY_DIGITS));
  const hash = parseTicket(ticket);
  if (hash === undefined) throw new TypeError('the created ticket cannot be parsed');
  await tickets.put(hash, { document, caller, notAfterEpochSeconds });
  return { ticket, expiresInSeconds: notAfterEpochSeconds - now };
}
