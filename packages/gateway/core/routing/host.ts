/** Finds the API by the Host header, or by the path if the client cannot use such a host name. */

const EXECUTE_API_HOST =
  /^([a-z0-9]{1,63})(?:-vpce-[0-9a-f]{8,17})?\.execute-api\.(?:localhost|[a-z0-9-]{1,63}\.amazonaws\.com(?:\.cn)?)\.?(?::\d{1,5})?$/i;

/** Matches `{urlId}.lambda-url.eu-west-1.on.aws`, or a name below `localhost`, which resolves to this machine. */
const FUNCTION_URL_HOST =
  /^([a-z0-9]{1,63})\.lambda-url\.[a-z0-9-]{1,63}\.(?:localhost|on\.aws)\.?(?::\d{1,5})?$/i;

/** The maximum length of a Host header, which contains a DNS host name and a port. */
const MAX_HOST_LENGTH = 261;

/**
 * Returns the API id in a host name: `{apiId}.execute-api.localhost[:port]`,
 * `{apiId}.execute-api.{region}.amazonaws.com[:port]`, `{apiId}-{vpceId}.execute-api.…` with the VPC endpoint of a
 * private API (docs/aws §10.6), or the host of a function URL. Returns undefined for other hosts, including custom
 * domains.
 */
export function readApiIdFromHost(host: string): string | undefined {
  if (host.length > MAX_HOST_LENGTH) return undefined;
  return (EXECUTE_API_HOST.exec(host) ?? FUNCTION_URL_HOST.exec(host))?.[1]?.toLowerCase();
}

const PRIVATE_HOST = /^[a-z0-9]{1,63}-(vpce-[0-9a-f]{8,17})\.execute-api\./i;

/** Matches the VPC endpoint's own host name, with AWS's suffix and an optional availability zone. */
const ENDPOINT_HOST =
  /^(vpce-[0-9a-f]{8,17})-[a-z0-9-]{1,40}\.execute-api\.(?:localhost|[a-z0-9-]{1,63}\.vpce\.amazonaws\.com(?:\.cn)?)\.?(?::\d{1,5})?$/i;

/**
 * Returns the VPC endpoint in the host name of a private API's client, such as `vpce-0123456789abcdef0`; undefined if
 * it contains none.
 */
export function readVpcEndpointFromHost(host: string): string | undefined {
  if (host.length > MAX_HOST_LENGTH || !/vpce-/i.test(host)) return undefined;
  return (PRIVATE_HOST.exec(host) ?? ENDPOINT_HOST.exec(host))?.[1]?.toLowerCase();
}

/** Whether the host is a VPC endpoint's own name. In that case `x-apigw-api-id` names the API. */
export function isVpcEndpointHost(host: string): boolean {
  return host.length <= MAX_HOST_LENGTH && ENDPOINT_HOST.test(host);
}

/**
 * The prefix of `/_api/{apiId}/{stage}/…`. Clients that cannot resolve host names below `localhost` use this path for
 * an API that was created by a call.
 */
export const API_PATH = '/_api/';

const BELOW_API = /^\/_api\/([a-z0-9]{1,63})(?=[/?]|$)/;

export function readApiIdFromPath(target: string): string | undefined {
  return target.startsWith(API_PATH) ? BELOW_API.exec(target)?.[1] : undefined;
}

/** Removes `/_api/{apiId}`, so that the target is the same as at the API's own address. */
export function stripApiPath(target: string): string {
  const below = target.replace(BELOW_API, '');
  return below.startsWith('/') ? below : `/${below}`;
}
