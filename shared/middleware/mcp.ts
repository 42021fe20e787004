/**
 * Access rules in front of an MCP server: `mcp()` is for middy, `withMcp()` for a plain handler. They read every
 * message from the body and refuse what the access document denies, whatever the headers say. They also remove from
 * lists what the caller may not use.
 *
 * The caller is read only from `requestContext.authorizer`, because only API Gateway can write it, or from a credential
 * that the function verifies itself. Without either, an error is thrown, so that the request gets 500.
 */
import type { MiddlewareObj } from '@middy/core';
import { asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { CONTEXT_CUT } from '../access/context-members.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import {
  authorizerContextOf,
  bodyOf,
  headersOf,
  methodOf,
  readRequest,
  receivedAtOf,
} from '../aws/read-request.ts';
import type { EventRequest } from '../aws/read-request.ts';
import { remainingTimeOf } from '../aws/remaining-time.ts';
import { DomainError, isTokenError } from '../errors.ts';
import { chargeCalls, undo } from '../mcp/charge-calls.ts';
import type { CallAdmission } from '../mcp/charge-calls.ts';
import { filterResult } from '../mcp/filter-result.ts';
import { MCP_GRANTS, parseMcpGrants } from '../mcp/grants.ts';
import type { McpGrants } from '../mcp/grants.ts';
import { errorReply, guardRequest, printChallenge } from '../mcp/guard.ts';
import type { Passed } from '../mcp/guard.ts';
import type { McpVerifier } from '../mcp/verify-caller.ts';
import type { Admission, Quotas } from '../quota/quotas.ts';
import { callerOf } from './access.ts';

export type McpOptions = {
  /** Name of the access document whose rules under `mcp` decide, such as `orders` for `access/orders.yml`. */
  readonly document: string;
  /** Verifies callers if no authorizer did: `createMcpVerifier(compiled)` of `gatewright/mcp-verifier`. */
  readonly verify?: McpVerifier;
  /** Address of the protected resource metadata (RFC 9728), to which refusals refer. */
  readonly resourceMetadata?: string;
  /**
   * The quotas to charge if the document sets `mcp.charge`. Each call to a tool, prompt or resource is charged before
   * it runs, and refunded if the function fails or responds with 5xx.
   */
  readonly quotas?: Quotas;
  /** Tolerated difference between clocks. Default: 30. */
  readonly clockSkewSeconds?: number;
};

export type McpHandler<Event> = (event: Event, ...rest: readonly unknown[]) => unknown;

/**
 * A request that may reach the server, the rights that determine how its response is filtered, and its charges.
 */
export type McpPassage = Passed & {
  readonly grants: McpGrants;
  readonly admissions: readonly CallAdmission[];
};

type Admitted = McpPassage | { readonly kind: 'refused'; readonly reply: ProxyResult };

/**
 * Protects an MCP server in a middy middleware: `.use(mcp({ document: 'orders' }))`.
 * Add it as the last middleware, so that no other one changes the event after the decision.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import { mcp } from 'gatewright/mcp';
 *
 * const server = async () => ({ statusCode: 200, body: '{"jsonrpc":"2.0","id":1,"result":{}}' });
 * export const handler = middy(server).use(mcp({ document: 'orders' }));
 * ```
 */
export function mcp<Event extends object>(options: McpOptions): MiddlewareObj<Event, unknown> {
  // The key of the map is middy's request object, because another middleware may replace the event.
  const entered = new WeakMap<object, { readonly event: object; readonly passage: McpPassage }>();
  return {
    before: async (request) => {
      const { event, context } = request;
      const passage = await admit(event, context, options);
      if (passage.kind === 'refused') return passage.reply;
      entered.set(request, { event, passage });
      watchResponse(request, event, passage);
      request.context = withoutCallbacks(context);
      return undefined;
    },
    after: async (request) => {
      const found = entered.get(request);
      if (found === undefined)
        throw invalid('the response of the MCP server does not belong to a request that mcp() has decided');
      const { response } = request;
      endWatch(request);
      request.response = await finish(found.event, found.passage, response);
    },
    onError: async (request) => {
      const found = entered.get(request);
      endWatch(request);
      if (found !== undefined) await endCalls(found.event, found.passage, true);
    },
  };
}

/**
 * Filters the response of a middleware that was added later, and ends the charged calls. If such a middleware returns a
 * response, middy does not call the hooks of `mcp()`, but writes `earlyResponse` into `response`.
 */
function watchResponse(request: object, event: object, passage: McpPassage): void {
  let hasRun = false;
  let response: unknown;
  Object.defineProperty(request, 'response', {
    configurable: true,
    enumerable: true,
    get: () => response,
    set: (given: unknown) => {
      const isEarly = 'earlyResponse' in request;
      // middy awaits the response, so it may be a promise.
      response = isEarly ? finish(event, passage, given, !hasRun || hasFailed(request)) : given;
      hasRun ||= !isEarly && given !== undefined;
    },
  });
}

function hasFailed(request: object): boolean {
  return memberOf(request, 'error') !== undefined;
}

/** Makes `response` an ordinary member again. */
function endWatch(request: object): void {
  const value: unknown = memberOf(request, 'response');
  Object.defineProperty(request, 'response', { value, writable: true, configurable: true, enumerable: true });
}

/**
 * Protects an MCP server as `mcp()` does, for a handler without middy.
 *
 * @example
 * ```ts
 * import { withMcp } from 'gatewright/mcp';
 *
 * const server = async () => ({ statusCode: 200, body: '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}' });
 * const handler = withMcp(server, { document: 'orders' });
 * const event = {
 *   httpMethod: 'POST',
 *   headers: { 'content-type': 'application/json' },
 *   body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund_order"}}',
 *   requestContext: {
 *     requestTimeEpoch: Date.now(),
 *     authorizer: { sub: 'ann', mcpGrants: '{"document":"orders","allow":{"tools":["get_*"]},"deny":{}}' },
 *   },
 * };
 * const reply = (await handler(event)) as { statusCode: number };
 * reply.statusCode // → 403
 * ```
 */
export function withMcp<Event extends object>(
  handler: McpHandler<Event>,
  options: McpOptions,
): (event: Event, ...rest: readonly unknown[]) => Promise<unknown> {
  return async (event, ...rest) => {
    const admitted = await admit(event, rest[0], options);
    if (admitted.kind === 'refused') return admitted.reply;
    try {
      return await finish(event, admitted, await handler(event, ...rest.map(withoutCallbacks)));
    } catch (error) {
      await endCalls(event, admitted, true);
      throw error;
    }
  };
}

/**
 * Removes every way to respond but the returned value. Attack: a handler that calls the callback or `context.succeed`
 * (Node.js 22 and older) would send a list that was not filtered.
 */
function withoutCallbacks<T>(argument: T): T {
  if (typeof argument === 'function') return undefined as T;
  if (!isJsonObject(argument) || typeof memberOf(argument, 'succeed') !== 'function') return argument;
  const gone = { value: undefined };
  return Object.create(argument, { succeed: gone, fail: gone, done: gone }) as T;
}

/** Filters the response. Refunds the charged calls if the response failed, or if it does not come from the server. */
async function finish(
  event: object,
  passage: McpPassage,
  response: unknown,
  isRefunded = false,
): Promise<unknown> {
  const filtered = filterResult(passage, response);
  await endCalls(event, passage, isRefunded || Number(memberOf(filtered, 'statusCode')) >= 500);
  return filtered;
}

/** Ends the charged calls of a request. They are refunded if they failed. */
export async function endCalls(
  event: object,
  { admissions: charged }: McpPassage,
  hasFailed: boolean,
): Promise<void> {
  if (charged.length > 0) admissions.delete(event);
  if (hasFailed) await undo(charged);
  else await Promise.all(charged.map(({ admission }) => admission.release()));
}

/** The charged calls of running requests, by event, so that a second wrapper does not charge them again. */
const admissions = new WeakMap<object, readonly CallAdmission[]>();

/**
 * Returns the admission of a call, so that its real cost can be settled:
 * `await admissionOfCall(event)?.settle(tokens)`. Returns undefined if nothing was charged.
 * @param id id of the request in a batch. Default: the only call
 *
 * @example
 * ```ts
 * import { admissionOfCall } from 'gatewright/mcp';
 *
 * // Behind `withMcp()` with quotas, this is the admission of the call. Here there is none.
 * admissionOfCall({ requestContext: {} }) // → undefined
 * ```
 */
export function admissionOfCall(event: object, id?: string | number): Admission | undefined {
  const charged = admissions.get(event) ?? [];
  const found =
    id === undefined && charged.length === 1 ? charged[0] : charged.find((call) => call.id === id);
  return found?.admission;
}

/** Decides a request before the server sees it. */
export async function admit(event: object, context: unknown, options: McpOptions): Promise<Admitted> {
  const request = readRequest(event);
  const message = { method: methodOf(request) ?? '', headers: headersOf(request), body: bodyOf(request) };
  // Browsers ask with OPTIONS before they send a credential. The server gets such a request without a body, so it runs
  // nothing.
  const isPreflight = message.method === 'OPTIONS';
  const caller = isPreflight
    ? { kind: 'known' as const, grants: NO_GRANTS }
    : await readCaller(request, context, options);
  if (caller.kind === 'refused') return caller;
  const guarded = guardRequest(caller.grants, message, options);
  if (guarded.kind === 'refused') return guarded;
  const { charge } = caller.grants;
  const { quotas, document } = options;
  if (charge === undefined || admissions.has(event))
    return { ...guarded, grants: caller.grants, admissions: [] };
  if (quotas === undefined)
    throw invalid(
      `the access document ${document} sets mcp.charge, but the option quotas is not set: pass quotas to mcp() or withMcp()`,
    );
  // The request came by another route to the same function, and the authorizer has charged the price of that route.
  if (authorizerContextOf(request)['rateLimit'] !== undefined)
    throw invalid(
      `the authorizer has charged the request, and mcp.charge of the access document ${document} would charge it again: let only the route mcp.path invoke this function`,
    );
  const charged = await chargeCalls(quotas, charge, caller.grants, guarded, arrivalOf(request, context));
  if (charged.kind === 'refused') return charged;
  if (charged.admissions.length > 0) admissions.set(event, charged.admissions);
  return { ...guarded, grants: caller.grants, admissions: charged.admissions };
}

function arrivalOf(request: EventRequest, context: unknown): Parameters<typeof chargeCalls>[4] {
  const atEpochMs = receivedAtOf(request);
  const remainingMs = remainingTimeOf(context)();
  return {
    ...(atEpochMs !== undefined && { atEpochMs }),
    run: { ...(remainingMs !== Infinity && { remainingMs }) },
  };
}

const NO_GRANTS: McpGrants = { document: '', allow: {}, deny: {}, withScopes: [] };

type CallerRead =
  | { readonly kind: 'known'; readonly grants: McpGrants }
  | { readonly kind: 'refused'; readonly reply: ProxyResult };

const UNAUTHORIZED_CODE = 401;
const DENIED_CODE = 403;

/**
 * The end of the message for a request whose caller nobody has verified. Bundlers do not change texts, so `access
 * check` searches for this text to find the wrapper in the code of a function.
 */
export const WRAPPER_SIGN = 'handled the request, and the option verify is not set';

/**
 * @throws DomainError CONFIG_INVALID if nobody has verified the caller. Otherwise, callers could exploit a deployment
 * whose route has no authorizer.
 */
async function readCaller(request: EventRequest, context: unknown, options: McpOptions): Promise<CallerRead> {
  const carried = authorizerContextOf(request);
  if (carried[MCP_GRANTS] !== undefined) return readCarried(request, carried[MCP_GRANTS], options);
  if (asText(carried[CONTEXT_CUT])?.split(' ').includes(MCP_GRANTS) === true)
    throw invalid('the patterns under mcp are too long for the context of the authorizer: use wildcards');
  if (options.verify === undefined)
    throw invalid(`no authorizer of the access document ${options.document} ${WRAPPER_SIGN}`);
  return verifyCaller(options.verify, request, context, options);
}

function readCarried(request: EventRequest, text: unknown, options: McpOptions): CallerRead {
  const { document, clockSkewSeconds = 30 } = options;
  const grants = parseMcpGrants(text);
  const caller = callerOf(request.fields);
  const nowEpochMs = receivedAtOf(request);
  if (grants === undefined || caller === undefined || nowEpochMs === undefined)
    throw invalid('the context of the authorizer cannot be read');
  if (grants.document !== document)
    throw invalid(
      `the authorizer applied the access document ${grants.document}, but the option document is ${document}: set the option to ${grants.document}`,
    );
  // A cached result of the authorizer outlives the credential.
  if ((caller.expiresAtEpochSeconds ?? Infinity) + clockSkewSeconds < nowEpochMs / 1000)
    return unauthorized('invalid_token', 'The credential has expired.', options);
  return { kind: 'known', grants };
}

async function verifyCaller(
  verify: McpVerifier,
  request: EventRequest,
  context: unknown,
  options: McpOptions,
): Promise<CallerRead> {
  try {
    const grants = await verify(options.document, request, remainingTimeOf(context));
    if (grants !== undefined) return { kind: 'known', grants };
    const text = 'The access document does not allow this caller to reach the MCP server.';
    return { kind: 'refused', reply: errorReply(403, undefined, DENIED_CODE, text) };
  } catch (error) {
    if (!isTokenError(error)) throw error;
    // RFC 6750 section 3: a request without a credential gets no error code.
    const isMissing = error instanceof DomainError && error.code === 'TOKEN_MISSING';
    return isMissing
      ? unauthorized(undefined, 'The request has no credential.', options)
      : unauthorized('invalid_token', 'The credential is not valid.', options);
  }
}

function unauthorized(error: string | undefined, text: string, { resourceMetadata }: McpOptions): CallerRead {
  const reply = errorReply(401, undefined, UNAUTHORIZED_CODE, text);
  const challenge = printChallenge(error === undefined ? {} : { error }, resourceMetadata);
  return {
    kind: 'refused',
    reply: { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } },
  };
}

function invalid(message: string): DomainError {
  return new DomainError('CONFIG_INVALID', message);
}
