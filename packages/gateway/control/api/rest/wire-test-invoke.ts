import { getAuthorizer } from '../../edits/check-authorizer.ts';
import { getMethod } from '../../edits/edit-methods.ts';
import { getResource } from '../../edits/edit-resources.ts';
import {
  authorizerLines,
  lambdaUri,
  printTestLog,
  withoutFrontEnd,
} from '../../../core/events/execution-log.ts';
import { lastHeader } from '../../../core/events/header-list.ts';
import { serve } from '../../../core/pipeline.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { authorizerExchange, openMethodExchange, readTestRequest } from './test-exchange.ts';
import { gatherReply } from '../../../core/gather-reply.ts';
import { findApi, findResources } from './wire-api.ts';
import type { ApiState } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { LoggedAuthorizer } from '../../../core/events/execution-log.ts';
import type { Reply } from '../../../core/exchange.ts';
import type { Ports } from '../../../core/ports.ts';
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

/** Returns the method, or the resource's ANY method if there is none. */
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
): Promise<object> {
  const startedMs = at.clock.monotonicMs();
  const received = openMethodExchange(api, method, request, at);
  const lines: string[] = [];
  const logGroups = { write: (_: string, line: string) => lines.push(line) };
  const reply = await gatherReply(await serve(received, unseen(at, { logGroups })), STREAM_LIMITS);
  const latency = Math.round(at.clock.monotonicMs() - startedMs);
  const headers = shownHeaders(reply);
  return {
    status: reply.status,
    body: reply.body.toString(),
    headers: Object.fromEntries(headers),
    multiValueHeaders: gather(headers),
    log: printTestLog(received, lines),
    latency,
  };
}

/**
 * The limits of a streamed response. The limit that is reached first applies (developer guide, "Troubleshoot issues
 * with response streaming").
 */
const STREAM_LIMITS = { maxBytes: 1024 * 1024, timeoutMs: 35_000 };

/** Returns ports that write nothing to the API's logs, metrics and traces. */
function unseen(at: Ports, own: Partial<Ports>): Ports {
  const nothing = { write: () => undefined };
  return { ...at, log: nothing, logGroups: nothing, metrics: undefined, traces: undefined, ...own };
}

/** Returns the authorizer's result, even if it would deny the request. */
async function invokeAuthorizer(
  api: ApiState,
  authorizer: ControlResource,
  request: TestRequest,
  at: Ports,
): Promise<object> {
  const startedMs = at.clock.monotonicMs();
  const received = authorizerExchange(api, authorizer, request, at);
  let call: LoggedAuthorizer['call'];
  let line = '';
  const reply = await serve(
    received,
    unseen(at, {
      log: { write: (text) => (line = text) },
      invoker: {
        has: (name) => at.invoker.has(name),
        stream: (invocation) => at.invoker.stream(invocation),
        queue: (invocation) => at.invoker.queue(invocation),
        async invoke(invocation) {
          const { functionName, payload: event } = invocation;
          call = { uri: lambdaUri(api.identity, functionName), event, result: undefined };
          const result = await at.invoker.invoke(invocation);
          if (result.kind === 'returned') call = { ...call, result: result.payload };
          return result;
        },
      },
    }),
  );
  const { caller } = received;
  // If the result cannot be read, the response is 500 before the authorizer can allow anything.
  const said = caller === undefined && reply.status === 500 ? undefined : parsePolicy(call?.result);
  const isKnown = caller !== undefined || said !== undefined;
  const facts = {
    authorizerId: authorizer.id,
    identity: lastHeader(request.headers, 'authorization'),
    call,
    failure: isKnown ? undefined : `Execution failed: ${reasonIn(line)}`,
    principalId: typeof said?.['principalId'] === 'string' ? said['principalId'] : undefined,
  };
  return {
    clientStatus: isKnown ? 200 : reply.status,
    latency: Math.round(at.clock.monotonicMs() - startedMs),
    log: printTestLog(received, authorizerLines(received, facts)),
    ...said,
    ...(caller?.kind === 'jwt' ? { claims: caller.claims, principalId: caller.claims['sub'] } : {}),
  };
}

function parsePolicy(answer: string | undefined): Record<string, unknown> | undefined {
  if (answer === undefined) return undefined;
  const value: unknown = JSON.parse(answer);
  if (typeof value !== 'object' || value === null) return undefined;
  const { principalId, policyDocument } = Object.fromEntries(Object.entries(value));
  return { principalId, policy: JSON.stringify(policyDocument) };
}

/**
 * Removes request ids and, from errors, the content type. The front end adds these headers, and a test does not pass
 * through the front end [obs].
 */
function shownHeaders(reply: Reply): readonly (readonly [string, string])[] {
  const headers = pairs(withoutFrontEnd(reply.headers));
  const isError = headers.some(([name]) => name.toLowerCase() === 'x-amzn-errortype');
  return isError ? headers.filter(([name]) => name.toLowerCase() !== 'content-type') : headers;
}

function gather(headers: readonly (readonly [string, string])[]): Record<string, string[]> {
  const gathered = new Map<string, string[]>();
  for (const [name, value] of headers) gathered.set(name, [...(gathered.get(name) ?? []), value]);
  return Object.fromEntries(gathered);
}

/** Returns the reason from a log line of the gateway, which has it in parentheses at the end. */
function reasonIn(line: string): string {
  const bracket = line.indexOf(' (');
  return bracket === -1 ? line : line.slice(bracket + 2, -1);
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [],
  );
}
