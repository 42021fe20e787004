/** Returns a path that matches a route: every parameter is filled in, and the rest is unchanged. */
export function fillPath(path: string): string {
  const filled = path
    .replace(/\{[^{}]*\+\}/g, 'a/b')
    .replace(/\{[^{}]*\}/g, '1')
    .replace(/\*/g, 'any');
  return filled.startsWith('/') ? filled : `/${filled === '$default' ? 'any' : filled}`;
}

/** Picks the request method for a route; a route of any method gets a default. */
export function pickMethod(method: string): string {
  const upper = method.toUpperCase();
  return ['ANY', '*', '$DEFAULT', 'X-AMAZON-APIGATEWAY-ANY-METHOD'].includes(upper) ? 'GET' : upper;
}

export function takesBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method);
}
