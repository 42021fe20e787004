/**
 * Surprises about functions and authorizers: what a handler's code misreads or does not await, values that the request
 * does not have, tokens that are accepted, cached results, and subprotocols.
 * @see docs/aws §3.1–§3.3, §4.3, §4.5
 */
import { adviseBehavior } from '../explain/behavior-advice.ts';
import { describeEdge, isForwarded } from '../records/describe-edge.ts';
import { adviseOwnResults } from '../explain/cached-for-other.ts';
import { flushCommand } from '../explain/explain-access.ts';
import { adviseRead, describeMisread } from '../explain/function-error-advice.ts';
import { SUBPROTOCOL } from '../explain/explain-closure.ts';
import { listed } from '../explain/reason.ts';
import { asJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { inputNotKeyed, nameUncached } from './cached-identity.ts';
import { findLine, READS_ROUTE, isPythonCode } from '../records/handler-lines.ts';
import { findReadOf } from '../records/handler-misread.ts';
import { isInEvent, nameRead, readsOfRequest } from './request-reads.ts';
import type { SurpriseKind } from './surprise.ts';

const readElsewhere: SurpriseKind = {
  code: 'EVENT_READ_ELSEWHERE',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §3.3',
  find(facts) {
    const { recorded, readHandler } = facts;
    // A function that failed is explained by its error.
    if (recorded.outcome?.kind !== 'returned' || readHandler === undefined || facts.isToolkit)
      return undefined;
    const misread = findReadOf(recorded, readHandler);
    if (misread === undefined) return undefined;
    return {
      values: { place: misread.place, written: misread.written, instead: misread.instead },
      because: describeMisread(misread),
      changes: [adviseRead(misread)],
    };
  },
};

/**
 * Statuses with which a function may refuse a request because of a missing value. A 404 usually means that
 * the requested item does not exist.
 */
const OF_MISSING_VALUES = new Set([400, 401, 403, 422]);

/** A function that refuses a request itself often does so because of a value that the request does not have. */
const valueAbsent: SurpriseKind = {
  code: 'REQUEST_VALUE_ABSENT',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §3.1',
  find({ recorded: { received, outcome, status }, handler, isToolkit, stacks = [] }) {
    if (!OF_MISSING_VALUES.has(status) || outcome?.kind !== 'returned' || isToolkit) return undefined;
    if (received.route?.integration.kind !== 'lambda-proxy' || handler === undefined) return undefined;
    const absent = readsOfRequest(handler)
      .filter((read) => !isInEvent(received, read))
      .map((read) => ({ ...read, kind: read.part }));
    if (absent.length === 0) return undefined;
    // Code often reads both Authorization and authorization.
    const once = absent.filter(
      (one, index) =>
        absent.findIndex((other) => nameRead(other).toLowerCase() === nameRead(one).toLowerCase()) === index,
    );
    const named = once.map(nameRead);
    const withPlaces = once.map((read) => `${nameRead(read)} (${read.place})`);
    const { isBehindEdge: isBehind, behavior } = describeEdge(received, stacks);
    // A value that the behavior forwards is missing because the viewer did not send it.
    const lost =
      behavior === undefined
        ? absent
        : absent.filter(({ part, name }) => {
            const forwarding = behavior.forwards?.[part];
            return forwarding === undefined || !isForwarded(forwarding, name);
          });
    const isBehindEdge = isBehind === true && lost.length > 0;
    const it = named.length === 1 ? 'it' : 'them';
    return {
      values: { names: [...new Set(absent.map(({ name, part }) => name || part))] },
      because: [
        `The function itself responded with ${status}. It reads ${listed(withPlaces)}, which the request does not have${isBehindEdge ? ` as it left CloudFront. If the viewer sent ${it}, the cache behavior${behavior?.place === undefined ? '' : ` (${behavior.place})`} did not forward ${it}` : ''}.`,
      ],
      changes: [
        ...(isBehindEdge ? [adviseBehavior(lost, listed([...new Set(lost.map(nameRead))]), behavior)] : []),
        isBehindEdge
          ? `If the viewer sent none, send ${listed(named)}.`
          : `Send ${listed(named)}, if the function refuses requests without ${it}.`,
      ],
    };
  },
};

/** Matches functions of the file that return promises, and functions of the platform that do. */
export const ASYNC_NAMES = /\basync\s+function\s+(\w+)|\b(?:const|let|var)\s+(\w+)\s*=\s*async\b/g;
const USUAL_PROMISES = ['fetch', String.raw`\w+\.send`, String.raw`\w+\.json`];

/** `JSON.stringify` writes a promise as {}. */
const promiseReturned: SurpriseKind = {
  code: 'PROMISE_NOT_AWAITED',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §3.1',
  find({ recorded: { received, outcome }, handler, isToolkit }) {
    if (outcome?.kind !== 'returned' || isToolkit) return undefined;
    if (received.route?.integration.kind !== 'lambda-proxy' || handler === undefined) return undefined;
    if (isPythonCode(handler)) return undefined;
    const empty = listEmpty(membersOf(parseJson(outcome.payload)));
    const found = empty.length === 0 ? undefined : findPromiseOf(empty, handler.text);
    if (found === undefined) return undefined;
    const { name } = found;
    const place = `${handler.file}:${found.line}`;
    return {
      values: { name, place },
      because: [
        `The result contains {}, which is what JSON.stringify makes of a promise: ${place} calls ${name}(…), which returns a promise, and does not await it.`,
      ],
      changes: [`Write await before ${name}(…) at ${place}, in an async function.`],
    };
  },
};

/** Bodies nest no deeper than this in practice, and the search is recursive. */
const MAX_DEPTH = 20;

/** Returns the names of the members of a result's body that are `{}`, and `body` if the body itself is. */
function listEmpty({ body }: UnknownMembers): readonly string[] {
  const names: string[] = [];
  const visit = (name: string, value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) for (const item of value as readonly unknown[]) visit(name, item, depth + 1);
    const members = asJsonObject(value);
    if (members === undefined) return;
    if (Object.keys(members).length === 0) names.push(name);
    for (const [key, member] of Object.entries(members)) visit(key, member, depth + 1);
  };
  visit('body', typeof body === 'string' ? parseJson(body) : body, 0);
  // The names become part of a pattern. Code that has other names writes them in quotes, which is rare.
  return [...new Set(names)].filter((name) => /^\w+$/.test(name)).slice(0, 20);
}

/** Finds the call to an asynchronous function whose promise became one of these members. */
function findPromiseOf(
  members: readonly string[],
  text: string,
): { readonly name: string; readonly line: number } | undefined {
  const own = [...text.matchAll(ASYNC_NAMES)].map(([, one, other]) => one ?? other ?? '');
  const call = new RegExp(
    String.raw`(?:\b(?:const|let|var)\s+(\w+)\s*=\s*|\b(\w+)\s*:\s*|\bJSON\.stringify\(\s*)(${[...own, ...USUAL_PROMISES].join('|')})\s*\(`,
  );
  const named = members.join('|');
  for (const [index, line] of text.split('\n').entries()) {
    const [, variable, member, name] = call.exec(line) ?? [];
    if (name === undefined || line.includes('.then(')) continue;
    const isWritten =
      variable === undefined
        ? members.includes(member ?? 'body')
        : !new RegExp(String.raw`\bawait\s+${variable}\b|\bPromise\.\w+\([^)]*\b${variable}\b`).test(text) &&
          (members.includes(variable) ||
            new RegExp(String.raw`\b(?:${named})\s*:\s*(?:JSON\.stringify\(\s*)?${variable}\b`).test(text));
    if (isWritten) return { name, line: index + 1 };
  }
  return undefined;
}

/** A call that writes a file whose path is written in the code, in JavaScript and in Python. */
const WRITES =
  /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|mkdir|mkdirSync)\(\s*['"`]([^'"`]+)['"`]|\bopen\(\s*['"]([^'"]+)['"]\s*,\s*(?:mode\s*=\s*)?['"][wax]|\bos\.(?:mkdir|makedirs)\(\s*['"]([^'"]+)['"]/;

/**
 * "/tmp" is the only folder that a function may write.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
 */
const writesOutsideTmp: SurpriseKind = {
  code: 'WRITES_OUTSIDE_TMP',
  mark: undefined,
  source: 'docs/aws §8.2',
  find({ recorded: { outcome, received }, handler, isToolkit }) {
    if (outcome?.kind !== 'returned' || handler === undefined || isToolkit) return undefined;
    if (received.route === undefined || !('functionName' in received.route.integration)) return undefined;
    // If a function changes its working directory, it is unknown to which files its relative paths refer.
    if (/\bchdir\(/.test(handler.text)) return undefined;
    for (const [index, text] of handler.text.split('\n').entries()) {
      const [, script, python, folder] = WRITES.exec(text) ?? [];
      const path = script ?? python ?? folder;
      if (
        path === undefined ||
        /^(?:\/tmp(?:\/|$)|\/mnt\/|\/dev\/(?:null|stdout|stderr|fd\/)|\$\{)/.test(path)
      )
        continue;
      const place = `${handler.file}:${index + 1}`;
      return {
        values: { path, place },
        because: [
          `${place} writes ${path}. On AWS, the file system of a function is read-only except for /tmp, so this line fails with EROFS (read-only file system).`,
        ],
        changes: [
          `Write below /tmp at ${place}, and keep what later invocations need in S3 or a table: each instance has its own /tmp.`,
        ],
      };
    }
    return undefined;
  },
};

/**
 * Code that reads the claims scope, client_id or username (an ID token has cognito:username).
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
const READS_ACCESS_TOKEN = /\bclaims\b.*(?<![\w:])(scope|client_id|username)\b/;

/** @param line such as `src/index.js:2` */
function readClaim(text: string, line: string): string {
  const number = Number(line.slice(line.lastIndexOf(':') + 1));
  return READS_ACCESS_TOKEN.exec(text.split('\n')[number - 1] ?? '')?.[1] ?? '';
}

/**
 * A JWT authorizer compares issuer and audience, which both kinds of token of a user pool fulfill; only access tokens
 * have scopes.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
const idTokenAccepted: SurpriseKind = {
  code: 'ID_TOKEN_ACCEPTED',
  mark: undefined,
  source: 'docs/aws §4.5',
  find({ recorded: { caller, received }, handler }) {
    const { route, api } = received;
    if (caller?.kind !== 'jwt' || api.protocol !== 'http' || caller.claims['token_use'] !== 'id')
      return undefined;
    if (route?.authorization.kind !== 'token' || route.authorization.scopes.length > 0) return undefined;
    // Many pages send ID tokens on purpose. This matters only to code that reads claims of access tokens.
    const line = findLine(handler, READS_ACCESS_TOKEN);
    if (line === undefined) return undefined;
    const { name } = route.authorization.authorizer;
    return {
      values: { authorizer: name },
      because: [
        `The token is an ID token (token_use: id). Authorizer ${name} accepts it as it accepts an access token, because API Gateway does not check token_use, and ${route.routeKey} has no AuthorizationScopes. The function reads the claim ${readClaim(handler?.text ?? '', line)} (${line}), which only access tokens have.`,
      ],
      changes: [
        'Let the client send the access token of the user pool.',
        `If only access tokens may call ${route.routeKey}, add to AuthorizationScopes of the route a scope that access tokens have: ID tokens have no scopes. Or check token_use in the function.`,
      ],
    };
  },
};

/**
 * A cached simple allow for one route applies to all routes. A policy is compared with each request, and explained if
 * it refuses one.
 */
const authorizerCached: SurpriseKind = {
  code: 'AUTHORIZER_CACHED',
  mark: undefined,
  source: 'docs/aws §4.1',
  find({
    recorded: { caller, authorizerCall, received, cache, status },
    definition,
    isToolkit,
    readHandler,
  }) {
    // The explanation of a refusal already says that it comes from a cached result.
    if (status > 399 || cache?.isHit === true) return undefined;
    const authorization = received.route?.authorization;
    if (caller?.kind !== 'lambda' || authorizerCall !== undefined || authorization?.kind !== 'lambda')
      return undefined;
    const { name, ttlSeconds, payload } = authorization.authorizer;
    const { givenFor } = caller.grant;
    if (isToolkit || ttlSeconds === 0 || caller.grant.verdict.kind !== 'simple') return undefined;
    if (givenFor === undefined || givenFor === received.route?.routeKey) return undefined;
    const { functionName } = authorization.authorizer;
    const code = readHandler?.(functionName.render(received.stage?.variables ?? null));
    const line = findLine(code, READS_ROUTE);
    if (line === undefined) return undefined;
    return {
      values: { authorizer: name, ttlSeconds },
      because: [
        `Results of authorizer ${name} are cached for ${ttlSeconds} s${ttlSeconds === 300 && received.api.protocol === 'rest' ? ' (300 s is also the default of API Gateway)' : ''}, and apply to all its routes: this result was made for ${givenFor}, and the function, which reads the route or path at ${line}, was not called for ${received.route?.routeKey ?? 'this route'}.`,
      ],
      changes: [
        adviseOwnResults(
          { name, ...(payload === 'rest-token' && { isTokenType: true }) },
          { protocol: received.api.protocol, definition },
        ),
        `Or have the function called for every request: ${nameUncached(definition, name)}. To end the current result, flush the authorizer’s cache: ${flushCommand({ protocol: received.api.protocol, apiId: received.api.apiId, stageName: received.stage?.name, isDeployed: false })}.`,
      ],
    };
  },
};

/**
 * API Gateway chooses no subprotocol itself (docs/aws §11.1), and browsers end a connection without the one they asked
 * for.
 */
const subprotocolMissing: SurpriseKind = {
  code: 'SUBPROTOCOL_NOT_CONFIRMED',
  mark: 'subprotocol not confirmed',
  source: 'docs/aws §11.1',
  find({ recorded: { received, status }, reply }) {
    const asked = received.headers.last('sec-websocket-protocol');
    if (asked === undefined || status !== 101 || reply.last('sec-websocket-protocol') !== undefined)
      return undefined;
    return {
      values: {},
      because: [SUBPROTOCOL.because],
      changes: [SUBPROTOCOL.change],
    };
  },
};

export const HANDSHAKE_KINDS: readonly SurpriseKind[] = [subprotocolMissing, valueAbsent];

export const HANDLER_KINDS: readonly SurpriseKind[] = [
  readElsewhere,
  valueAbsent,
  promiseReturned,
  writesOutsideTmp,
  idTokenAccepted,
  authorizerCached,
  inputNotKeyed,
];
