/**
 * Issues tickets in a Lambda function. Reads the configuration from the environment, and uses the system clock and real
 * random numbers.
 */
import { followDocuments } from '../access/documents/lambda-documents.ts';
import type { TicketPorts } from '../access/tickets/issue-ticket.ts';
import { createTicketStore } from '../access/tickets/ticket-store.ts';
import { readTicketDeskConfig } from '../config/access-config.ts';
import { randomHex } from '../random-hex.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { createTicketDesk } from './ws-ticket.ts';
import type { TicketDesk } from './ws-ticket.ts';

/** Timeout of a table call. It is short, because a browser waits for the ticket. */
const STORE_TIMEOUT_MS = 1000;

/**
 * Creates the function that issues tickets in a Lambda function.
 * @param compiled content of `access/compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaTicketDesk(compiled: unknown): TicketDesk {
  const { stage, tableName } = readTicketDeskConfig();
  const ports = createLambdaTicketPorts(tableName);
  const current = followDocuments(compiled, (access) => createTicketDesk(access, stage, ports));
  return async (event) => (await current())(event);
}

/**
 * Creates the ports of `issueTicket` for a handler of your own. `tableName` is the name of the toolkit's `access`
 * table.
 *
 * @example
 * ```ts
 * import { callerOfTicket, createLambdaTicketPorts, issueTicket } from 'gatewright/access';
 *
 * const ports = createLambdaTicketPorts(process.env['ACCESS_TABLE'] ?? 'gatewright-dev-access');
 * export const handler = async (event: unknown) =>
 *   issueTicket(ports, { document: 'tracking', caller: callerOfTicket(event), ttlSeconds: 30 });
 * ```
 */
export function createLambdaTicketPorts(tableName: string): TicketPorts {
  return {
    tickets: createTicketStore(createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS })),
    clock: { nowEpochMs: () => Date.now() },
    random: { hex: randomHex },
  };
}
