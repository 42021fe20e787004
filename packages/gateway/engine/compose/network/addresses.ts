import { API_PATH, readApiIdFromHost } from '../../../core/routing/host.ts';
import type { LocalOrigin } from '../../../core/ports.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { Parts } from '../parts.ts';

/**
 * Returns the host, port and base path of an API. An API that was created after startup does not have its own port, but
 * every port serves it under a path.
 */
export function addressOf({ addresses, anyPort, options }: Parts, apiId: string): string {
  const own = addresses.get(apiId);
  if (own !== undefined) return own;
  return anyPort === undefined ? options.host : `${shownHost(options)}:${anyPort}${API_PATH}${apiId}`;
}

/** Returns the host for addresses that are shown to clients on this machine. */
export function shownHost({ host }: Pick<GatewayOptions, 'host'>): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/**
 * Returns the local address of one of this run's APIs; undefined for any other host. Integrations use it if they call
 * the API by its AWS address or its custom domain. Any port can be used, because the Host header selects the API.
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
