/** A path that a route takes: every parameter filled in, the rest as it is. */
export function fillPath(path: string): string {
  const filled = path
    .replace(/\{[^{}]*\+\}/g, 'a/b')
    .replace(/\{[^{}]*\}/g, '1')
    .replace(/\*/g, 'any');
  return filled.startsWith('/') ? filled : `/${filled === '$default' ? 'any' : filled}`;
}

/** What a route of any method is asked with. */
export function pickMethod(method: string): string {
  const upper = method.toUpperCase();
  return ['ANY', '*', '$DEFAULT', 'X-AMAZON-APIGATEWAY-ANY-METHOD'].includes(upper) ? 'GET' : upper;
}

export function takesBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method);
}
