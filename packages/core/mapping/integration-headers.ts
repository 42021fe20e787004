/** Which headers an integration gets (docs/aws §2.6, §1.5; recorded December 2024). */
import { setHeader, toHeaderValue, type WireHeaders } from './wire-headers.ts';
import type { MappingInput } from './mapping-input.ts';

export type HeaderTarget = 'http' | 'http-proxy' | 'service';

/** Deploys, and then fails every call with 500 before anything is sent. */
const FORBIDDEN = ['content-length', 'transfer-encoding'];
const FORBIDDEN_TO_AWS = [...FORBIDDEN, 'authorization', 'connection', 'expect', 'proxy-authenticate', 'te'];

/** Whether mapping this header of the integration request is one of AWS's run-time errors. `toAws`: type AWS or AWS_PROXY. */
export function isForbiddenMapping(name: string, toAws: boolean): boolean {
  return (toAws ? FORBIDDEN_TO_AWS : FORBIDDEN).includes(name.toLowerCase());
}

/** May be mapped and silently never arrive. `keep-alive` belongs to the connection, which is the gateway's. */
const DROPPED: Readonly<Record<HeaderTarget, readonly string[]>> = {
  http: ['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'te', 'via'],
  'http-proxy': ['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'te', 'via'],
  service: ['keep-alive', 'referer'],
};

/** Of the client's headers a proxy does not pass on unless they are mapped. */
const NOT_PROXIED = new Set(['content-encoding', 'host', 'keep-alive', 'via']);

type OwnHeaders = {
  readonly apiId: string;
  readonly traceHeader: string;
  /** Undefined on calls without a body. */
  readonly contentType: string | undefined;
};

/** What a non-proxy integration starts from: none of the client's headers, and these of the gateway. */
export function startHeaders(target: 'http' | 'service', own: OwnHeaders): WireHeaders {
  const headers: WireHeaders = new Map();
  setHeader(headers, 'Accept', ['application/json']);
  setHeader(headers, 'User-Agent', [`AmazonAPIGateway_${own.apiId}`]);
  if (own.contentType !== undefined) setHeader(headers, 'Content-Type', [own.contentType]);
  setHeader(headers, 'X-Amzn-Trace-Id', [own.traceHeader]);
  if (target === 'http') setHeader(headers, 'X-Amzn-Apigateway-Api-Id', [own.apiId]);
  return headers;
}

/** What a proxy starts from: the client's headers with those of the gateway. */
export function passHeaders(input: MappingInput, apiId: string): WireHeaders {
  const headers: WireHeaders = new Map();
  for (const [name, values] of Object.entries(input.headers.multiValueHeaders))
    if (!NOT_PROXIED.has(name.toLowerCase())) setHeader(headers, name, values);
  setHeader(headers, 'X-Amzn-Apigateway-Api-Id', [apiId]);
  return headers;
}

/** Puts a mapped header in, or leaves it out where AWS does. @throws HeaderInvalidError */
export function mapHeader(headers: WireHeaders, target: HeaderTarget, name: string, value: string): void {
  const safe = toHeaderValue(name, value);
  if (!DROPPED[target].includes(name.toLowerCase())) setHeader(headers, name, [safe]);
}
