/** TestInvokeMethod and TestInvokeAuthorizer over AWS's REST API. */
import { getAuthorizer } from '../control/edit-authorizers.ts';
import { getMethod } from '../control/edit-methods.ts';
import { getResource } from '../control/edit-resources.ts';
import { serve } from '../pipeline.ts';
import { jsonReply } from './control-request.ts';
import { authorizerExchange, openMethodExchange, readTestRequest } from './test-exchange.ts';
import { findApi, findResources } from './wire-api.ts';
import type { ApiState } from '../control/api-state.ts';
import type { ControlResource } from '../control/control-resource.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { TestRequest } from './test-exchange.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

export function testInvokeRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}',
      async serve(call) {
        const api = findResources(control, call);
        const resource = getResource(api.resources, call.path('resourceId'));
        const httpMethod = call.path('httpMethod');
        const method = getMethodOrAny(api, resource.id, httpMethod);
        const request = readTestRequest(call.body, httpMethod, resource.path);
        return jsonReply(200, await invokeMethod(api, method, request, control.ports));
      },
    },
    {
      method: 'POST',
      path: '/restapis/{restApiId}/authorizers/{authorizerId}',
      async serve(call) {
        const api = findApi(control, call);
        const authorizer = getAuthorizer(api.resources, call.path('authorizerId'));
        const request = readTestRequest(call.body, 'GET', '/');
        return jsonReply(200, await invokeAuthorizer(api, authorizer, request, control.ports));
      },
    },
  ];
}

/** A verb that the resource has no method for is its ANY. */
function getMethodOrAny(api: ApiState, resourceId: string, httpMethod: string): ControlResource {
  const isOwn = api.resources.methods.some(
    ({ properties }) => properties['ResourceId'] === resourceId && properties['HttpMethod'] === httpMethod,
  );
  return getMethod(api.resources, { resourceId, httpMethod: isOwn ? httpMethod : 'ANY' });
}

async function invokeMethod(
  api: ApiState,
  method: ControlResource,
  request: TestRequest,
  at: Ports,
): Promise<Record<string, unknown>> {
  const startedMs = at.clock.monotonicMs();
  const received = openMethodExchange(api, method, request, at);
  let line = '';
  const reply = await serve(received, { ...at, log: { write: (text) => (line = text) } });
  const latency = Math.round(at.clock.monotonicMs() - startedMs);
  const headers = shownHeaders(reply);
  return {
    status: reply.status,
    body: reply.body.toString(),
    headers: Object.fromEntries(headers),
    multiValueHeaders: gather(headers),
    log: writeLog(received, request, reply, headers, line),
    latency,
  };
}

/** What the authorizer says, whether or not it would let the request in. */
async function invokeAuthorizer(
  api: ApiState,
  authorizer: ControlResource,
  request: TestRequest,
  at: Ports,
): Promise<Record<string, unknown>> {
  const startedMs = at.clock.monotonicMs();
  const received = authorizerExchange(api, authorizer, request, at);
  let answer: string | undefined;
  let line = '';
  const reply = await serve(received, {
    ...at,
    log: { write: (text) => (line = text) },
    invoker: {
      has: (name) => at.invoker.has(name),
      async invoke(invocation) {
        const result = await at.invoker.invoke(invocation);
        if (result.kind === 'returned') answer = result.payload;
        return result;
      },
    },
  });
  const { caller } = received;
  // An answer that the gateway cannot read is 500 before anybody is let in.
  const said = caller === undefined && reply.status === 500 ? undefined : parsePolicy(answer);
  const isKnown = caller !== undefined || said !== undefined;
  return {
    clientStatus: isKnown ? 200 : reply.status,
    latency: Math.round(at.clock.monotonicMs() - startedMs),
    log: `Execution log for request ${received.requestId}\n${isKnown ? '' : `Execution failed: ${reasonIn(line)}\n`}`,
    ...said,
    ...(caller?.kind === 'jwt' ? { claims: caller.claims, principalId: caller.claims['sub'] } : {}),
  };
}

/** Policy and principal of a function's answer that the gateway could read. */
function parsePolicy(answer: string | undefined): Record<string, unknown> | undefined {
  if (answer === undefined) return undefined;
  const value: unknown = JSON.parse(answer);
  if (typeof value !== 'object' || value === null) return undefined;
  const { principalId, policyDocument } = Object.fromEntries(Object.entries(value));
  return { principalId, policy: JSON.stringify(policyDocument) };
}

/** Request ids and, on errors, the content type are added by the front end, which a test does not pass [obs]. */
function shownHeaders(reply: Reply): readonly (readonly [string, string])[] {
  const headers: [string, string][] = [];
  for (let index = 0; index < reply.headers.length; index += 2)
    headers.push([reply.headers[index] ?? '', reply.headers[index + 1] ?? '']);
  const isError = headers.some(([name]) => name.toLowerCase() === 'x-amzn-errortype');
  const hidden = ['x-amzn-requestid', 'x-amz-apigw-id', ...(isError ? ['content-type'] : [])];
  return headers.filter(([name]) => !hidden.includes(name.toLowerCase()));
}

function gather(headers: readonly (readonly [string, string])[]): Record<string, string[]> {
  const gathered = new Map<string, string[]>();
  for (const [name, value] of headers) gathered.set(name, [...(gathered.get(name) ?? []), value]);
  return Object.fromEntries(gathered);
}

/** The execution log of the request, in the order and words of AWS's (aws-behaviour §10.3), as far as a test sees it. */
function writeLog(
  received: Received,
  request: TestRequest,
  reply: Reply,
  headers: readonly (readonly [string, string])[],
  line: string,
): string {
  const date = new Date(received.receivedAtEpochMs).toUTCString();
  const isFailed = headers.some(([name]) => name.toLowerCase() === 'x-amzn-errortype');
  const lines = [
    `Starting execution for request: ${received.requestId}`,
    `HTTP Method: ${received.method}, Resource Path: ${received.rawPath}`,
    `Method request path: ${printMap(Object.entries(received.pathParameters ?? {}))}`,
    `Method request query string: ${printMap([...new URLSearchParams(received.rawQuery)])}`,
    `Method request headers: ${printMap(pairs(request.headers))}`,
    `Method request body before transformations: ${request.body ?? ''}`,
    ...(isFailed ? [`Execution failed: ${reasonIn(line)}`] : []),
    `Method response body after transformations: ${reply.body.toString()}`,
    `Method response headers: ${printMap(headers)}`,
    ...(isFailed ? [] : ['Successfully completed execution']),
    `Method completed with status: ${reply.status}`,
  ];
  return [
    `Execution log for request ${received.requestId}`,
    ...lines.map((text) => `${date} : ${text}`),
    '',
  ].join('\n');
}

/** The reason that the gateway's own line gives in brackets. */
function reasonIn(line: string): string {
  const bracket = line.indexOf(' (');
  return bracket === -1 ? line : line.slice(bracket + 2, -1);
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [],
  );
}

/** `{a=1, b=2}`, as Java prints maps. */
function printMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}
