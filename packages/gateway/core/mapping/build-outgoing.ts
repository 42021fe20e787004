/** Builds the integration request. There is one builder for each kind of integration. */
import { ANY_METHODS } from '../routing/rest-routes.ts';
import {
  type HeaderTarget,
  isForbiddenMapping,
  mapHeader,
  passHeaders,
  startHeaders,
} from './integration-headers.ts';
import { configurationError } from './mapping-failure.ts';
import { MappingInput } from './mapping-input.ts';
import { readMockStatus } from './mock-status.ts';
import { buildRequestBody, convertBody } from './request-body.ts';
import {
  type MappedParameters,
  mappedHeader,
  mapRequestParameters,
  overrideParameters,
} from './request-parameters.ts';
import { findUnmapped, joinQuery, printQueryPair, renderHttpAddress, renderPath } from './target-uri.ts';
import { printHeaders, type WireHeaders } from './wire-headers.ts';
import type {
  FunctionIntegration,
  HttpIntegration,
  HttpProxyIntegration,
  MappedIntegration,
  MockIntegration,
  RequestMapping,
  ServiceIntegration,
} from './integration.ts';
import type { ApiKeyFacts, CallerFacts, RoutedFacts } from '../events/request-facts.ts';
import type { HttpRequest } from '../ports.ts';
import type { Payload } from './content-handling.ts';
import type { FunctionCall, HttpCall, MappedOutgoing, MockCall, MappedServiceCall } from './outgoing.ts';

export type MappableFacts = RoutedFacts & {
  readonly caller: CallerFacts;
  readonly apiKey: ApiKeyFacts;
};

type Facts = { readonly request: MappableFacts; readonly binaryMediaTypes: readonly string[] };

/**
 * Builds the integration request.
 * @param contextOf returns the `$context` of a WebSocket event, which replaces the request's `$context`
 * @throws GatewayError if the request cannot be built, and the errors that `toMappingFailure` translates
 */
export function buildOutgoing(
  plan: MappedIntegration,
  request: MappableFacts,
  binaryMediaTypes: readonly string[],
  contextOf?: () => Readonly<Record<string, unknown>>,
): MappedOutgoing {
  const input = new MappingInput(request, request.caller, request.apiKey, contextOf);
  const facts = { request, binaryMediaTypes };
  switch (plan.kind) {
    case 'mock':
      return buildMockCall(plan, input, facts);
    case 'function':
      return buildFunctionCall(plan, input, facts);
    case 'http':
      return buildHttpCall(plan, input, facts);
    case 'http-proxy':
      // The client does not receive the `Content-Encoding` of an HTTP_PROXY's backend [obs], so the response is
      // decompressed.
      return { kind: 'http', plan, input, request: buildProxyRequest(plan, input, facts, true) };
    case 'http-stream':
      return { kind: 'http-stream', plan, request: buildProxyRequest(plan, input, facts, false) };
    case 'service':
      return buildServiceCall(plan, input, facts);
  }
}

type Mapped = { readonly body: Payload; readonly parameters: MappedParameters };

/** Applies parameter mapping, then the template, then the template's overrides, as AWS does. */
function mapAll(mapping: RequestMapping, input: MappingInput, facts: Facts, toAws: boolean): Mapped {
  const parameters = mapRequestParameters(mapping.parameters, input, facts.request.body);
  const body = buildRequestBody(mapping, input, facts.request, facts.binaryMediaTypes);
  const overridden = overrideParameters(parameters, input);
  const forbidden = overridden.headers.find(([name]) => isForbiddenMapping(name, toAws));
  if (forbidden !== undefined)
    throw configurationError(`API Gateway does not allow a mapping to the header ${forbidden[0]}`, {
      kind: 'mapping',
      problem: 'header',
      name: forbidden[0],
    });
  return { body, parameters: overridden };
}

function buildMockCall(plan: MockIntegration, input: MappingInput, facts: Facts): MockCall {
  const { body } = mapAll(plan.request, input, facts, false);
  const status = body.kind === 'text' ? readMockStatus(body.text) : undefined;
  if (status === undefined)
    throw configurationError(
      'Unable to parse statusCode. It should be an integer defined in the request template',
      { kind: 'mapping', problem: 'mock-status' },
    );
  return { kind: 'mock', plan, input, status };
}

function buildFunctionCall(plan: FunctionIntegration, input: MappingInput, facts: Facts): FunctionCall {
  const { body, parameters } = mapAll(plan.request, input, facts, true);
  const event = body.kind === 'text' ? body.text : body.bytes.toString('utf8');
  return {
    kind: 'function',
    plan,
    input,
    functionName: plan.functionName.render(facts.request.stage.variables),
    qualifier: plan.qualifier?.render(facts.request.stage.variables),
    // Without a body, the event is an empty object [obs].
    event: event === '' ? '{}' : event,
    isAsynchronous: mappedHeader(parameters, 'x-amz-invocation-type') === 'Event',
  };
}

function buildHttpCall(plan: HttpIntegration, input: MappingInput, facts: Facts): HttpCall {
  const mapped = mapAll(plan.request, input, facts, false);
  const method = methodOf(plan, facts);
  // If the client's method has no body (GET, HEAD, OPTIONS), the call to an HTTP backend has no Content-Type. This is
  // true even if the integration's own method has a body. For AWS services, only the integration's method matters.
  const typed = WITHOUT_BODY.has(facts.request.method) ? facts.request.method : method;
  const headers = startHeaders('http', ownHeaders(typed, facts));
  mapHeaders(headers, 'http', mapped.parameters);
  const { request } = facts;
  return {
    kind: 'http',
    plan,
    input,
    request: addressed(plan, mapped.parameters, request, '', {
      method,
      unpacks: true,
      headers: printHeaders(headers),
      body: bodyFor(method, mapped.body),
    }),
  };
}

function buildProxyRequest(
  plan: Omit<HttpProxyIntegration, 'kind'>,
  input: MappingInput,
  facts: Facts,
  unpacks: boolean,
): HttpRequest {
  const { request, binaryMediaTypes } = facts;
  const parameters = mapRequestParameters(plan.parameters, input, request.body);
  const method = methodOf(plan, facts);
  const headers = passHeaders(input, request.api.apiId);
  mapHeaders(headers, 'http-proxy', parameters);
  return addressed(plan, parameters, request, request.rawQuery, {
    method,
    unpacks,
    headers: printHeaders(headers),
    body: bodyFor(method, convertBody(request, plan.contentHandling, binaryMediaTypes)),
  });
}

type Unaddressed = Pick<HttpRequest, 'method' | 'headers' | 'body' | 'unpacks'>;

/**
 * Adds the address and the query to the request. Mapped query parameters are appended to the existing query parameters
 * [obs].
 */
function addressed(
  plan: HttpIntegration | Omit<HttpProxyIntegration, 'kind'>,
  parameters: MappedParameters,
  request: MappableFacts,
  clientQuery: string,
  unaddressed: Unaddressed,
): HttpRequest {
  const { variables } = request.stage;
  const uri = plan.uri.render(variables);
  const { parameters: declared } = 'request' in plan ? plan.request : plan;
  const unmapped = findUnmapped(
    uri,
    (name) =>
      Object.hasOwn(parameters.path, name) ||
      declared.some((one) => one.place === 'path' && one.name === name),
  );
  if (unmapped !== undefined)
    throw configurationError(`Illegal character in path at index ${unmapped.index}: ${uri}`, {
      kind: 'mapping',
      problem: 'path',
      name: unmapped.name,
    });
  const address = renderHttpAddress(uri, parameters.path);
  if (address === undefined)
    throw configurationError('Invalid endpoint address', { kind: 'mapping', problem: 'address' });
  const query = joinQuery([address.query, clientQuery, ...printQuery(parameters)]);
  return {
    ...unaddressed,
    origin: address.origin,
    target: query === '' ? address.path : `${address.path}?${query}`,
    timeoutMs: plan.timeoutMs,
    vpcLink: plan.vpcLink?.render(variables),
    clientCertificate: request.stage.clientCertificate,
  };
}

function buildServiceCall(plan: ServiceIntegration, input: MappingInput, facts: Facts): MappedServiceCall {
  const { target } = plan;
  const { request } = facts;
  const { body, parameters } = mapAll(plan.request, input, facts, true);
  const method = methodOf(plan, facts);
  const headers = startHeaders('service', ownHeaders(method, facts));
  const sent = bodyFor(method, body);
  const { variables } = request.stage;
  const { form } = target;
  const queryParts = printQuery(parameters);
  if (form.kind === 'action') {
    const action = form.action.render(variables);
    queryParts.unshift(printQueryPair('Action', action), form.query.render(variables));
    for (const [name, value] of actionHeaders(target.service, action, sent !== undefined))
      mapHeader(headers, 'service', name, value);
  }
  mapHeaders(headers, 'service', parameters);
  return {
    kind: 'service',
    plan,
    input,
    request: {
      service: target.service,
      subdomain: target.subdomain,
      region: target.region,
      method,
      path: form.kind === 'path' ? renderPath(form.path.render(variables), parameters.path) : '/',
      query: joinQuery(queryParts),
      headers: printHeaders(headers),
      body: sent,
      timeoutMs: plan.timeoutMs,
      ...(plan.roleArn === undefined ? {} : { roleArn: plan.roleArn }),
    },
  };
}

/**
 * Returns the method of the call. `ANY` forwards the client's method, which the client may replace with
 * `X-HTTP-Method-Override` (docs/aws §2.1). The client cannot change any other method.
 */
function methodOf(plan: { readonly method: string }, { request }: Facts): string {
  if (plan.method !== 'ANY') return plan.method;
  const override = request.headers.last('x-http-method-override')?.toUpperCase() ?? '';
  return ANY_METHODS.includes(override) ? override : request.method;
}

/** The methods of integration requests that have no body and no Content-Type [obs]. */
export const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function bodyFor(method: string, body: Payload): string | Buffer | undefined {
  if (WITHOUT_BODY.has(method)) return undefined;
  const content = body.kind === 'text' ? body.text : body.bytes;
  return content.length === 0 ? undefined : content;
}

function ownHeaders(method: string, { request }: Facts): Parameters<typeof startHeaders>[1] {
  const { api, traceHeader, headers } = request;
  const contentType = WITHOUT_BODY.has(method)
    ? undefined
    : (headers.last('content-type') ?? 'application/json');
  return { apiId: api.apiId, traceHeader, contentType };
}

function mapHeaders(headers: WireHeaders, target: HeaderTarget, parameters: MappedParameters): void {
  for (const [name, value] of parameters.headers) mapHeader(headers, target, name, value);
}

function printQuery({ query }: MappedParameters): string[] {
  return query.flatMap(([name, values]) => values.map((value) => printQueryPair(name, value)));
}

/**
 * The prefixes of `X-Amz-Target` by service. API Gateway sets this header itself for these services, which use the JSON
 * protocol. For other services, such as `events`, a mapping must set the header.
 */
const TARGETS: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB_20120810',
  kinesis: 'Kinesis_20131202',
  states: 'AWSStepFunctions',
};
/**
 * The prefix of `X-Amz-Target` for calls with a body. SSM supports two protocols: a call with a body uses the JSON
 * protocol, and a call with parameters in the query uses the query protocol [obs].
 */
const TARGETS_WITH_BODY: Readonly<Record<string, string>> = { ssm: 'AmazonSSM' };

/**
 * Returns the headers that API Gateway adds if a service URI has the `action/` form (docs/aws §8). A mapped header
 * replaces an added header of the same name.
 */
function actionHeaders(
  service: string,
  action: string,
  hasBody: boolean,
): readonly (readonly [name: string, value: string])[] {
  const prefix = TARGETS[service] ?? (hasBody ? TARGETS_WITH_BODY[service] : undefined);
  return prefix === undefined ? [] : [['X-Amz-Target', `${prefix}.${action}`]];
}
