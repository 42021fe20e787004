/** Explains a refused credential from the log of one of the toolkit's authorizers, and says what to send instead. */
import { describeCredentialDefect, describeTicketDefect } from './explain-access.ts';
import { adviseRefusedKey, nameRefusedKey } from './refused-key.ts';
import { findNotedLine } from './reason.ts';
import type { Circumstances, GuardCircumstances } from './circumstances.ts';
import type { RefusedKey } from './refused-key.ts';

/** The toolkit's authorizers log the code of a refused credential, which the client never sees. */
export function describeRefusedCredential(about: Circumstances, guard: GuardCircumstances): string[] {
  const { lines } = guard;
  const code = findNotedLine(lines, 'code');
  const key = findRefusedKey(about, lines);
  const what =
    ticketDefect(lines) ?? (code === undefined ? undefined : describeCredentialDefect(code, guard, key));
  return what === undefined
    ? []
    : [`Its log says why: ${what} (${code ?? ''}).`, ...(key === undefined ? [] : nameRefusedKey(key))];
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

/** Returns undefined if the log names no API key. The log never names the customer. */
export function adviseKey(
  about: Circumstances,
  { lines }: GuardCircumstances,
): readonly string[] | undefined {
  const key = findRefusedKey(about, lines);
  return key === undefined ? undefined : adviseRefusedKey(key);
}

function findRefusedKey({ sourceIp }: Circumstances, lines: readonly string[]): RefusedKey | undefined {
  const key = findNotedLine(lines, 'apiKeyId');
  if (key === undefined) return undefined;
  return {
    key,
    customer: undefined,
    defect: findNotedLine(lines, 'defect'),
    since: findNotedLine(lines, 'since'),
    sourceIp,
  };
}
