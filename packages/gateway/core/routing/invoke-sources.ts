/**
 * Returns the sources of API Gateway's calls of functions. A source is the part of `aws:SourceArn` after the API id
 * (docs/aws §4.4), with the literal `stage` in place of the stage name.
 */

const VERBS = ['*', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Returns sources such as `/stage/GET/pets/*`, with `*` in place of each path variable. `ANY` means every method. */
export function sourcesOfMethod(httpMethod: string, path: string): readonly string[] {
  const where = path.replace(/\{[^}]*\}/g, '*');
  return (httpMethod === 'ANY' ? VERBS : [httpMethod]).map((verb) => `/stage/${verb}${where}`);
}

/**
 * Returns the sources of a route of an HTTP API: `/stage/GET/pets/*`, and the same paths with the variables as written,
 * which tools for HTTP APIs put into permissions. A route without a path, such as `$default` or `$connect`, has no part
 * for the method: a permission for stage, method and path does not cover it (aws/serverless-application-model#1860,
 * terraform-aws-modules/terraform-aws-apigateway-v2#41).
 */
export function sourcesOfRoute(routeKey: string): readonly string[] {
  const [verb = '', path] = routeKey.split(' ');
  return path === undefined
    ? [`/stage/${routeKey}`]
    : [...sourcesOfMethod(verb, path), `/stage/${verb}${path}`, `/stage/*${path}`];
}

export function sourceOfAuthorizer(authorizerId: string): string {
  return `/authorizers/${authorizerId}`;
}
