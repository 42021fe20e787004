import { DomainError } from '../../errors.ts';
import type { TokenErrorCode } from '../../errors.ts';
import type { TicketStore } from '../../ports.ts';
import type { TicketCaller, TicketOutcome } from './ticket.ts';

const REFUSALS: Readonly<
  Record<Exclude<TicketOutcome['kind'], 'taken'>, readonly [TokenErrorCode, message: string]>
> = {
  unknown: ['TOKEN_UNKNOWN', 'the ticket is unknown'],
  used: ['TOKEN_REVOKED', 'the ticket has been used'],
  expired: ['TOKEN_EXPIRED', 'the ticket has expired'],
  foreign: ['TOKEN_AUDIENCE_MISMATCH', 'the ticket is for another API'],
};

/**
 * Redeems a ticket, which is then used up. A ticket expires no later than the credential with which it was requested.
 * @throws TicketRefused TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED, TOKEN_AUDIENCE_MISMATCH; DomainError
 * STORE_UNAVAILABLE
 */
export async function redeemTicket(
  tickets: Pick<TicketStore, 'take'>,
  hash: string,
  at: { readonly document: string; readonly nowEpochSeconds: number },
): Promise<TicketCaller> {
  const outcome = await tickets.take(hash, at);
  if (outcome.kind === 'taken') return outcome.caller;
  throw new TicketRefused(outcome.kind);
}

type Refusal = keyof typeof REFUSALS;

/**
 * Thrown for a ticket that cannot be redeemed. Its `code` may be the same as for a token, so its message says why the
 * ticket was refused.
 */
export class TicketRefused extends DomainError {
  readonly ticketIs: Refusal;

  constructor(ticketIs: Refusal) {
    super(...REFUSALS[ticketIs]);
    this.ticketIs = ticketIs;
  }
}
