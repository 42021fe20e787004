import type { HttpEvent } from '../aws/http-event.ts';

/**
 * Returns the requested path below the portal. The route is used, because the path of the event may begin with the
 * mapping of a custom domain (docs/aws §2.3).
 */
export function routePathOf({
  routeKey,
  pathParameters,
}: Pick<HttpEvent, 'routeKey' | 'pathParameters'>): string {
  const [, route = '/'] = routeKey.split(' ');
  return route.replace(/\{(\w+)\+?\}/g, (_, name: string) => pathParameters[name] ?? '');
}
