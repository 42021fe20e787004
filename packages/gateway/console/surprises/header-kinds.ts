/** Headers that were dropped or renamed on their way (docs/aws §2.6, §2.7, §7.6, §12). */
import { isCorsHeader } from '../../core/events/cors-headers.ts';
import { HTTP_PHASES, nameAfter, OWN_HEADERS, REST_PHASES } from '../../core/events/header-phases.ts';
import { bareType } from '../../core/events/media-types.ts';
import { listed } from '../explain/reason.ts';
import { adviseReplaced } from './cors-replaced.ts';
import type { HeaderList } from '../../core/events/header-list.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** Headers that every backend sends. The gateway's own values replace them, so that a proxy loses nothing. */
const OF_EVERY_BACKEND: ReadonlySet<string> = new Set(OWN_HEADERS);
/** Headers of the client's own connection, which no integration needs. */
const OF_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers of a backend's response that change what a client does with it. */
const TELLING = ['location', 'set-cookie', 'content-disposition', 'content-encoding', 'etag', 'retry-after'];

const remapped: SurpriseKind = {
  code: 'HEADER_REMAPPED',
  editsApi: true,
  mark: 'header renamed',
  source: 'docs/aws §2.7',
  find(facts) {
    const { integration } = facts;
    const { protocol } = facts.recorded.received.api;
    if (integration === undefined || protocol === 'websocket') return undefined;
    const isProxy = integration.kind === 'http-proxy' || integration.kind === 'http-stream';
    // An HTTP API renames headers only in responses of functions. An x-amzn-Remapped-* header of another backend is the
    // backend's own.
    if (protocol === 'http' && isProxy) return undefined;
    const headers = remappedNames(facts).filter(
      (name) => !isProxy || !OF_EVERY_BACKEND.has(name.toLowerCase()),
    );
    if (headers.length === 0) return undefined;
    const renamed = headers.map((name) => `${name} as x-amzn-Remapped-${name}`).join(', ');
    return {
      values: { headers },
      because: [`The gateway keeps some header names for itself, so the client got ${renamed}.`],
      changes: [
        !headers.some((name) => name.toLowerCase() === 'www-authenticate')
          ? `Do not return ${headers.join(', ')}, or return the values under other names that clients read.`
          : protocol === 'http'
            ? 'A function cannot send WWW-Authenticate at a function URL. Give the function a route of an HTTP API instead of the function URL: an HTTP API passes the header on. An MCP client also finds the issuer through the metadata document at /.well-known/oauth-protected-resource.'
            : adviseChallenge(facts, headers),
      ],
    };
  },
};

/**
 * A Deny policy of an authorizer gives ACCESS_DENIED with 403 instead of UNAUTHORIZED.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
function adviseChallenge(facts: SurpriseFacts, headers: readonly string[]): string {
  const name = headers.find((one) => one.toLowerCase() === 'www-authenticate') ?? '';
  const value = JSON.stringify(`'${valueOf(facts, name) ?? 'Basic'}'`);
  return `Only the gateway itself can send WWW-Authenticate: have a Lambda authorizer refuse the request with 401 by throwing the error Unauthorized (a Deny policy gives ACCESS_DENIED, 403), and set gatewayresponse.header.WWW-Authenticate: ${value} in ResponseParameters of the gateway response UNAUTHORIZED.`;
}

function remappedNames({ reply }: SurpriseFacts): readonly string[] {
  const names: string[] = [];
  reply.each((lower, name) => {
    if (lower.startsWith('x-amzn-remapped-')) names.push(name.slice('x-amzn-Remapped-'.length));
  });
  return [...new Set(names)];
}

const dropped: SurpriseKind = {
  code: 'HEADER_DROPPED',
  mark: 'header dropped',
  source: 'docs/aws §2.7',
  find(facts) {
    const { integration, returnedNames } = facts;
    if (integration?.kind !== 'lambda-proxy') return undefined;
    const phase = integration.payload === 'rest-1.0' ? REST_PHASES.result : HTTP_PHASES.result;
    const headers = returnedNames.filter(
      (name) => nameAfter(phase, name) === undefined && name.toLowerCase() !== 'content-length',
    );
    if (headers.length === 0) return undefined;
    return {
      values: { headers },
      because: [
        `The function returned ${headers.join(', ')}. The gateway drops ${headers.length === 1 ? 'this header' : 'these headers'}, because API Gateway manages the connection to the client itself.`,
      ],
      changes: [`Do not return ${headers.join(', ')}.`],
    };
  },
};

const corsDiscarded: SurpriseKind = {
  code: 'CORS_HEADERS_DISCARDED',
  mark: 'CORS headers replaced',
  source: 'docs/aws §12',
  find(facts) {
    const { recorded, cors, definition } = facts;
    const { api, headers: sent } = recorded.received;
    if (api.protocol !== 'http' || api.functionUrl !== undefined) return undefined;
    if (cors === undefined || facts.integration === undefined) return undefined;
    const own = [...facts.returnedNames, ...namesOf(facts)].filter((name) => isCorsHeader(name));
    const headers = own.filter((name) => valueOf(facts, name) !== facts.reply.last(name.toLowerCase()));
    if (headers.length === 0) return undefined;
    const origin = sent.last('origin');
    return {
      values: { headers },
      because: [
        `The integration returned ${headers.join(', ')}. The API has a CorsConfiguration, so the gateway discarded the integration’s CORS headers and sent ${describeOwn(facts, origin)}.`,
      ],
      changes: adviseReplaced({
        cors,
        origin,
        headers: new Map(headers.map((name) => [name.toLowerCase(), valueOf(facts, name) ?? ''])),
        definition,
      }),
    };
  },
};

/** The gateway's own CORS headers are for an allowed origin only. */
function describeOwn({ reply }: SurpriseFacts, origin: string | undefined): string {
  if (origin === undefined) return 'none, because the request has no Origin';
  return reply.last('access-control-allow-origin') === undefined
    ? `none, because CorsConfiguration does not allow ${origin}`
    : 'its own';
}

function namesOf({ backendHeaders }: SurpriseFacts): readonly string[] {
  return backendHeaders.lines.filter((_, index) => index % 2 === 0);
}

/** Returns the value of a header that the integration returned. */
function valueOf({ result, backendHeaders }: SurpriseFacts, name: string): string | undefined {
  for (const map of [result?.['headers'], result?.['multiValueHeaders']]) {
    const returned: unknown = typeof map === 'object' && map !== null ? Reflect.get(map, name) : undefined;
    if (Array.isArray(returned)) return returned.join(', ');
    if (['string', 'number', 'boolean'].includes(typeof returned)) return String(returned);
  }
  return backendHeaders.last(name.toLowerCase());
}

/** Returns the names of headers that a backend defines itself, in the order in which it sent them. */
function ownNames(headers: HeaderList): readonly string[] {
  const names = headers.lines.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return [...new Set(names)].filter((name) => /^x-(?!amz|forwarded|powered-by)/.test(name));
}

const notMapped: SurpriseKind = {
  code: 'HEADERS_NOT_MAPPED',
  editsApi: true,
  mark: 'headers not mapped',
  source: 'docs/aws §7.6',
  find(facts) {
    const { integration, backendHeaders, reply } = facts;
    if (integration?.kind !== 'http' && integration?.kind !== 'service') return undefined;
    const { outcome } = facts.recorded;
    // For an error, only its cause is reported, not the headers that were not mapped.
    if (integration.kind === 'service' && outcome?.kind === 'answered' && outcome.status >= 400)
      return undefined;
    const type = backendHeaders.last('content-type');
    // Services send JSON with their own media type, so replacing it loses nothing.
    const isRetyped =
      type !== undefined &&
      !/^application\/x-amz-json/.test(type) &&
      bareType(type) !== bareType(reply.last('content-type') ?? '');
    const lost = [...TELLING, ...(integration.kind === 'http' ? ownNames(backendHeaders) : [])].filter(
      (name) => backendHeaders.last(name) !== undefined && reply.last(name) === undefined,
    );
    // Parameter mappings are case-sensitive, so the names are written as the backend spells them.
    const spelled = new Map(namesOf(facts).map((name) => [name.toLowerCase(), name]));
    const headers = [...(isRetyped ? ['content-type'] : []), ...lost].map(
      (name) => spelled.get(name) ?? name,
    );
    if (headers.length === 0) return undefined;
    const sent = isRetyped
      ? ` The reply has Content-Type ${reply.last('content-type') ?? ''} instead of ${type}.`
      : '';
    return {
      values: { headers },
      because: [
        `The integration responded with ${headers.join(', ')}, but an integration of type ${integration.kind === 'http' ? 'HTTP' : 'AWS'} passes on only the headers that its integration response maps.${sent}`,
      ],
      changes: [
        `Map ${listed(headers)} in ResponseParameters of the integration response, for example method.response.header.${headers[0]}: integration.response.header.${headers[0]}, and declare ${['', 'it', 'both'][headers.length] ?? 'all of them'} in the method response.`,
      ],
    };
  },
};

const requestDropped: SurpriseKind = {
  code: 'REQUEST_HEADER_DROPPED',
  mark: 'request header dropped',
  isCause: true,
  source: 'docs/aws §2.6',
  find({ integration, recorded }) {
    const { received } = recorded;
    if (integration === undefined || received.api.protocol !== 'rest') return undefined;
    const headers: string[] = [];
    received.headers.each((lower, name) => {
      if (REST_PHASES.request.drops.has(lower) && !OF_CONNECTION.has(lower)) headers.push(name);
    });
    if (headers.length === 0) return undefined;
    return {
      values: { headers },
      because: [
        `The request had ${headers.join(', ')}, which a REST API drops on receipt: no integration, mapping or template sees ${headers.length === 1 ? 'it' : 'them'}.`,
      ],
      changes: ['Have the client send the value under another name.'],
    };
  },
};

export const HEADER_KINDS: readonly SurpriseKind[] = [
  remapped,
  dropped,
  corsDiscarded,
  notMapped,
  requestDropped,
];
