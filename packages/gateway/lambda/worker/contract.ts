/**
 * Lambda's contract with a Node.js handler, which defines the handler's forms, arguments and responses. Node.js 24
 * dropped callbacks and the context's members `done`, `succeed` and `fail`. Older runtimes have them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, aws-lambda-nodejs-runtime-interface-client
 */
import { type EventMessage, MAX_RESULT_BYTES } from '../invocation/job.ts';
import { RuntimeError, toFailure } from './failure.ts';

export type Handler = (...args: unknown[]) => unknown;

export type FunctionFacts = {
  readonly functionName: string;
  readonly functionArn: string;
  readonly runtime: string;
  readonly memorySizeMb: number;
  readonly timeoutMs: number;
  readonly stoodMs?: SharedArrayBuffer | undefined;
  readonly logGroupName: string;
  readonly logStreamName: string;
};

/**
 * Receives the response to one event as JSON text, either a result or Lambda's error JSON. Only the first call counts.
 */
export type Answer = (failed: boolean, text: string, error?: unknown) => void;

const WITHOUT_CALLBACKS_FROM = 24;

export function hasCallbacks(runtime: string): boolean {
  return Number.parseInt(runtime.slice('nodejs'.length)) < WITHOUT_CALLBACKS_FROM;
}

/**
 * Calls the handler with one event. `whenLoopEmpties` takes a function, and calls this function when the event loop is
 * empty.
 */
export function callHandler(
  handler: Handler,
  message: EventMessage,
  facts: FunctionFacts,
  requestId: string,
  answer: Answer,
  whenLoopEmpties: (then: () => void) => void,
): void {
  const succeed = (result: unknown): void => answerWith(result, facts.runtime, answer);
  const fail = (error: unknown): void => answer(true, JSON.stringify(toFailure(error)), error);
  try {
    const { event, context } = readMessage(message, facts, requestId);
    if (!hasCallbacks(facts.runtime)) {
      const result = handler(event, context);
      if (isThenable(result)) result.then(succeed, fail);
      else succeed(result);
      return;
    }
    const { callback, hasAnswered } = addCallbacks(context, succeed, fail, whenLoopEmpties);
    const result = handler(event, context, callback);
    // Only the first response counts, so if the callback is called before the promise settles, the result of the
    // promise is ignored.
    if (isThenable(result))
      result.then(
        (value) => (hasAnswered() ? undefined : succeed(value)),
        (error) => (hasAnswered() ? undefined : fail(error)),
      );
    else if (!hasAnswered()) whenLoopEmpties(() => succeed(null));
  } catch (error) {
    fail(error);
  }
}

type Context = Record<string, unknown>;

const NEVER_STOOD: readonly number[] = [0, 0];

function stoodMs([before = 0, sinceEpochMs = 0]: ArrayLike<number> & Iterable<number>): number {
  return before + (sinceEpochMs === 0 ? 0 : performance.timeOrigin + performance.now() - sinceEpochMs);
}

/** Reads the event and the context of an invocation. Messages of API Gateway contain only the event's text. */
export function readMessage(
  message: EventMessage,
  facts: FunctionFacts,
  requestId: string,
): { readonly event: unknown; readonly context: Context } {
  const context = makeContext(facts, requestId);
  if (typeof message === 'string') return { event: JSON.parse(message), context };
  const { clientContext, invoked } = message;
  if (clientContext !== undefined) context['clientContext'] = JSON.parse(clientContext);
  if (invoked !== undefined) {
    context['functionVersion'] = invoked.version;
    context['invokedFunctionArn'] = invoked.arn;
  }
  return { event: JSON.parse(message.event), context };
}

/** Creates the context object without the members that only older runtimes have. */
function makeContext(facts: FunctionFacts, requestId: string): Context {
  const stood = facts.stoodMs === undefined ? NEVER_STOOD : new Float64Array(facts.stoodMs);
  const passedMs = (): number => performance.now() - stoodMs(stood);
  const deadline = passedMs() + facts.timeoutMs;
  return {
    functionName: facts.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: facts.functionArn,
    memoryLimitInMB: String(facts.memorySizeMb),
    awsRequestId: requestId,
    logGroupName: facts.logGroupName,
    logStreamName: facts.logStreamName,
    clientContext: undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.floor(deadline - passedMs()),
  };
}

type Callback = (error?: unknown, result?: unknown) => void;

/**
 * Adds the members that exist in runtimes up to nodejs22.x. By default, the response of a callback is sent only when
 * the event loop is empty.
 */
function addCallbacks(
  context: Context,
  succeed: (result: unknown) => void,
  fail: (error: unknown) => void,
  whenLoopEmpties: (then: () => void) => void,
): { callback: Callback; hasAnswered: () => boolean } {
  let answered = false;
  const done: Callback = (error, result) => {
    if (answered) return;
    answered = true;
    if (error === undefined || error === null) succeed(result);
    else fail(error);
  };
  context['callbackWaitsForEmptyEventLoop'] = true;
  context['done'] = done;
  context['succeed'] = (result: unknown) => done(null, result);
  context['fail'] = (error: unknown) => done(error ?? 'handled');
  const callback: Callback = (error, result) => {
    const isFailure = error !== undefined && error !== null;
    if (isFailure || context['callbackWaitsForEmptyEventLoop'] === false) done(error, result);
    else if (!answered) {
      answered = true;
      whenLoopEmpties(() => succeed(result));
    }
  };
  return { callback, hasAnswered: () => answered };
}

function answerWith(result: unknown, runtime: string, answer: Answer): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(result);
  } catch (error) {
    const reason = 'Unable to stringify response body';
    const failure = hasCallbacks(runtime)
      ? new Error(reason)
      : new RuntimeError('JSONStringifyError', reason);
    failure.cause = error;
    answer(true, JSON.stringify(toFailure(failure)), failure);
    return;
  }
  // A function, a symbol or undefined has no JSON form. Lambda returns null for it.
  text ??= 'null';
  if (isOverLimit(text)) {
    const failure = {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`,
    };
    answer(true, JSON.stringify(failure), new Error(failure.errorMessage));
    return;
  }
  answer(false, text);
}

/**
 * Whether a result is too large. A UTF-16 unit takes at most three bytes in UTF-8. The exact size is therefore
 * calculated only for texts that may exceed the limit.
 */
function isOverLimit(text: string): boolean {
  return text.length * 3 > MAX_RESULT_BYTES && Buffer.byteLength(text) > MAX_RESULT_BYTES;
}

type Thenable = { then(resolve: (value: unknown) => void, reject: (error: unknown) => void): unknown };

export function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
