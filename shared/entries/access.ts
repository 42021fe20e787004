/**
 * Describes the caller as the authorizers do, for handlers that you write yourself.
 *
 * @module gatewright/access
 */
export type { IssuedTicket, TicketPorts, TicketRequest } from '../access/tickets/issue-ticket.ts';
export type { TicketCaller } from '../access/tickets/ticket.ts';
export type { DomainErrorCode, ServiceErrorCode, TokenErrorCode } from '../errors.ts';
export type { CallerClaims } from '../middleware/claims-of.ts';
export type { AccessOptions, Caller } from '../middleware/access.ts';

export { issueTicket } from '../access/tickets/issue-ticket.ts';
export { DomainError, isTokenError } from '../errors.ts';
export { claimsOf } from '../middleware/claims-of.ts';
export { access, callerOf, withAccess } from '../middleware/access.ts';
export { createLambdaTicketPorts } from '../middleware/lambda-ws-ticket.ts';
export { callerOfTicket } from '../middleware/ws-ticket.ts';
