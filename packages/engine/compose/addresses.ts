/** Where a start can be reached, once it listens. */
import { API_PATH, readApiIdFromHost } from '../../core/routing/host.ts';
import type { LocalOrigin } from '../../core/ports.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { Parts } from './parts.ts';

/** Host, port and base path of an API. What came after the start has no port of its own: every port knows it by a path. */
export function addressOf({ addresses, anyPort, options }: Parts, apiId: string): string {
  const own = addresses.get(apiId);
  if (own !== undefined) return own;
  return anyPort === undefined ? options.host : `${shownHost(options)}:${anyPort}${API_PATH}${apiId}`;
}

/** What a client on this machine may write for the host that is listened on. */
export function shownHost({ host }: Pick<GatewayOptions, 'host'>): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/** Where an integration with `https://{apiId}.execute-api.…` finds an API of this start: any port knows it by its Host. */
export function localOriginOf(
  { anyPort, options, served, tls }: Parts,
  host: string,
): LocalOrigin | undefined {
  const apiId = readApiIdFromHost(host);
  if (apiId === undefined || anyPort === undefined || served.find(apiId) === undefined) return undefined;
  const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[options.host] ?? options.host;
  return tls === undefined
    ? { origin: `http://${address}:${anyPort}` }
    : { origin: `https://${address}:${anyPort}`, trusted: tls.trusted };
}

export function controlUrlOf(parts: Parts): string {
  if (parts.controlUrl === undefined) throw new TypeError('the control port is not open');
  return parts.controlUrl;
}
