/** Says what the log of one of the toolkit's authorizers tells about a refused credential, and what to send instead. */
import {
  adviseRefusedKey,
  describeCredentialDefect,
  describeTicketDefect,
  nameRefusedKey,
} from './explain-access.ts';
import { findNotedLine } from './reason.ts';
import type { GuardCircumstances } from './circumstances.ts';

/** The toolkit's authorizers log the code of a refused credential, which the client never sees. */
export function describeRefusedCredential({ lines }: GuardCircumstances): string[] {
  const code = findNotedLine(lines, 'code');
  const what = ticketDefect(lines) ?? (code === undefined ? undefined : describeCredentialDefect(code));
  const key = findNotedLine(lines, 'apiKeyId');
  return what === undefined
    ? []
    : [
        `Its log says why: ${what} (${code ?? ''}).`,
        ...(key === undefined ? [] : [nameRefusedKey(key, undefined)]),
      ];
}

export function ticketDefect(lines: readonly string[]): string | undefined {
  return describeTicketDefect(findNotedLine(lines, 'defect'));
}

/**
 * Advises a new ticket, because a refused ticket is never valid again, and a client that gets tickets for its
 * token cannot connect with the token.
 */
export const NEW_TICKET =
  'Fetch a new ticket for each connection, from the route that issues tickets, and open the connection at once.';

export function adviseKey({ lines }: GuardCircumstances): string[] {
  const key = findNotedLine(lines, 'apiKeyId');
  return key === undefined ? [] : [adviseRefusedKey(key, undefined)];
}
