/**
 * Checks every request to a local port before the request is read. A web page can make a browser send requests to the
 * port, but the page cannot forge Host and Origin.
 */
import { AWS_DOMAINS } from './aws-domains.ts';
import { nameEdgePolicy } from './edge-policy-ids.ts';
import { headerOf } from './raw-headers.ts';

type HostRule = {
  readonly port: number;
  /** Names allowed by `--allow-host` and custom domains: `demo.example.com` (any port) or `localhost:8080`. */
  readonly allowHosts: readonly string[];
  /**
   * Set if this port serves AWS's own APIs under AWS's names, such as `dynamodb.eu-west-1.amazonaws.com`, for clients
   * that cannot use another endpoint.
   */
  readonly admitsServices?: boolean;
  /** Set if containers call this port, or proxies forward to it with the caller's Host header. */
  readonly admitsProxies?: boolean;
};

type Arrival = {
  /** Flat list of names and values, in the order in which they were received. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
};

type GuardRefusal = {
  readonly status: 403;
  /** Flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: string;
  /** The message for the body and for the log. */
  readonly message: string;
};

/**
 * Matches `{apiId}.execute-api.localhost`, `{apiId}.execute-api.eu-west-1.amazonaws.com` (`.cn` too),
 * `{apiId}-{vpceId}.…`, and `{vpceId}-{suffix}.execute-api.eu-west-1.vpce.amazonaws.com`, a VPC endpoint's own name.
 */
const API_HOST = /^[a-z0-9-]+\.execute-api\.(?:localhost|[a-z0-9-]+\.(?:vpce\.)?amazonaws\.com(?:\.cn)?)$/;
/** Matches `{urlId}.lambda-url.eu-west-1.on.aws`, the host of a function URL. */
const FUNCTION_URL_HOST = /^[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws$/;
const SERVICE_HOST = new RegExp(String.raw`^(?:[a-z0-9-]+\.)+${AWS_DOMAINS}$`);
/**
 * Matches hosts such as `sync-127.0.0.1`, because AWS clients add a prefix to the host for some operations. The URL of
 * a web page cannot have such a name.
 */
const PREFIXED_HOST = /^[a-z]+-127\.0\.0\.1$/;
/**
 * No site on the internet can have one of these names: two are addresses, RFC 6761 reserves one, and ICANN does not
 * delegate `.internal`.
 */
const PROXIED_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', 'host.docker.internal']);
const HTTP_PORT = 80;

/**
 * Refuses a request whose Host is not allowed, or that has more than one Host header. Attack: DNS rebinding points a
 * page's own name at 127.0.0.1 after the page has loaded, so that the browser treats this port as the page's origin.
 */
export function refuseForeignHost(request: Arrival, rule: HostRule): GuardRefusal | undefined {
  const hosts = request.rawHeaders.filter(
    (_, index) => request.rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1,
  );
  if (hosts.length > 1) return refusal('The request has more than one Host header.');
  if (isAllowedHost(request.host, rule)) return undefined;
  return refuseHost(request.host);
}

/** Returns the refusal of a Host that `isAllowedHost` does not admit. */
export function refuseHost(host: string): GuardRefusal {
  if (host.endsWith('.cloudfront.net'))
    return refusal(
      `No API has the host '${printable(host)}', which is the name of a CloudFront distribution. The cache behavior sends the viewer's Host header to the API, as with the origin request policy AllViewer, and AWS answers such requests with 403. Set OriginRequestPolicyId of the behavior to ${nameEdgePolicy('AllViewerExceptHostHeader')}`,
    );
  return refusal(
    `This gateway does not serve the host '${printable(host)}'. If a tunnel or proxy sends this host, start the gateway with --allow-host ${suggestedName(host)}`,
  );
}

/**
 * Refuses requests from pages of another origin. Attack: a page that the developer visits calls the control
 * port; it could not read the response, but the call would take effect.
 */
export function refuseForeignOrigin(request: Arrival): GuardRefusal | undefined {
  const origin = headerOf(request, 'origin');
  const isOwn =
    origin === undefined || origin === `http://${request.host}` || origin === `https://${request.host}`;
  if (!isOwn) return refusal(`Requests from another origin (${printable(origin)}) are refused on this port.`);
  if (headerOf(request, 'sec-fetch-site') === 'cross-site')
    return refusal('Cross-site requests are refused on this port.');
  return undefined;
}

export function isAllowedHost(host: string, rule: HostRule): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(\d{1,5}))?$/.exec(host.toLowerCase());
  const name = parts?.[1];
  if (name === undefined) return false;
  const port = parts?.[2] === undefined ? undefined : Number(parts[2]);
  for (const allowed of rule.allowHosts) {
    const lower = allowed.toLowerCase();
    if (lower === name || lower === host.toLowerCase()) return true;
    // A custom domain may be a wildcard such as `*.example.org`.
    if (lower.startsWith('*.') && name.endsWith(lower.slice(1))) return true;
  }
  if (rule.admitsProxies === true && PROXIED_HOSTS.has(name)) return true;
  if ((port ?? HTTP_PORT) === rule.port && rule.admitsServices === true && PREFIXED_HOST.test(name))
    return true;
  if ((port ?? HTTP_PORT) === rule.port)
    return isLoopbackName(name) || API_HOST.test(name) || FUNCTION_URL_HOST.test(name);
  // The remaining names are AWS names, which clients send without our port. They are safe, because a page cannot point
  // amazonaws.com or on.aws at this machine.
  if (port !== undefined) return false;
  if (FUNCTION_URL_HOST.test(name)) return true;
  if (rule.admitsServices === true && SERVICE_HOST.test(name)) return true;
  return name.endsWith('.amazonaws.com') && API_HOST.test(name);
}

/**
 * Matches `localhost`, `*.localhost` (RFC 6761), 127.0.0.0/8 and `[::1]`. The name must be in lower case, without port.
 */
function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true;
  return /^127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(name);
}

function refusal(message: string): GuardRefusal {
  const body = JSON.stringify({ message });
  return { status: 403, headers: ['Content-Type', 'application/json'], body, message };
}

function suggestedName(host: string): string {
  return /^[A-Za-z0-9.:-]{1,100}$/.test(host) ? host : 'NAME';
}

/** Makes the text of a header safe to print: one line of limited length. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
