/** CORS headers of an HTTP API or a function URL, for preflights and actual requests (docs/aws §12). */

/** The compiled `CorsConfiguration` of an HTTP API, or `Cors` of a function URL. REST APIs have none. */
export type CorsPlan = {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds: number | undefined;
  /** Whether a function URL responds with the request's origin if all origins (`*`) are allowed. */
  readonly echoesOrigin?: true;
};

/** Returns the value of access-control-allow-origin for this origin; undefined means that the origin is not allowed. */
function allowedOrigin(cors: CorsPlan, origin: string): string | undefined {
  for (const allowed of cors.allowOrigins) {
    if (allowed === '*') return cors.echoesOrigin === true ? origin : '*';
    if (allowed === origin) return origin;
    if ((allowed === 'https://*' || allowed === 'http://*') && origin.startsWith(allowed.slice(0, -1)))
      return origin;
  }
  return undefined;
}

/** Returns the headers of the response to a preflight; none if the origin is not allowed. */
export function preflightHeaders(cors: CorsPlan, origin: string): string[] {
  const allowOrigin = allowedOrigin(cors, origin);
  if (allowOrigin === undefined) return [];
  const headers = ['access-control-allow-origin', allowOrigin];
  if (cors.allowMethods.length > 0) headers.push('access-control-allow-methods', cors.allowMethods.join(','));
  if (cors.allowHeaders.length > 0)
    headers.push('access-control-allow-headers', cors.allowHeaders.join(',').toLowerCase());
  if (cors.maxAgeSeconds !== undefined) headers.push('access-control-max-age', String(cors.maxAgeSeconds));
  if (cors.allowCredentials) headers.push('access-control-allow-credentials', 'true');
  return headers;
}

export function replyCorsHeaders(cors: CorsPlan, origin: string): string[] {
  const allowOrigin = allowedOrigin(cors, origin);
  if (allowOrigin === undefined) return [];
  const headers = ['access-control-allow-origin', allowOrigin];
  if (cors.exposeHeaders.length > 0)
    headers.push('access-control-expose-headers', cors.exposeHeaders.join(',').toLowerCase());
  if (cors.allowCredentials) headers.push('access-control-allow-credentials', 'true');
  return headers;
}

/** Whether this is a CORS header, for which the gateway replaces the backend's value. */
export function isCorsHeader(name: string): boolean {
  return /^access-control-(allow-|expose-|max-age)/i.test(name);
}
