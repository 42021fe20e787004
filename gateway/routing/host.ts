/** Recognises an API by the Host header. */

const EXECUTE_API_HOST =
  /^([a-z0-9]{1,63})\.execute-api\.(?:localhost|[a-z0-9-]{1,63}\.amazonaws\.com(?:\.cn)?)\.?(?::\d{1,5})?$/i;

/** Longest host name DNS allows, with a port. */
const MAX_HOST_LENGTH = 261;

/**
 * API id of `{apiId}.execute-api.localhost[:port]` and `{apiId}.execute-api.{region}.amazonaws.com[:port]`;
 * undefined for any other host, custom domains included.
 */
export function readApiIdFromHost(host: string): string | undefined {
  if (host.length > MAX_HOST_LENGTH) return undefined;
  return EXECUTE_API_HOST.exec(host)?.[1]?.toLowerCase();
}

const PRIVATE_HOST = /^[a-z0-9]{1,63}-(vpce-[0-9a-f]{8,17})\.execute-api\./i;

/** `{apiId}-{vpceId}.execute-api.…`, by which clients of a private API name its VPC endpoint → `vpce-0123456789abcdef0`. */
export function readVpcEndpointFromHost(host: string): string | undefined {
  return PRIVATE_HOST.exec(host)?.[1]?.toLowerCase();
}
