/**
 * Calls the function access-admin of a stack that has no admin API. It uses Lambda's Invoke, with the event that an API
 * would send. A user who is allowed to invoke the function may do everything that the function can do. The function's
 * audit records contain the caller's ARN from STS.
 */
import { randomUUID } from 'node:crypto';
import { membersOf } from '@gatewright/aws/json-object';
import { accessAdminRoutes } from '#shared/access/access-admin-routes.ts';
import type { Route } from '#shared/http/route.ts';
import type { Aws } from './aws-call.ts';
import { readCaller } from './read-caller.ts';
import type { AdminRequest } from './admin-request.ts';

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:([a-z0-9-]+):\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
/** The route for requests that match no other route. The function responds with 404 or 405. */
const FALLBACK = 'ANY /access/{proxy+}';

/** Returns the region in the ARN of a function. Returns undefined if the text is not such an ARN. */
export function regionOfFunction(arn: string): string | undefined {
  return FUNCTION_ARN.exec(arn)?.[1];
}

/** `response` is undefined if nothing readable was returned. `said` then contains the reason. */
type Invoked = { readonly response: Response } | { readonly response: undefined; readonly said: string };

export async function invokeAdmin(aws: Aws, arn: string, request: AdminRequest): Promise<Invoked> {
  const caller = await readCaller(aws);
  if ('refused' in caller) return { response: undefined, said: caller.refused };
  const event = eventOf(request, caller.arn);
  const answer = await aws.call({
    service: 'lambda',
    protocol: 'rest',
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
    body: JSON.stringify(event),
  });
  if (answer.kind === 'silent') return { response: undefined, said: answer.message };
  if (answer.kind === 'refused')
    return { response: Response.json({ message: answer.message }, { status: answer.status }) };
  const { statusCode, headers, body } = answer.body;
  if (typeof statusCode !== 'number')
    return { response: undefined, said: `the function ${arn} failed; see its log` };
  const text = typeof body === 'string' && body !== '' ? body : null;
  return { response: new Response(text, { status: statusCode, headers: textsOf(headers) }) };
}

/** Creates an event of an HTTP API with payload format 2.0, as the function expects it. */
function eventOf({ method, path, query = {}, body, operationId }: AdminRequest, signer: string): object {
  const { routeKey, pathParameters } = routeOf(method, path);
  const decoded = path.split('/').map(decodeURIComponent).join('/');
  const texts = Object.entries(query).filter(([, value]) => value !== undefined) as [string, string][];
  return {
    version: '2.0',
    routeKey,
    rawPath: decoded,
    rawQueryString: new URLSearchParams(texts).toString(),
    headers: {
      'content-type': 'application/json',
      ...(operationId !== undefined && { 'idempotency-key': operationId }),
    },
    queryStringParameters: Object.fromEntries(texts),
    pathParameters,
    requestContext: {
      http: { method, path: decoded, sourceIp: '127.0.0.1' },
      stage: '$default',
      requestId: randomUUID(),
      timeEpoch: Date.now(),
      authorizer: { iam: { userArn: signer } },
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** Chooses the function's route as API Gateway would. */
function routeOf(method: string, path: string): { routeKey: string; pathParameters: Record<string, string> } {
  const segments = path.split('/');
  const found = ROUTES.find((route) => {
    const parts = route.path.split('/');
    return (
      route.method === method &&
      parts.length === segments.length &&
      parts.every((part, at) => part.startsWith('{') || part === segments[at])
    );
  });
  if (found === undefined) return { routeKey: FALLBACK, pathParameters: {} };
  const named = found.path
    .split('/')
    .flatMap((part, at) =>
      part.startsWith('{') ? [[part.slice(1, -1), decodeURIComponent(segments[at] ?? '')] as const] : [],
    );
  return { routeKey: `${found.method} ${found.path}`, pathParameters: Object.fromEntries(named) };
}

/** Only the methods and paths are used; no API is served. */
const ROUTES: readonly Pick<Route, 'method' | 'path'>[] = accessAdminRoutes({
  keys: unused,
  revocations: unused,
  documents: unused,
});

function unused(): never {
  throw new Error('this client does not serve these routes: the function of the stack serves them');
}

function textsOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(membersOf(headers)).map(([name, value]) => [name, String(value)]));
}
