/** Headers of an integration request (docs/aws §2.6, §1.5; recorded December 2024). */
import { FORBIDDEN_MAPPINGS, REST_PHASES } from '../events/header-phases.ts';
import { setHeader, toHeaderValue, type WireHeaders } from './wire-headers.ts';
import type { MappingInput } from './mapping-input.ts';

export type HeaderTarget = 'http' | 'http-proxy' | 'service';

/**
 * Whether AWS fails every call whose mapping sets this header in the integration request. `toAws` is true for
 * integrations of type AWS or AWS_PROXY.
 */
export function isForbiddenMapping(name: string, toAws: boolean): boolean {
  return FORBIDDEN_MAPPINGS[toAws ? 'toAws' : 'any'].has(name.toLowerCase());
}

type OwnHeaders = {
  readonly apiId: string;
  readonly traceHeader: string;
  /** The Content-Type of the call; undefined if the method allows no body. */
  readonly contentType: string | undefined;
};

/**
 * Returns the initial headers of the request to a non-proxy integration. They contain the gateway's own headers, but no
 * headers of the client.
 */
export function startHeaders(target: 'http' | 'service', own: OwnHeaders): WireHeaders {
  const headers: WireHeaders = new Map();
  setHeader(headers, 'Accept', ['application/json']);
  setHeader(headers, 'User-Agent', [`AmazonAPIGateway_${own.apiId}`]);
  if (own.contentType !== undefined) setHeader(headers, 'Content-Type', [own.contentType]);
  setHeader(headers, 'X-Amzn-Trace-Id', [own.traceHeader]);
  if (target === 'http') setHeader(headers, 'X-Amzn-Apigateway-Api-Id', [own.apiId]);
  return headers;
}

/**
 * Returns the initial headers of the request to a proxy integration. They contain the client's headers and the
 * gateway's own headers.
 */
export function passHeaders(input: MappingInput, apiId: string): WireHeaders {
  const headers: WireHeaders = new Map();
  for (const [name, values] of Object.entries(input.headers.multiValueHeaders))
    if (!REST_PHASES.proxied.drops.has(name.toLowerCase())) setHeader(headers, name, values);
  setHeader(headers, 'X-Amzn-Apigateway-Api-Id', [apiId]);
  return headers;
}

/**
 * Sets a mapped header, or drops it as AWS does.
 * @throws HeaderInvalidError if the name or value is not allowed in a header
 */
export function mapHeader(headers: WireHeaders, target: HeaderTarget, name: string, value: string): void {
  const safe = toHeaderValue(name, value);
  if (!REST_PHASES[target].drops.has(name.toLowerCase())) setHeader(headers, name, [safe]);
}
