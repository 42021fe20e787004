/**
 * Checks that do not depend on the caller. Hard limits are checked before routing, then the part of the resource policy
 * that AWS reads before authentication.
 * reads: URL, headers, body; route, resource policy · adds: nothing · may answer: no · fails with: MALFORMED_REQUEST,
 * URI_TOO_LONG, HEADERS_TOO_LARGE, REQUEST_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ACCESS_DENIED
 * @see docs/aws §1.1 steps 1 and 4, §1.2, §2.5
 */
import { gatewayError } from '../errors.ts';
import { methodArn } from '../events/authorizer-event.ts';
import { edgePage } from '../events/edge-page.ts';
import { edgeIdOf, isBehindEdge } from '../events/request-headers.ts';
import { describeDenial } from '../events/denial-text.ts';
import { requestConditions } from '../events/request-conditions.ts';
import type { HeaderList } from '../events/header-list.ts';
import type { PackedBody, PrivateDomain } from '../events/request-facts.ts';
import { MAX_BODY_BYTES } from '../exchange.ts';
import type { Matched, Received, RequestLimits, ServedApi } from '../exchange.ts';

/**
 * The limits of each kind of API, as in the developer guide's pages of quotas. For REST APIs, these are the limits of
 * Regional APIs.
 */
const USUAL_LIMITS: Readonly<Record<ServedApi['protocol'], RequestLimits>> = {
  rest: { urlBytes: 10_240, headerBytes: 10_240 },
  http: { urlBytes: 10_240, headerBytes: 10_240, hasRequestLine: true },
  websocket: { urlBytes: 4_096, headerBytes: 10_240 },
};
const MAX_ARN_BYTES = 1600;
/**
 * The path length up to which the length of the ARN is not checked. With such a path, the ARN is within AWS's limit in
 * any region and stage, so the ARN does not have to be built.
 */
const SHORT_PATH = 1300;

export function screen(received: Received): void {
  const limits = received.api.limits ?? USUAL_LIMITS[received.api.protocol];
  const urlBytes =
    received.rawPath.length + (received.rawQuery === '' ? 0 : '?'.length + received.rawQuery.length);
  if (urlBytes > limits.urlBytes)
    throw gatewayError('URI_TOO_LONG', {
      source: 'client',
      reason: `the URL has ${urlBytes} bytes; ${limits.hasRequestLine === true ? `at most ${limits.headerBytes} are allowed, including the method and the headers` : `at most ${limits.urlBytes} are allowed`}${aboutFunctionUrl(received)}`,
    });
  // Attack: a server that cuts the path at `#` may serve a route other than the authorized route. A request target has
  // no fragment (RFC 9112 §3.2).
  if (received.rawPath.includes('#') || received.rawQuery.includes('#'))
    throw gatewayError('MALFORMED_REQUEST', { source: 'client', reason: 'the URL contains an unescaped #' });
  // The request line is `GET /path HTTP/1.1`.
  const lineBytes =
    limits.hasRequestLine === true ? received.method.length + urlBytes + ' HTTP/1.1'.length + 1 : 0;
  let headerBytes = lineBytes;
  let hosts = 0;
  let isName = true;
  for (const text of received.headers.lines) {
    headerBytes += text.length + 2;
    if (isName && text.length === 4 && text.toLowerCase() === 'host') hosts += 1;
    isName = !isName;
  }
  // Attack: if there are two Host headers, a proxy in front of the gateway or a server behind it may use a different
  // one than the gateway does (RFC 9112 §3.2).
  if (hosts > 1)
    throw gatewayError('MALFORMED_REQUEST', {
      source: 'client',
      reason: 'the request has more than one Host header',
    });
  if (headerBytes > limits.headerBytes)
    // If the URL is most of it, the caller has to shorten the URL.
    throw gatewayError(lineBytes > headerBytes / 2 ? 'URI_TOO_LONG' : 'HEADERS_TOO_LARGE', {
      source: 'client',
      reason: `the ${lineBytes === 0 ? 'headers' : 'request line and the headers together'} have ${headerBytes} bytes; at most ${limits.headerBytes} are allowed${received.api.protocol === 'websocket' ? ABOUT_HANDSHAKE : aboutFunctionUrl(received)}`,
    });
  if (received.body !== undefined && received.body.length > MAX_BODY_BYTES)
    throw gatewayError('REQUEST_TOO_LARGE', {
      source: 'client',
      reason: `the body is larger than ${received.api.functionUrl === undefined ? '10' : '6'} MB`,
    });
  if (received.packed?.fault !== undefined) refusePacked(received.headers, received.packed);
  if (received.method === 'GET' && received.body !== undefined) refuseBodyAtEdge(received, received.body);
}

/** AWS documents no limit for the headers of a handshake (docs/aws §13). */
const ABOUT_HANDSHAKE = '. This is the limit of REST APIs; the quotas page of WebSocket APIs names none';

/** AWS's documentation and users' reports differ about this limit (docs/aws §19.3). */
function aboutFunctionUrl({ api }: Received): string {
  return api.functionUrl === undefined
    ? ''
    : '. This is the size above which users report refusals of function URLs; the quotas page of Lambda says 1 MB';
}

/**
 * AWS's own CloudFront, in front of an edge-optimized API, refuses a GET request with a body. The request does not
 * reach the API, so it causes neither a gateway response nor a log entry.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
function refuseBodyAtEdge(received: Received, { length }: Buffer): void {
  if (length === 0 || received.api.protocol !== 'rest' || !isBehindEdge(received)) return;
  const edgeId = edgeIdOf(received) ?? '';
  const page = edgePage(403, 'Bad request.', edgeId);
  throw gatewayError('ACCESS_DENIED', {
    source: 'client',
    reason: 'the GET request has a body, and the endpoint of the API is edge-optimized',
    reply: {
      ...page,
      headers: [...page.headers, 'X-Cache', 'Error from cloudfront', 'X-Amz-Cf-Id', edgeId],
    },
    defect: {
      kind: 'screen',
      isAtEdge: true,
      because: [
        `The GET request has a body of ${length} bytes. The endpoint of the API is edge-optimized (EDGE, the default of EndpointConfiguration), so the request passes through CloudFront. CloudFront refuses GET requests with a body before they reach API Gateway.`,
      ],
      changes: [
        'Send the values in the query, or use POST. Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL]. A change to the API takes effect when you deploy it again.',
      ],
    },
  });
}

function refusePacked(headers: HeaderList, { fault, sent }: PackedBody): never {
  if (fault === 'too-large')
    throw gatewayError('REQUEST_TOO_LARGE', {
      source: 'client',
      reason: 'the decompressed body is larger than 10 MB',
    });
  const coding = (headers.last('content-encoding') ?? '').trim().toLowerCase();
  const { because, change } = explainCoding(coding, sent);
  throw gatewayError('UNSUPPORTED_MEDIA_TYPE', {
    source: 'client',
    reason: `the body cannot be decompressed: ${because}`,
    defect: { kind: 'screen', because: [`${because}.`], changes: [change] },
  });
}

/** How the compressed data of each coding that API Gateway decompresses begins (RFC 1952 §2.3.1, RFC 1950 §2.2). */
const BEGINNINGS: Readonly<Record<string, (body: Buffer) => boolean>> = {
  gzip: (body) => body[0] === 0x1f && body[1] === 0x8b,
  deflate: (body) => ((body[0] ?? 0) & 0x0f) === 8 && body.length > 1 && body.readUInt16BE() % 31 === 0,
};

/** Says why a body with this Content-Encoding cannot be decompressed, and how the client has to send the body. */
function explainCoding(coding: string, body: Buffer): { readonly because: string; readonly change: string } {
  const isPacked = BEGINNINGS[coding];
  if (isPacked === undefined)
    return {
      because: `Content-Encoding is ${coding}, but API Gateway decompresses only gzip and deflate`,
      change:
        'Compress the body with gzip or deflate, and name this coding in Content-Encoding. Or send the body uncompressed, without Content-Encoding.',
    };
  if (isPacked(body))
    return {
      because: `Content-Encoding is ${coding}, and the body begins as ${coding} does, but its data are damaged or incomplete`,
      change:
        'Send the compressed body byte for byte, with all its bytes. curl does so with --data-binary @FILE, but not with -d @FILE, which removes line breaks.',
    };
  const other = Object.keys(BEGINNINGS).find((name) => BEGINNINGS[name]?.(body) === true);
  if (other !== undefined)
    return {
      because: `Content-Encoding is ${coding}, but the body is compressed with ${other}`,
      change: `Send Content-Encoding: ${other}.`,
    };
  return {
    because: `Content-Encoding is ${coding}, but the body is not compressed with ${coding}`,
    change: `Remove the header Content-Encoding from the request, or compress the body with ${coding}.`,
  };
}

/**
 * Checks the length of the ARN, then the policy of the private domain, then the API's resource policy. A private API
 * without a policy refuses every request. An open method needs an explicit allow. For a method with a Lambda
 * authorizer, it is enough that no statement denies the request explicitly. Requests to other methods are decided in
 * `authorize`, once the caller is known.
 */
export function screenByPolicy(matched: Matched): void {
  if (matched.path.length > SHORT_PATH) refuseLongArn(matched);
  if (matched.api.privateDomain !== undefined) screenByDomain(matched, matched.api.privateDomain);
  const { resourcePolicy } = matched.stage.deployment;
  if (resourcePolicy === undefined) return;
  if (resourcePolicy.kind === 'closed')
    throw gatewayError('ACCESS_DENIED', {
      source: 'client',
      reason: 'the API is private and has no resource policy',
      message: describeDenial(matched, undefined, false),
      defect: { kind: 'no-policy' },
    });
  const { kind } = matched.route.authorization;
  if (kind !== 'none' && kind !== 'lambda') return;
  const decision = resourcePolicy.policy.decide({
    action: 'execute-api:Invoke',
    resource: methodArn(matched),
    conditions: requestConditions(matched, resourcePolicy),
  });
  if (decision === 'explicit-deny') throw denied(matched, true, 'the resource policy denies the request');
  if (decision === 'implicit-deny' && kind === 'none')
    throw denied(matched, false, 'the resource policy does not allow the request');
}

/**
 * Refuses a request that the private domain's policy does not allow, even from an authorized caller. The API's own
 * policy is checked in addition.
 */
function screenByDomain(matched: Matched, { name, arn, policy, vpcEndpoints }: PrivateDomain): void {
  if (policy === undefined) throw denied(matched, false, `the private domain ${name} has no resource policy`);
  const conditions = requestConditions(matched, { vpcEndpoints });
  // A policy resource `execute-api:/*` covers everything below the domain, but only the domain's ARN itself covers the
  // domain as a whole. The call is therefore checked under both names.
  const [whole, below] = [arn, `${arn}/`].map((resource) =>
    policy.decide({ action: 'execute-api:Invoke', resource, conditions }),
  );
  if (whole === 'explicit-deny' || below === 'explicit-deny')
    throw denied(matched, true, `the policy of the private domain ${name} denies the request`);
  if (whole !== 'allow' && below !== 'allow')
    throw denied(matched, false, `the policy of the private domain ${name} does not allow the request`);
}

/**
 * Refuses a request with a long ARN. This applies only to REST methods with authorization, because an open method does
 * not use its ARN.
 */
function refuseLongArn(matched: Matched): void {
  const { authorization } = matched.route;
  if (matched.api.protocol !== 'rest' || authorization.kind === 'none') return;
  const { length } = methodArn(matched);
  if (length > MAX_ARN_BYTES)
    throw gatewayError('URI_TOO_LONG', {
      source: 'client',
      reason: `the method ARN has ${length} bytes; at most ${MAX_ARN_BYTES} are allowed`,
    });
}

function denied(matched: Matched, isExplicit: boolean, reason: string): Error {
  const message = describeDenial(matched, undefined, isExplicit);
  return gatewayError('ACCESS_DENIED', { source: 'client', reason, message });
}
