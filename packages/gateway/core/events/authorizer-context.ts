/** The caller in events (docs/aws §4.3). */
import { putEntry } from '../routing/text-map.ts';
import type { CallerFacts, ContextValue } from './request-facts.ts';

/**
 * `requestContext.authorizer` of REST and WebSocket: the Lambda authorizer's context as text, or the claims.
 * Undefined (no such key) without an authorizer, and for IAM, which uses `identity`.
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
 * The context for messages and the end of a connection, for which no authorizer was called: no `integrationLatency`
 * [obs].
 */
export function printLaterAuthorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  return caller.kind === 'lambda' ? printKept(caller) : printRestAuthorizer(caller);
}

/** The context for HTTP API payload 1.0, in which claims come with their scopes. */
export function printHttp1Authorizer(caller: CallerFacts): Record<string, unknown> | undefined {
  return caller.kind === 'jwt'
    ? { claims: caller.claims, scopes: caller.scopes }
    : printRestAuthorizer(caller);
}

/** HTTP API payload 2.0: context values keep their JSON types. */
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

/** Keyed by the context of a cached grant, which never changes, so each event gets the same text. */
type Kept = { readonly principalId: string | undefined } & Record<Dialect, string | undefined>;
const kept = new WeakMap<object, Kept>();

/** The JSON of the member; undefined means that there is no such key. */
export function authorizerText(dialect: Dialect, caller: CallerFacts): string | undefined {
  // A new grant is not kept, because its latency differs.
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

/** The gateway's own members come last, so that a context key cannot pose as the principal. */
function printKept(caller: LambdaCaller): Record<string, unknown> {
  const printed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(caller.context)) putEntry(printed, name, printValue(value));
  if (caller.principalId !== undefined) printed['principalId'] = caller.principalId;
  return printed;
}

/**
 * `123` → `"123"`; null stays null. Structures only occur when an HTTP API 2.0 authorizer precedes a 1.0
 * integration.
 */
function printValue(value: ContextValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return JSON.stringify(value);
}
