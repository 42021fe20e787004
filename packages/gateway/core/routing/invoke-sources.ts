/**
 * The sources of API Gateway's calls of functions: what follows the id of the API in `aws:SourceArn` (docs/aws §4.4). The
 * stage is written as `stage`.
 */

const VERBS = ['*', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Returns sources such as `/{stage}/GET/pets/*`, with `*` for each path variable. `ANY` means every method. */
export function sourcesOfMethod(httpMethod: string, path: string): readonly string[] {
  const where = path.replace(/\{[^}]*\}/g, '*');
  return (httpMethod === 'ANY' ? VERBS : [httpMethod]).map((verb) => `/stage/${verb}${where}`);
}

/**
 * Returns `/{stage}/GET/pets/*` for a route of an HTTP API, and the form with the variables as written, which tools for
 * HTTP APIs use. For a route without a path, returns `/{stage}/$default` or `/{stage}/$connect`.
 */
export function sourcesOfRoute(routeKey: string): readonly string[] {
  const [verb = '', path] = routeKey.split(' ');
  return path === undefined
    ? [`/stage/${routeKey}`, `/stage/*/${routeKey}`]
    : [...sourcesOfMethod(verb, path), `/stage/${verb}${path}`, `/stage/*${path}`];
}

export function sourceOfAuthorizer(authorizerId: string): string {
  return `/authorizers/${authorizerId}`;
}
