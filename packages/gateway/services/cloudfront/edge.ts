/** CloudFront in front of APIs. Handles every request of a viewer, from the first check to the log line. */
import type { ControlReply } from '../../core/api-call.ts';
import type { ScreenVerdict } from '../../core/stage-screens.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import type { FrontRequest, ServicePorts } from '../../kernel/service.ts';
import { aliasesFor, selects } from './distribution.ts';
import type { Behavior, Distribution } from './distribution.ts';
import { EdgeCache } from './edge-cache.ts';
import type { CacheOutcome } from './edge-cache.ts';
import type { OriginAnswer } from './stored-objects.ts';
import { ViewerRequest } from './viewer-request.ts';
import { ownError, redirectPage, toViewer } from './viewer-response.ts';
import { compileGlob } from '@gatewright/aws/glob';

type EdgePorts = Pick<
  ServicePorts,
  'http' | 'clock' | 'random' | 'screens' | 'logGroups' | 'settings' | 'edges'
>;

/** A reply that is sent without using the cache, because an earlier check refuses or redirects the request. */
type Refusal = CacheOutcome & { readonly isClosed: boolean };
type Ids = { readonly requestId: string; readonly via: string };

/**
 * AWS's quotas in bytes (developer guide): the maximum size of a URL, and the maximum size of a request without its
 * body.
 */
const MAX_URL_BYTES = 8_192;
const MAX_REQUEST_BYTES = 32_768;
/** The number of recent requests per distribution that the console shows with their reasons. */
const KEPT_NOTES = 1;

export class Edge {
  readonly cache: EdgeCache;
  readonly #ports: EdgePorts;
  readonly #counts = new Map<string, Counts>();

  constructor(ports: EdgePorts) {
    this.#ports = ports;
    this.cache = new EdgeCache(ports);
  }

  countsOf(distributionId: string): Counts | undefined {
    return this.#counts.get(distributionId);
  }

  clear(): void {
    this.cache.drop(() => true);
    this.#counts.clear();
  }

  async serve(distribution: Distribution, asked: FrontRequest): Promise<ControlReply> {
    const given = withOwnHost(asked, distribution);
    const startedMs = this.#ports.clock.monotonicMs();
    const ids = this.#makeIds();
    const verdict = this.#screen(distribution, given, ids.requestId);
    const inserts = verdict?.kind === 'passed' ? (verdict.inserts ?? []) : [];
    const request = new ViewerRequest(withInserts(given, inserts), pathOf(given, distribution));
    const behavior = matchBehavior(distribution.behaviors, request.path);
    const refusal = refuse(distribution, behavior, request, { verdict, requestId: ids.requestId });
    const first = refusal ?? (await this.#answer(distribution, behavior, request, ids));
    const outcome =
      refusal?.isClosed === true ? first : await this.#withPage(distribution, first, given, ids);
    const tookMs = this.#ports.clock.monotonicMs() - startedMs;
    this.#note(distribution, request, outcome, { ids, tookMs });
    this.#record(distribution, behavior, request, { outcome, ids, tookMs });
    const { result, ageSeconds } = outcome;
    const draw = (Number.parseInt(this.#ports.random.hex(8), 16) / 2 ** 32) * 100;
    return toViewer(outcome.answer, request, behavior, { result, ageSeconds, tookMs, draw, ...ids });
  }

  #makeIds(): Ids {
    const { random } = this.#ports;
    const requestId = `${Buffer.from(random.hex(80), 'hex').toString('base64url')}==`;
    return { requestId, via: `1.1 ${random.hex(32)}.cloudfront.net (CloudFront)` };
  }

  async #answer(
    distribution: Distribution,
    behavior: Behavior | undefined,
    request: ViewerRequest,
    ids: Ids,
  ): Promise<CacheOutcome> {
    if (behavior === undefined) return closed('no cache behavior matches this path', ids.requestId);
    return this.cache.answer({ distribution, behavior, request, ...ids });
  }

  /** Applies the web ACL before anything else handles the request. Returns undefined if there is no web ACL. */
  #screen(distribution: Distribution, given: FrontRequest, requestId: string): ScreenVerdict | undefined {
    const { webAclArn, accountId } = distribution;
    if (webAclArn === undefined || distribution.closed !== undefined) return undefined;
    const { method, path, query, body } = given;
    const { headers, remoteAddress } = new ViewerRequest(given, path);
    const verdict = this.#ports.screens.judge(webAclArn, {
      method,
      rawPath: path,
      rawQuery: query,
      headers,
      body: body.length === 0 ? undefined : body,
      packed: undefined,
      sourceIp: remoteAddress,
      protocol: 'HTTP/1.1',
      requestId,
      api: { accountId },
      notes: undefined,
    });
    if (verdict !== undefined || this.#ports.settings.allowUnguarded === true) return verdict;
    return {
      kind: 'closed',
      reason: `the web ACL ${webAclArn} is not in a loaded stack, has errors, or does not have the scope CLOUDFRONT`,
    };
  }

  /** Fetches the custom error page for this error. Returns the error itself if no behavior serves the page. */
  async #withPage(
    distribution: Distribution,
    outcome: CacheOutcome,
    given: FrontRequest,
    ids: Ids,
  ): Promise<CacheOutcome> {
    const page = distribution.errors.get(outcome.answer.status)?.page;
    if (page === undefined) return outcome;
    const asked = {
      ...given,
      method: 'GET',
      path: page.path,
      query: '',
      body: Buffer.alloc(0),
      rawHeaders: plainHeaders(given),
    };
    const request = new ViewerRequest(asked, page.path);
    const behavior = matchBehavior(distribution.behaviors, page.path);
    if (behavior === undefined || behavior.closed !== undefined) return outcome;
    const { answer } = await this.cache.answer({ distribution, behavior, request, ...ids });
    // If the page is missing, viewers get the origin's answer to the request for the page.
    const isThere = answer.status === 200;
    const reason = `${outcome.reason}; error page ${page.path} for ${outcome.answer.status}${isThere ? '' : `, but the page itself returned status ${answer.status}`}`;
    const own: EdgeAnswer = {
      kind: 'error-page',
      page: page.path,
      own: outcome.answer.status,
      ...(!isThere && { pageStatus: answer.status }),
      before: outcome.own,
    };
    return {
      answer: isThere ? { ...answer, status: page.status } : answer,
      result: 'Error',
      reason,
      ageSeconds: undefined,
      own,
    };
  }

  /**
   * Publishes a record of a request that CloudFront answered itself. If the API answered, the API has its own record of
   * the request.
   */
  #record(
    { id: distributionId, domainName }: Distribution,
    behavior: Behavior | undefined,
    { method, path, query, protocol, host, remoteAddress, headers, body }: ViewerRequest,
    { outcome, ids, tookMs }: { readonly outcome: CacheOutcome; readonly ids: Ids; readonly tookMs: number },
  ): void {
    const { answer, own = failedOrigin(outcome, behavior, headers.last('host') === domainName) } = outcome;
    if (own === undefined) return;
    this.#ports.edges.publish({
      form: 'edge',
      requestId: ids.requestId,
      atEpochMs: this.#ports.clock.nowEpochMs(),
      tookMs,
      distributionId,
      domainName,
      pattern: behavior?.pattern,
      method,
      path,
      query,
      protocol,
      host,
      sourceIp: remoteAddress,
      requestHeaders: headers.lines,
      requestBytes: body.length,
      status: answer.status,
      replyHeaders: answer.headers,
      replyBody: answer.body,
      answer: own,
    });
  }

  #note(
    { id }: Distribution,
    request: ViewerRequest,
    { answer, result, reason, ageSeconds }: CacheOutcome,
    { ids, tookMs }: { readonly ids: Ids; readonly tookMs: number },
  ): void {
    const counts = this.#counts.get(id) ?? { hits: 0, misses: 0, errors: 0, last: [] };
    this.#counts.set(id, counts);
    if (result === 'Error') counts.errors += 1;
    else if (result === 'Hit' || result === 'RefreshHit') counts.hits += 1;
    else counts.misses += 1;
    counts.last = [...counts.last, `${request.method} ${request.path} ${reason}`].slice(-KEPT_NOTES);
    const record = {
      time: new Date(this.#ports.clock.nowEpochMs()).toISOString(),
      'x-edge-request-id': ids.requestId,
      'c-ip': request.remoteAddress,
      'cs-method': request.method,
      'x-host-header': request.host,
      'cs-uri-stem': request.path,
      'cs-uri-query': request.query === '' ? '-' : request.query,
      'cs-protocol': request.protocol,
      'sc-status': answer.status,
      'sc-bytes': answer.body.length,
      'time-taken': Math.round(tookMs) / 1000,
      'x-edge-result-type': result,
      ...(ageSeconds !== undefined && { age: ageSeconds }),
      reason,
    };
    this.#ports.logGroups.write(`/aws/cloudfront/${id}`, JSON.stringify(record));
  }
}

type Counts = { hits: number; misses: number; errors: number; last: readonly string[] };

function pathOf({ path }: FrontRequest, { defaultRootObject }: Distribution): string {
  return path === '/' || path === '' ? `/${defaultRootObject}` : path;
}

/**
 * Replaces the Host header with the domain name of the distribution, unless the header is an alias of the distribution,
 * because viewers on AWS can only use the distribution's names. An API refuses a request with such a name as Host, both
 * on AWS and in the gateway.
 */
function withOwnHost(given: FrontRequest, { domainName, aliases }: Distribution): FrontRequest {
  const name = plainHost(given.host);
  const host = aliasesFor(name).some((one) => aliases.includes(one)) ? name : domainName;
  const { rawHeaders } = given;
  const isHost = (index: number): boolean =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host';
  return { ...given, rawHeaders: rawHeaders.map((text, index) => (isHost(index) ? host : text)) };
}

/** Returns the host in lower case, without port and without final dot. */
export function plainHost(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

function withInserts(given: FrontRequest, inserts: readonly string[]): FrontRequest {
  if (inserts.length === 0) return given;
  const names = new Set(inserts.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const { rawHeaders } = given;
  const others = rawHeaders.filter(
    (_, index) => !names.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
  );
  return { ...given, rawHeaders: [...others, ...inserts] };
}

/** Removes headers that describe the body or request a part of it. */
function plainHeaders({ rawHeaders }: FrontRequest): readonly string[] {
  return rawHeaders.filter(
    (_, index) => !/^(?:if-.*|range|content-.*)$/i.test(rawHeaders[index - (index % 2)] ?? ''),
  );
}

/** See ferdinandfrank/cdk-nuxt#7 */
const METHOD_NOT_ALLOWED =
  'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.';

function refuse(
  { closed: why, webAclArn }: Distribution,
  behavior: Behavior | undefined,
  request: ViewerRequest,
  { verdict, requestId }: { readonly verdict: ScreenVerdict | undefined; readonly requestId: string },
): Refusal | undefined {
  const reasonToClose = why ?? behavior?.closed ?? (verdict?.kind === 'closed' ? verdict.reason : undefined);
  if (reasonToClose !== undefined) return closed(reasonToClose, requestId);
  if (verdict?.kind === 'refused') {
    const { reply, reason, because, changes, screen } = verdict;
    const own: OriginAnswer =
      reply === undefined
        ? ownError(403, 'Request blocked.', requestId)
        : { ...reply, body: Buffer.from(reply.body) };
    return refused(own, reason, { kind: 'web-acl', webAclArn: webAclArn ?? '', because, changes, screen });
  }
  if (isTooLong(request))
    return refused(
      ownError(413, 'The request is too long.', requestId),
      'the URL or the request is too long',
      {
        kind: 'too-long',
      },
    );
  const { method, body, protocol } = request;
  if (behavior?.allowedMethods.has(method) === false)
    return refused(ownError(403, METHOD_NOT_ALLOWED, requestId), `${method} is not allowed`, {
      kind: 'method',
      allowed: [...behavior.allowedMethods],
    });
  if (method === 'GET' && body.length > 0)
    return refused(ownError(403, 'Bad request.', requestId), 'the GET request has a body', {
      kind: 'get-body',
    });
  if (protocol === 'https' || behavior === undefined || behavior.viewerProtocol === 'allow-all')
    return undefined;
  if (behavior.viewerProtocol === 'https-only')
    return refused(ownError(403, 'Bad request.', requestId), 'HTTPS only', { kind: 'https-only' });
  return redirected(request);
}

/** Redirects with 301, or with 307 for methods that clients must repeat (developer guide, "Requiring HTTPS"). */
function redirected({ method, host, path, query }: ViewerRequest): Refusal {
  const location = `https://${host}${path}${query === '' ? '' : `?${query}`}`;
  const status = method === 'GET' || method === 'HEAD' ? 301 : 307;
  const headers = ['Server', 'CloudFront', 'Content-Type', 'text/html', 'Location', location];
  const answer = { status, headers, body: redirectPage(status) };
  return {
    answer,
    result: 'Redirect',
    reason: 'redirect to HTTPS',
    ageSeconds: undefined,
    own: { kind: 'redirect', location },
    isClosed: true,
  };
}

function refused(answer: OriginAnswer, reason: string, own: EdgeAnswer): Refusal {
  return {
    answer,
    result: 'Error',
    reason: `refused: ${reason}`,
    ageSeconds: undefined,
    own,
    isClosed: false,
  };
}

/**
 * Describes why the origin did not respond, or why API Gateway refused the forwarded Host header; undefined if neither
 * is the case.
 */
function failedOrigin(
  { answer: { failure, status } }: CacheOutcome,
  behavior: Behavior | undefined,
  isOwnHost: boolean,
): EdgeAnswer | undefined {
  if (behavior === undefined) return undefined;
  const { domainName: origin } = behavior.origin;
  if (failure !== undefined) return { kind: 'origin-failed', message: failure, origin };
  const forwarding = [behavior.request, behavior.cache].find(
    (one) => one !== undefined && selects(one.headers, 'host'),
  );
  if (status !== 403 || !isOwnHost || forwarding === undefined || !OF_API.test(origin)) return undefined;
  const isLegacy = forwarding === behavior.cache;
  return { kind: 'host', policy: forwarding.name, isLegacy, origin };
}

/** The host of an API's own endpoint. */
const OF_API = /\.execute-api\.[\w-]+\.amazonaws\.com(?:\.cn)?$/;

/**
 * Returns a refusal by the gateway itself. CloudFront may serve the request, but the gateway does not support a feature that
 * the request needs.
 */
function closed(reason: string, requestId: string): Refusal {
  const answer = ownError(500, `Gatewright refuses this request: ${reason}`, requestId);
  const own: EdgeAnswer = { kind: 'closed', reason };
  return { answer, result: 'Error', reason: `closed: ${reason}`, ageSeconds: undefined, own, isClosed: true };
}

function isTooLong({ method, path, query, headers, host }: ViewerRequest): boolean {
  const url = path.length + query.length + host.length + 'https://?'.length;
  if (url > MAX_URL_BYTES) return true;
  return headers.lines.reduce((sum, text) => sum + text.length + 2, method.length + url) > MAX_REQUEST_BYTES;
}

// Finds the behavior that applies to a path (developer guide, "Path pattern").

/** Returns the first behavior whose pattern matches. The default behavior is last. */
function matchBehavior(behaviors: readonly Behavior[], path: string): Behavior | undefined {
  const normal = normalizePath(path);
  return behaviors.find(({ pattern }) => {
    // A leading slash does not change the meaning of a pattern.
    const below = pattern.startsWith('/') ? pattern : pattern.startsWith('*') ? pattern : `/${pattern}`;
    return compileGlob(below)(normal);
  });
}

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * "CloudFront normalizes URI paths consistent with RFC 3986 and then matches the path with the correct cache
 * behavior. Once the cache behavior is matched, CloudFront sends the raw URI path to the origin."
 */
function normalizePath(path: string): string {
  const decoded = path.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => {
    const character = String.fromCharCode(parseInt(escaped.slice(1), 16));
    return UNRESERVED.test(character) ? character : escaped.toUpperCase();
  });
  if (!/\/\.{1,2}(?:\/|$)/.test(decoded)) return decoded;
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '..' || segment === '.')) kept.push('');
  });
  return `/${kept.join('/')}`;
}
