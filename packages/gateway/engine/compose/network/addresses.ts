import { API_PATH, readApiIdFromHost } from '../../../core/routing/host.ts';
import type { LocalOrigin } from '../../../core/ports.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { Parts } from '../parts.ts';

/**
 * Host, port and base path of an API. An API that is created after startup has no port of its own; every port serves
 * it under a path.
 */
export function addressOf({ addresses, anyPort, options }: Parts, apiId: string): string {
  const own = addresses.get(apiId);
  if (own !== undefined) return own;
  return anyPort === undefined ? options.host : `${shownHost(options)}:${anyPort}${API_PATH}${apiId}`;
}

/** The host that clients on this machine use in addresses. */
export function shownHost({ host }: Pick<GatewayOptions, 'host'>): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/**
 * Returns the local origin of an API of this run, for integrations that use the API's address at AWS or its custom
 * domain. Any port serves the API by its Host header.
 */
export function localOriginOf(
  { anyPort, options, served, tls }: Parts,
  host: string,
): LocalOrigin | undefined {
  const apiId = readApiIdFromHost(host);
  const isServed = apiId === undefined ? served.domains.ofHost(host) : served.find(apiId);
  if (anyPort === undefined || isServed === undefined) return undefined;
  const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[options.host] ?? options.host;
  return tls === undefined
    ? { origin: `http://${address}:${anyPort}` }
    : { origin: `https://${address}:${anyPort}`, trusted: tls.trusted };
}

export function controlUrlOf(parts: Parts): string {
  if (parts.controlUrl === undefined) throw new TypeError('the control port is not open');
  return parts.controlUrl;
}
