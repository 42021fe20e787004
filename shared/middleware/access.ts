/**
 * The backend's own check of the caller's expiry and scopes. It is needed because a cached authorizer result outlives
 * its token and its scopes. `access()` is for middy, `withAccess()` for a plain handler. Everything is read from
 * `requestContext.authorizer`, which only API Gateway can write. Headers are not used, because callers can forge them.
 */
import type { MiddlewareObj } from '@middy/core';
import { asNonEmptyText } from '@gatewright/aws/json-object';
import type { EventFields } from '../aws/event-fields.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { authorizerContextOf, headersOf, queryOf, readRequest, receivedAtOf } from '../aws/read-request.ts';
import { problem, problemReply } from '../http/problem.ts';

/**
 * The caller from the authorizer's context. The expiry is a number again, because REST APIs pass all values as text.
 */
export type Caller = {
  readonly subject: string;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  /** The time when the credential expires. It is undefined for an API key that does not expire. */
  readonly expiresAtEpochSeconds: number | undefined;
  /**
   * All other members of the context, unchanged: the claims that the access document names under `context`, and what
   * the toolkit and API Gateway add.
   */
  readonly context: EventFields;
  /**
   * Names of values that the authorizer omitted as too long. `scope` means that some of the scopes were omitted.
   */
  readonly cut: readonly string[];
};

export type AccessOptions = {
  readonly scopes?: readonly string[];
  /** Tolerated difference between clocks. Default: 30. */
  readonly clockSkewSeconds?: number;
  /** Whether to allow requests that override the authorized method. */
  readonly allowMethodOverride?: boolean;
};

/**
 * Headers from which some frameworks read the method. The authorizer's rules allowed only the method of the request
 * itself.
 */
const OVERRIDES = /^(x-http-method(-override)?|x-method-override)$/i;
/**
 * Parameters from which some frameworks read the method. Parsers of nested parameters read `_method[]` as a list and
 * use its first entry.
 */
const OVERRIDING_PARAMETERS = /^_method(\[|$)/;

type AccessHandler<Event> = (event: Event, ...rest: readonly unknown[]) => unknown;

/**
 * Checks the caller in a middy middleware: `.use(access({ scopes: ['orders:read'] }))`. A refused request does not
 * reach later middlewares.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import { access } from 'gatewright/access';
 *
 * const handler = middy(async () => ({ statusCode: 200, body: 'orders' })).use(access({ scopes: ['orders:write'] }));
 * const event = {
 *   requestContext: {
 *     timeEpoch: Date.now(),
 *     authorizer: { lambda: { sub: 'ann', iss: 'https://issuer.example/', scope: 'orders:read', exp: '4102444800' } },
 *   },
 * };
 * const reply = (await handler(event as never, {} as never)) as { statusCode: number };
 * reply.statusCode // → 403
 * ```
 */
export function access<Event extends object>(options: AccessOptions = {}): MiddlewareObj<Event, unknown> {
  return { before: ({ event }) => refusal(event, options) };
}

/**
 * Checks the caller as `access()` does, for a handler without middy.
 *
 * @example
 * ```ts
 * import { callerOf, withAccess } from 'gatewright/access';
 *
 * const handler = withAccess(async (event) => ({ statusCode: 200, body: callerOf(event)?.subject }), {
 *   scopes: ['orders:read'],
 * });
 * const event = {
 *   requestContext: {
 *     timeEpoch: Date.now(),
 *     authorizer: { lambda: { sub: 'ann', iss: 'https://issuer.example/', scope: 'orders:read', exp: '4102444800' } },
 *   },
 * };
 * await handler(event) // → { statusCode: 200, body: 'ann' }
 * ```
 */
export function withAccess<Event extends object>(
  handler: AccessHandler<Event>,
  options: AccessOptions = {},
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  return async (event, ...rest) => refusal(event, options) ?? (await handler(event, ...rest));
}

/**
 * Returns the caller that the authorizer identified. Returns undefined if none of our authorizers handled the request.
 *
 * @example
 * ```ts
 * import { callerOf } from 'gatewright/access';
 *
 * const event = {
 *   requestContext: {
 *     timeEpoch: Date.now(),
 *     authorizer: { lambda: { sub: 'ann', iss: 'https://issuer.example/', scope: 'orders:read', exp: '4102444800' } },
 *   },
 * };
 * callerOf(event)?.scopes // → ['orders:read']
 * callerOf({ requestContext: {} }) // → undefined
 * ```
 */
export function callerOf(event: unknown): Caller | undefined {
  const { sub, iss, clientId, scope, exp, contextCut, ...context } = authorizerContextOf(readRequest(event));
  const expiresAtEpochSeconds = typeof exp === 'string' && /^\d{1,12}$/.test(exp) ? Number(exp) : exp;
  const subject = asNonEmptyText(sub);
  // An empty subject does not identify a caller, because all callers without a subject would be treated as the same
  // caller.
  if (subject === undefined) return undefined;
  if (expiresAtEpochSeconds !== undefined && typeof expiresAtEpochSeconds !== 'number') return undefined;
  return {
    subject,
    issuer: asNonEmptyText(iss),
    clientId: asNonEmptyText(clientId),
    scopes: asNonEmptyText(scope)?.split(' ') ?? [],
    expiresAtEpochSeconds,
    context,
    cut: asNonEmptyText(contextCut)?.split(' ') ?? [],
  };
}

/**
 * Returns the response that refuses a request; undefined if the request is allowed. Its status is 500 if there is no
 * authorizer, or if a scope is missing and the authorizer omitted scopes, because neither is the caller's fault.
 */
function refusal(
  event: object,
  { scopes = [], clockSkewSeconds = 30, allowMethodOverride = false }: AccessOptions,
): ProxyResult | undefined {
  const caller = callerOf(event);
  const nowEpochMs = receivedAtOf(readRequest(event));
  if (caller === undefined || nowEpochMs === undefined)
    return problemReply(problem(500, 'Internal Server Error'));
  if ((caller.expiresAtEpochSeconds ?? Infinity) + clockSkewSeconds < nowEpochMs / 1000)
    return problemReply(problem(401, 'Unauthorized', 'the credential has expired'));
  if (!allowMethodOverride && overridesMethod(event))
    return problemReply(problem(403, 'Forbidden', 'the request overrides its method'));
  if (scopes.every((scope) => caller.scopes.includes(scope))) return undefined;
  // Some scopes were omitted as too long. The required scope may be among them, so the response must not claim
  // that the caller lacks it.
  if (caller.cut.includes('scope')) return problemReply(problem(500, 'Internal Server Error'));
  return problemReply(problem(403, 'Forbidden', 'the credential lacks a scope'));
}

function overridesMethod(event: object): boolean {
  const request = readRequest(event);
  return (
    [...headersOf(request).keys()].some((name) => OVERRIDES.test(name)) ||
    [...queryOf(request).keys()].some((name) => OVERRIDING_PARAMETERS.test(name))
  );
}
