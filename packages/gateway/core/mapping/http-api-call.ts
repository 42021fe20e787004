/** Builds the request and the reply of HTTP_PROXY integrations of HTTP APIs (docs/aws §2.6, §7.8, §8). */
import { HTTP_PHASES } from '../events/header-phases.ts';
import { canonicalHeaderName } from '../events/request-headers.ts';
import { configurationError } from './mapping-failure.ts';
import { changeRequest, changeResponse, parseQuery } from './apply-changes.ts';
import { joinQuery, renderHttpAddress, renderPath } from './target-uri.ts';
import { printHeaders, setHeader, type WireHeaders } from './wire-headers.ts';
import type { HttpRequest } from '../ports.ts';
import type { HttpApiProxyIntegration } from './integration.ts';
import type { IntegrationAnswer } from './outgoing.ts';
import type { ChangeFacts, ParameterChanges } from './parameter-change.ts';

type Facts = ChangeFacts['request'];

/**
 * Builds the request to the backend.
 * @throws GatewayError API_CONFIGURATION_ERROR if the address is invalid
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function buildHttpApiRequest(plan: HttpApiProxyIntegration, request: Facts): HttpRequest {
  const { variables } = request.stage;
  const address = renderHttpAddress(addressOf(plan, request), encodedParameters(request));
  if (address === undefined)
    throw configurationError('Invalid endpoint address', { kind: 'mapping', problem: 'address' });
  const headers = passHeaders(request);
  const query = parseQuery(request.rawQuery);
  let { path } = address;
  const { path: given } = changeRequest(plan.changes.request, request, headers, query);
  if (given !== undefined) path = renderPath(given, {});
  const parts = query.map(({ text }) => text);
  const fullQuery = joinQuery([address.query, ...parts]);
  return {
    method: plan.method === 'ANY' ? request.method : plan.method,
    origin: address.origin,
    target: fullQuery === '' ? path : `${path}?${fullQuery}`,
    headers: printHeaders(headers),
    body: request.body,
    timeoutMs: plan.timeoutMs,
    vpcLink: plan.vpcLink?.render(variables),
    serviceArn: plan.serviceArn,
    unpacks: false,
  };
}

/**
 * Renders the integration's address. A private integration appends the path of the request with a named stage, and
 * another integration of the route `$default` appends the path below the stage.
 */
function addressOf(plan: HttpApiProxyIntegration, request: Facts): string {
  const uri = plan.uri.render(request.stage.variables);
  const start = uri.replace(/\/$/, '');
  if (plan.appendsPath) return `${start}${pathWithStage(request)}`;
  return request.route.routeKey === '$default' ? `${start}${request.path}` : uri;
}

function pathWithStage({ stage, path }: Facts): string {
  return stage.name === '$default' ? path : `/${stage.name}${path}`;
}

/** Returns the path parameters in encoded form for an address, because HTTP APIs decode them. */
function encodedParameters({ pathParameters }: Facts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pathParameters ?? {}).map(([name, value]) => [
      name,
      value
        .split('/')
        .map((segment) => encodeURIComponent(segment.toWellFormed()))
        .join('/'),
    ]),
  );
}

function passHeaders(request: Facts): WireHeaders {
  const headers: WireHeaders = new Map();
  request.headers.each((lower, name, value) => {
    if (!HTTP_PHASES.proxied.drops.has(lower))
      setHeader(headers, name, [...(headers.get(lower)?.values ?? []), value]);
  });
  setHeader(headers, 'Forwarded', [forwarded(request)]);
  setHeader(headers, 'Via', [
    [...(headers.get('via')?.values ?? []), 'HTTP/1.1 AmazonAPIGateway'].join(', '),
  ]);
  setHeader(headers, 'X-Amzn-Trace-Id', [request.traceHeader]);
  return headers;
}

/**
 * Returns the `Forwarded` header. It contains the client's Forwarded and X-Forwarded-For, followed by an entry for this
 * gateway (RFC 7239).
 */
function forwarded({ headers, sourceIp, api }: Facts): string {
  const earlier = (headers.last('x-forwarded-for') ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
    .map((hop) => `for=${quoteNode(hop)}`);
  const own = `by=127.0.0.1;for=${quoteNode(sourceIp)};host=${api.domainName};proto=https`;
  const given = headers.last('forwarded');
  return [...(given === undefined ? [] : [given]), ...earlier, own].join(', ');
}

/** Formats an address for `Forwarded`. An IPv6 address needs brackets and quotes. */
function quoteNode(node: string): string {
  return /^[A-Za-z0-9._-]+$/.test(node)
    ? node
    : `"${node.includes(':') ? `[${node}]` : node.replace(/[\\"]/g, '')}"`;
}

/**
 * Builds the reply from the backend's response.
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function buildHttpApiReply(
  changes: ParameterChanges['response'],
  answer: IntegrationAnswer,
  request: Facts,
): { readonly status: number; readonly headers: string[]; readonly body: Buffer } {
  const headers: WireHeaders = new Map();
  for (let index = 0; index < answer.headers.length; index += 2) {
    const name = answer.headers[index] ?? '';
    const lower = name.toLowerCase();
    if (HTTP_PHASES.returned.drops.has(lower)) continue;
    const values = [...(headers.get(lower)?.values ?? []), answer.headers[index + 1] ?? ''];
    setHeader(headers, canonicalHeaderName(name), values);
  }
  const status = changeResponse(changes, answer, request, headers);
  return { status, headers: printHeaders(headers), body: answer.body };
}
