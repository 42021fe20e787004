/**
 * Decides which of a function's calls to addresses of AWS go to the control port of this gateway.
 *
 * Calls to `@connections` at `https://{apiId}.execute-api.{region}.amazonaws.com` go there with the original Host, by
 * which the control port identifies the API. Calls to unknown APIs are refused at the control port. Calls to AWS
 * services go there if they are signed with a local key, because older SDKs and other clients do not read
 * `AWS_ENDPOINT_URL`. Calls to issuers that the local issuer emulates go there, too (in other runtimes than Node.js only
 * if the issuer has a host name of AWS).
 *
 * All other calls go to their own address: unsigned calls (a public object, the keys of a user pool on AWS), calls
 * signed with the developer's key, and calls to other addresses.
 */

import { AWS_DOMAINS } from '@gatewright/aws/aws-domains';

const DOMAINS = String.raw`\.${AWS_DOMAINS}$`;

/**
 * The hosts whose connections are redirected, as a regular expression for JavaScript and Python. The hosts of IoT are
 * left out, because devices speak MQTT on port 443.
 */
export const AWS_HOSTS = String.raw`^(?!.*\.iot\.).*${DOMAINS}`;

const AWS = new RegExp(DOMAINS);
const REDIRECTED = new RegExp(AWS_HOSTS);
/** The maximum number of hosts that are logged. Attack: a function makes up names without end. */
const MAX_NOTED = 200;
const EXECUTE_API = /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;
const CONNECTIONS = /\/(?:@|%40)connections\/[^/]+$/i;

/**
 * Matches the endpoint's host name with a prefix, which SDKs add for operations such as StartSyncExecution. This name
 * cannot be resolved by DNS.
 */
const PREFIXED = /^[a-z]+-127\.0\.0\.1$/;

/**
 * Matches the host names of user pools on AWS. Unsigned calls to them are redirected if a pool of the region is loaded
 * here.
 */
const USER_POOLS = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

type Here = {
  /** Whether the key is a local one. */
  readonly isLocalKey: (accessKeyId: string) => boolean;
  /**
   * The issuers that the local issuer emulates. Their keys are read from the local issuer, whichever library reads
   * them.
   */
  readonly standIns: readonly string[];
};

export function isAwsHost(host: string): boolean {
  return AWS.test(host);
}

/** Whether connections to port 443 of the host are redirected. */
export function isRedirected(host: string): boolean {
  return REDIRECTED.test(host.toLowerCase());
}

/** Web pages of AWS that anybody may read. SAM's first template reads the address of its function from checkip. */
const PAGES = new Set(['checkip.amazonaws.com', 'ip-ranges.amazonaws.com']);

/** Logs each host of AWS that functions call on AWS itself once, so that nobody calls AWS without knowing it. */
export function noteCallsToAws(log: (line: string) => void): (host: string) => void {
  const noted = new Set<string>();
  return (host) => {
    if (!isAwsHost(host) || PAGES.has(host) || noted.has(host) || noted.size >= MAX_NOTED) return;
    noted.add(host);
    log(
      `a function calls ${host} on AWS itself: the gateway answers a call only if its client is redirected to the gateway and signs the call with the local key in the function's environment`,
    );
  };
}

export function isOfConnections(path: string): boolean {
  return CONNECTIONS.test(path);
}

export function isOfStandIn(address: string, standIns: readonly string[]): boolean {
  return standIns.some((issuer) => address.startsWith(`${issuer.replace(/\/$/, '')}/`));
}

/** Whether a call goes to the control port. */
export function isCallHere(
  host: string,
  path: string,
  authorization: unknown,
  { isLocalKey, standIns }: Here,
): boolean {
  if (EXECUTE_API.test(host) || isOfStandIn(`https://${host}${path}`, standIns)) return true;
  if (USER_POOLS.test(host) && path === '/' && authorization === undefined)
    return standIns.some((issuer) => issuer.startsWith(`https://${host}/`));
  if (!AWS.test(host) && !PREFIXED.test(host) && !CONNECTIONS.test(path)) return false;
  const [, accessKeyId] = / Credential=([^/]+)\//.exec(String(authorization)) ?? [];
  return accessKeyId !== undefined && isLocalKey(accessKeyId);
}
