/** Formats the caller for events (docs/aws §4.3). */
import { putEntry } from '../routing/text-map.ts';
import type { CallerFacts, ContextValue } from './request-facts.ts';

/**
 * Returns `requestContext.authorizer` for REST and WebSocket APIs. It contains the context of the Lambda authorizer as
 * text, or the claims of the token. Returns undefined without an authorizer, so that the event has no such key. Also
 * returns undefined with IAM authorization, because the event then contains the caller in `identity`.
 */
export function printRestAuthorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  switch (caller.kind) {
    case 'anonymous':
    case 'iam':
      return undefined;
    case 'jwt':
      return { claims: caller.claims };
    case 'lambda':
      return printContext(caller);
  }
}

/**
 * Returns `requestContext.authorizer` for messages and for the end of a connection; undefined for an anonymous caller
 * and with IAM authorization. It has no `integrationLatency`, because no authorizer was called for these events [obs].
 */
export function printLaterAuthorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  return caller.kind === 'lambda' ? printKept(caller) : printRestAuthorizer(caller);
}

/** Returns the context for HTTP API payload 1.0, which contains the scopes together with the claims. */
export function printHttp1Authorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  return caller.kind === 'jwt'
    ? { claims: caller.claims, scopes: caller.scopes }
    : printRestAuthorizer(caller);
}

/** Returns the context for HTTP API payload 2.0, in which context values keep their JSON types. */
export function printHttp2Authorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  switch (caller.kind) {
    case 'anonymous':
      return undefined;
    case 'jwt':
      return { jwt: { claims: caller.claims, scopes: caller.scopes } };
    case 'lambda':
      return { lambda: caller.context };
    case 'iam':
      return {
        iam: {
          accessKey: caller.accessKey,
          accountId: caller.accountId,
          callerId: caller.callerId,
          cognitoIdentity: null,
          principalOrgId: caller.organizationId ?? null,
          userArn: caller.userArn,
          userId: caller.userId,
        },
      };
  }
}

type Dialect = 'rest' | 'http2';
const PRINTS = { rest: printRestAuthorizer, http2: printHttp2Authorizer };

/** The printed contexts of cached grants. A cached grant never changes, so the same text can be used for each event. */
type Kept = { readonly principalId: string | undefined } & Record<Dialect, string | undefined>;
const kept = new WeakMap<object, Kept>();

/** Returns the JSON of the authorizer member; undefined means that the event has no such key. */
export function authorizerText(dialect: Dialect, caller: CallerFacts): string | undefined {
  // The text of a new grant is not stored, because its latency differs.
  if (caller.kind !== 'lambda' || caller.integrationLatencyMs !== 0) return printCaller(dialect, caller);
  const { context, principalId } = caller;
  let texts = kept.get(context);
  if (texts === undefined || texts.principalId !== principalId) {
    texts = { principalId, rest: undefined, http2: undefined };
    kept.set(context, texts);
  }
  return (texts[dialect] ??= printCaller(dialect, caller));
}

function printCaller(dialect: Dialect, caller: CallerFacts): string | undefined {
  const printed = PRINTS[dialect](caller);
  return printed && JSON.stringify(printed);
}

type LambdaCaller = Extract<CallerFacts, { kind: 'lambda' }>;

function printContext(caller: LambdaCaller): Record<string, unknown> {
  const printed = printKept(caller);
  printed['integrationLatency'] = caller.integrationLatencyMs;
  return printed;
}

/**
 * Returns the context with the gateway's own members last, so that a key of the context cannot replace the principal.
 */
function printKept(caller: LambdaCaller): Record<string, unknown> {
  const printed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(caller.context)) putEntry(printed, name, printValue(value));
  if (caller.principalId !== undefined) printed['principalId'] = caller.principalId;
  return printed;
}

/**
 * Converts `123` to `"123"`; null stays null. A structure occurs only if a 2.0 authorizer of an HTTP API precedes a 1.0
 * integration.
 */
function printValue(value: ContextValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return JSON.stringify(value);
}
