/** `gatewright/access`: what the authorizers said of a caller, in handlers of your own (docs/access.md). */
export type { IssuedTicket, TicketPorts, WantedTicket } from '#shared/access/issue-ticket.ts';
export type { TicketCaller } from '#shared/access/ticket.ts';
export type { DomainErrorCode, ServiceErrorCode, TokenErrorCode } from '#shared/errors.ts';
export type { AccessOptions, Caller } from '#shared/middleware/access.ts';

export { issueTicket } from '#shared/access/issue-ticket.ts';
export { DomainError, isTokenError } from '#shared/errors.ts';
export { access, callerOf, withAccess } from '#shared/middleware/access.ts';
export { createLambdaTicketPorts } from '#shared/middleware/lambda-ws-ticket.ts';
export { callerOfTicket } from '#shared/middleware/ws-ticket.ts';
