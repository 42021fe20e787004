/**
 * Runs the integration within its deadline and classifies the outcome.
 * reads: outgoing call, payload · adds: nothing · may answer: no · fails with: INTEGRATION_TIMEOUT,
 * FUNCTION_FAILED, FUNCTION_THROTTLED, INTEGRATION_FAILURE, API_CONFIGURATION_ERROR, REQUEST_TOO_LARGE
 * @see docs/aws §1.5, §3.7, §8
 */
import { describePayloadFault } from '@gatewright/aws/text/jackson-fault';
import { isJson } from '@gatewright/aws/json-object';
import { gatewayError } from '../errors.ts';
import { describeLate } from '../events/late-answer.ts';
import { isUnsendable } from '../events/unsendable.ts';
import { configurationError } from '../mapping/mapping-failure.ts';
import { refusedRole } from '../mapping/refused-role.ts';
import { splitOwnPrelude, splitPrelude } from '../mapping/stream-prelude.ts';
import type { LambdaStreamIntegration } from '../deployment/model.ts';
import type { Mapped } from '../exchange.ts';
import type { FunctionCall, IntegrationAnswer, StreamedAnswer } from '../mapping/outgoing.ts';
import type { HttpOutcome, Invocation, InvocationResult, Ports } from '../ports.ts';

const NOTHING = Buffer.alloc(0);

/**
 * The outcome of calling the integration. If the response is streamed, the outcome is available as soon as the status
 * is known.
 */
export type Outcome = InvocationResult | HttpOutcome | StreamedAnswer;

export type Sendable = Pick<Mapped, 'outgoing' | 'payload' | 'traceHeader'> & {
  readonly stage: Pick<Mapped['stage'], 'variables'>;
};

/** The function is not `async`, so that the pipeline awaits the port's promise directly. */
export function integrate(mapped: Sendable, at: Ports): Promise<Outcome> {
  const { outgoing } = mapped;
  switch (outgoing.kind) {
    case 'lambda-proxy':
      return at.invoker.invoke({
        functionName: outgoing.functionName.render(mapped.stage.variables),
        qualifier: outgoing.qualifier?.render(mapped.stage.variables),
        payload: mapped.payload,
        timeoutMs: outgoing.timeoutMs,
        traceHeader: mapped.traceHeader,
        roleArn: outgoing.roleArn,
      });
    case 'mock':
      return Promise.resolve({ kind: 'answered', status: outgoing.status, headers: [], body: NOTHING });
    case 'function':
      return invokeFunction(outgoing, mapped.traceHeader, at);
    case 'lambda-stream':
      return streamFunction(outgoing, mapped, at);
    case 'http':
    case 'http-api':
      return at.http.send(outgoing.request);
    case 'http-stream':
      return at.http.stream({ ...outgoing.request, idleMs: outgoing.plan.idleMs });
    case 'service':
    case 'http-api-service':
      return at.services.call(outgoing.request, mapped.traceHeader);
  }
}

async function streamFunction(
  { timeoutMs, idleMs, payload: kind, ...target }: LambdaStreamIntegration,
  { stage, payload, traceHeader }: Sendable,
  at: Ports,
): Promise<Outcome> {
  const functionName = target.functionName.render(stage.variables);
  const qualifier = target.qualifier?.render(stage.variables);
  const event = { functionName, qualifier, payload, traceHeader, roleArn: target.roleArn };
  const start = await at.invoker.stream({ ...event, timeoutMs, idleMs });
  if (start.kind !== 'streams') return start;
  const { body, contentType } = start;
  const split = kind === 'function-url' ? splitOwnPrelude(body, contentType) : splitPrelude(body);
  return { ...start, ...(await split) };
}

function invokeFunction(
  call: FunctionCall,
  traceHeader: string,
  at: Ports,
): Promise<InvocationResult | HttpOutcome> {
  if (!isJson(call.event)) return Promise.resolve(refuseEvent(call.event));
  const { functionName, qualifier, event: payload, plan } = call;
  const { timeoutMs, roleArn } = plan;
  const invocation = { functionName, qualifier, payload, traceHeader, roleArn };
  return call.isAsynchronous ? queueEvent(invocation, at) : at.invoker.invoke({ ...invocation, timeoutMs });
}

/** Lambda responds before the function runs, so the client never sees the function's result. */
async function queueEvent(
  invocation: Omit<Invocation, 'timeoutMs'>,
  { invoker }: Ports,
): Promise<InvocationResult | HttpOutcome> {
  const outcome = await invoker.queue(invocation);
  return outcome.kind === 'queued' ? ACCEPTED : outcome;
}

const LAMBDA_HEADERS = ['Content-Type', 'application/json'];
const ACCEPTED: HttpOutcome = { kind: 'answered', status: 202, headers: LAMBDA_HEADERS, body: NOTHING };
/**
 * Lambda's error response to an event that is not JSON. An integration response can pass this error response to the
 * client, as the default one does with 200 (https://github.com/nateyolles/slack-pokerbot/issues/1,
 * https://github.com/srcecde/aws-tutorial-code/issues/4).
 */
function refuseEvent(event: string): HttpOutcome {
  const body = Buffer.from(JSON.stringify({ message: describePayloadFault(Buffer.from(event)) }));
  return { kind: 'answered', status: 400, headers: LAMBDA_HEADERS, body };
}

/**
 * Returns the integration's response, which is a string for a Lambda proxy. Throws an error for the client if the
 * integration failed.
 */
export function readAnswer(
  mapped: Pick<Mapped, 'outgoing'>,
  outcome: Outcome,
): string | IntegrationAnswer | StreamedAnswer {
  switch (outcome.kind) {
    case 'answered':
    case 'streams':
      return outcome;
    case 'unreachable':
      if (outcome.reason === 'role') throw refusedRole(outcome, isHttpApi(mapped));
      throw unreachable(outcome, isOfHttpApi(mapped, outcome));
    case 'returned':
      return mapped.outgoing.kind === 'function' ? fromLambda(outcome.payload) : outcome.payload;
    case 'failed':
      // If a method uses templates, a failed function is not a gateway error, because the function's error message
      // selects the integration response.
      if (mapped.outgoing.kind === 'function') return fromLambda(outcome.payload, outcome.errorMessage);
      return readOutcome(outcome);
    case 'refused':
      if (outcome.reason === 'role') throw refusedRole(outcome, isHttpApi(mapped));
      return readOutcome(outcome);
    case 'timed-out':
      return readOutcome(outcome);
  }
}

function fromLambda(payload: string, errorMessage?: string): IntegrationAnswer {
  const answer = { status: 200, headers: LAMBDA_HEADERS, body: Buffer.from(payload) };
  return errorMessage === undefined ? answer : { ...answer, errorMessage };
}

/** Returns the function's result as text. Throws an error for the client if the function failed. */
export function readOutcome(result: InvocationResult): string {
  switch (result.kind) {
    case 'returned':
      return result.payload;
    case 'failed':
      throw gatewayError('FUNCTION_FAILED', {
        source: 'integration',
        reason: `${result.errorType}: ${result.errorMessage}`,
      });
    case 'timed-out':
      throw gatewayError('INTEGRATION_TIMEOUT', {
        source: 'integration',
        reason: describeLate('the function did not respond within the integration timeout', result),
      });
    case 'refused':
      throw refusal(result);
  }
}

function refusal(refused: Extract<InvocationResult, { kind: 'refused' }>): Error {
  if (refused.reason === 'role') return refusedRole(refused, false);
  const { reason, message, isReserved } = refused;
  switch (reason) {
    case 'too-large':
      return gatewayError('REQUEST_TOO_LARGE', { source: 'client', reason: message });
    case 'throttled':
      return gatewayError('FUNCTION_THROTTLED', {
        source: 'integration',
        reason: message,
        ...(isReserved === true && { throttledBy: 'ReservedFunctionConcurrentInvocationLimitExceeded' }),
      });
    // Only the services that send events count invocations, so that no request gets this refusal.
    case 'recursive':
    case 'not-found':
      return configurationError(message);
  }
}

/**
 * Whether a failed call is reported by the rules of HTTP APIs. There is one exception: a service call whose request
 * cannot be sent is also a configuration error on HTTP APIs.
 */
function isOfHttpApi({ outgoing }: Pick<Mapped, 'outgoing'>, outcome: Unreachable): boolean {
  return outgoing.kind === 'http-api' || (outgoing.kind === 'http-api-service' && !isUnsendable(outcome));
}

type Unreachable = Exclude<Extract<HttpOutcome, { kind: 'unreachable' }>, { reason: 'role' }>;

function isHttpApi({ outgoing }: Pick<Mapped, 'outgoing'>): boolean {
  return (
    outgoing.kind === 'http-api-service' ||
    (outgoing.kind === 'lambda-proxy' && (outgoing.payload === 'http-1.0' || outgoing.payload === 'http-2.0'))
  );
}

function unreachable({ reason, message, isTls }: Unreachable, isHttpApi: boolean): Error {
  // An HTTP API responds with 503 for every reason (docs/aws §8).
  if (isHttpApi) return gatewayError('INTEGRATION_FAILURE', { source: 'integration', reason: message });
  switch (reason) {
    case 'address':
      return configurationError(`Invalid endpoint address: ${message}`);
    case 'request':
    case 'unserved':
      return configurationError(message);
    case 'network':
      // A certificate that API Gateway does not trust is a configuration error, unlike a lost connection
      // (docs/aws §2.5).
      if (isTls === true) return configurationError(message);
      return gatewayError('INTEGRATION_FAILURE', {
        source: 'integration',
        message: 'Network error communicating with endpoint',
        reason: message,
      });
    case 'too-large':
      return gatewayError('INTEGRATION_FAILURE', { source: 'integration', status: 500, reason: message });
  }
}
