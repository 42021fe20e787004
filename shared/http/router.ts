import { parseHttpEvent } from '../aws/http-event.ts';
import type { HttpEvent } from '../aws/http-event.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError } from '../errors.ts';
import { adminProblemOf, problemReply } from './problem.ts';
import type { Route } from './route.ts';

/** Called for every response except a 500, with the route and, if the request was refused, the code. */
export type OnAnswer = (routeId: string, code: string | undefined) => void;

/**
 * Creates a router that dispatches by the route key that API Gateway chose, because this is the route that IAM allowed.
 * If it parsed the path again, a disguised path (`//`, a trailing slash) could reach what a policy denies. A fallback
 * route (`ANY /x/{proxy+}`) responds with 404 or 405. Other errors are thrown, so that the platform logs them and the
 * caller gets 500.
 */
export function createRouter(
  routes: readonly Route[],
): (event: unknown, answered: OnAnswer) => Promise<ProxyResult> {
  const byKey = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  return async (event, answered) => {
    const request = parseHttpEvent(event);
    const route = byKey.get(request.routeKey);
    const id = route?.description.id ?? 'unknown';
    try {
      const reply = await (route === undefined ? refuse(request, routes) : route.answer(request));
      answered(id, undefined);
      return reply;
    } catch (error) {
      const problem = adminProblemOf(error);
      if (problem === undefined) throw error;
      answered(id, problem.code);
      return withHeaders(problemReply(problem), problem.status, allowedAt(request.path, routes));
    }
  };
}

function refuse({ path }: HttpEvent, routes: readonly Route[]): never {
  if (allowedAt(path, routes).length === 0)
    throw new DomainError('ROUTE_UNKNOWN', 'there is nothing at this path');
  throw new DomainError('METHOD_NOT_ALLOWED', 'this path does not support that method');
}

function withHeaders(reply: ProxyResult, status: number, allowed: readonly string[]): ProxyResult {
  if (status === 405) return { ...reply, headers: { ...reply.headers, allow: allowed.join(', ') } };
  if (status === 503) return { ...reply, headers: { ...reply.headers, 'retry-after': '1' } };
  return reply;
}

function allowedAt(path: string, routes: readonly Route[]): readonly string[] {
  const segments = path.split('/');
  return routes
    .filter((route) => {
      const pattern = route.path.split('/');
      return (
        pattern.length === segments.length &&
        pattern.every((part, index) => part.startsWith('{') || part === segments[index])
      );
    })
    .map(({ method }) => method);
}
