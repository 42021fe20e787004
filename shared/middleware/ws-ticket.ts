/**
 * `POST /ws-ticket` issues a one-time ticket for the caller whom the route's authorizer identified. It works behind
 * REST and HTTP APIs with either payload. The caller is read only from `requestContext.authorizer`, because only API
 * Gateway can write it.
 */
import type { CompiledAccess, CompiledDocument, CompiledTicketIssuer } from '../access/compiled-document.ts';
import { documentOf } from '../access/find-document.ts';
import { issueTicket } from '../access/tickets/issue-ticket.ts';
import type { TicketPorts } from '../access/tickets/issue-ticket.ts';
import { TICKET_CALLER } from '../access/context-members.ts';
import { parseTicketCaller } from '../access/tickets/ticket-caller.ts';
import type { TicketCaller } from '../access/tickets/ticket.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { bodyOf, hasBody, readRequest } from '../aws/read-request.ts';
import { DomainError, isTokenError } from '../errors.ts';
import { problem, problemOf, problemReply } from '../http/problem.ts';
import { jsonReply } from '../http/reply.ts';
import { callerOf } from './access.ts';

const BODY_LIMIT_BYTES = 1024;

/**
 * Responds with `{"ticket":"wst_…","expiresInSeconds":30,"for":"tracking"}`. The request body may name the WebSocket
 * API's document, as in `{"for":"tracking"}`. It must do this if several documents accept tickets of this API's
 * callers.
 */
export type TicketDesk = (event: unknown) => Promise<ProxyResult>;

/**
 * Creates the function that issues tickets. The created function throws DomainError for failures that the caller has
 * not caused: API_UNKNOWN, CONFIG_INVALID, EVENT_MALFORMED, STORE_UNAVAILABLE.
 */
export function createTicketDesk(
  access: CompiledAccess,
  deployedStage: string,
  ports: TicketPorts,
): TicketDesk {
  return async (event) => {
    const takers = takersOf(access, deployedStage, event);
    const caller = callerOfTicket(event);
    const wanted = readRequestedPath(event);
    const taker = wanted === undefined && takers.length === 1 ? takers[0] : takers.find(isNamed(wanted));
    if (taker === undefined) {
      const names = takers.map(({ document }) => document.name).join(', ');
      return problemReply(problem(400, 'Bad Request', `the JSON body must name one of ${names} as "for"`));
    }
    const { name } = taker.document;
    try {
      const issued = await issueTicket(ports, {
        document: name,
        caller,
        ttlSeconds: taker.issuer.ttlSeconds,
      });
      const reply = jsonReply(200, { ...issued, for: name });
      return { ...reply, headers: { ...reply.headers, 'cache-control': 'no-store' } };
    } catch (error) {
      if (isTokenError(error)) return problemReply(problemOf(error));
      throw error;
    }
  };
}

/**
 * Returns the caller to issue a ticket for. Use it in your own handlers.
 * @throws DomainError CONFIG_INVALID when none of our authorizers protects the route, when no document accepts tickets
 * of its callers, or when the caller's roles and scopes are too long for a context
 *
 * @example
 * ```ts
 * import { callerOfTicket, DomainError } from 'gatewright/access';
 *
 * let code = '';
 * try {
 *   callerOfTicket({ requestContext: {} });
 * } catch (error) {
 *   if (error instanceof DomainError) code = error.code;
 * }
 * code // → 'CONFIG_INVALID'
 * ```
 */
export function callerOfTicket(event: unknown): TicketCaller {
  const caller = callerOf(event);
  const ticketCaller = parseTicketCaller(caller?.context[TICKET_CALLER]);
  if (caller === undefined || ticketCaller === undefined)
    throw new DomainError(
      'CONFIG_INVALID',
      "the route's authorizer does not pass on the caller: list the access document of the route under \"from\" of a ticket issuer, or shorten the caller's roles and scopes if they are too long for the authorizer's context",
    );
  const { subject, issuer, clientId, expiresAtEpochSeconds } = caller;
  if (issuer === undefined)
    throw new DomainError('CONFIG_INVALID', "the route's authorizer does not pass on the caller's issuer");
  return {
    ...ticketCaller,
    subject,
    issuer,
    ...(clientId !== undefined && { clientId }),
    ...(expiresAtEpochSeconds !== undefined && { expiresAtEpochSeconds }),
  };
}

type Taker = { readonly document: CompiledDocument; readonly issuer: CompiledTicketIssuer };

function takersOf(access: CompiledAccess, deployedStage: string, event: unknown): readonly Taker[] {
  const { apiId, stage } = readRequest(event).context;
  if (typeof apiId !== 'string' || typeof stage !== 'string')
    throw new DomainError('EVENT_MALFORMED', 'the event has no API and stage');
  const giver = documentOf(access, deployedStage, { apiId, stage });
  if (giver === undefined)
    throw new DomainError('API_UNKNOWN', `no access document protects stage ${stage} of API ${apiId}`);
  const takers = access.documents
    .filter(({ apis }) => apis.some((api) => api.for === deployedStage))
    .flatMap((document) =>
      document.tickets
        .filter(({ from, only }) => from.includes(giver.name) && (only?.includes(deployedStage) ?? true))
        .map((issuer) => ({ document, issuer })),
    );
  if (takers.length > 0) return takers;
  throw new DomainError(
    'CONFIG_INVALID',
    `no access document accepts tickets of callers of this API: name ${giver.name} under "from" of a ticket issuer`,
  );
}

/**
 * Returns the name of the requested document; undefined if the body names none. A malformed body gives an empty name,
 * which no document has.
 */
function readRequestedPath(event: unknown): string | undefined {
  const request = readRequest(event);
  if (!hasBody(request)) return undefined;
  try {
    const body = bodyOf(request);
    if (body.length > BODY_LIMIT_BYTES) return '';
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const wanted = typeof value === 'object' && value !== null && 'for' in value ? value.for : undefined;
    if (wanted === undefined) return undefined;
    return typeof wanted === 'string' ? wanted : '';
  } catch {
    return '';
  }
}

function isNamed(wanted: string | undefined): (taker: Taker) => boolean {
  return ({ document }) => document.name === wanted;
}
