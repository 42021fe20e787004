/**
 * Lambda's contract with a Node.js handler, which defines the handler's forms, arguments and responses. Node.js 24
 * dropped callbacks and the context's members `done`, `succeed` and `fail`. Older runtimes have them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, aws-lambda-nodejs-runtime-interface-client
 */
import { type EventMessage, MAX_RESULT_BYTES } from '../invocation/job.ts';
import { findReported, RuntimeError, toFailure } from './failure.ts';

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
 * `isIgnored` means that Lambda responds with null instead of the value that the handler returned.
 */
export type Answer = (failed: boolean, text: string, error?: unknown, isIgnored?: boolean) => void;

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
  const fail = (thrown: unknown): void => {
    const error = findReported(thrown);
    answer(true, JSON.stringify(toFailure(error)), error);
  };
  let event: unknown;
  let context: Context;
  try {
    ({ event, context } = readMessage(message, facts, requestId));
  } catch (error) {
    fail(error);
    return;
  }
  if (hasCallbacks(facts.runtime)) {
    const ways = addCallbacks(
      context,
      (result) => answerWith(writeForCallbacks(result), answer),
      fail,
      () => answer(false, 'null', undefined, true),
      whenLoopEmpties,
    );
    callWithCallback(handler, event, context, ways, whenLoopEmpties);
    return;
  }
  const succeed = (result: unknown): void => {
    let text: string | undefined;
    try {
      text = writeResult(result, (cause) => new RuntimeError('JSONStringifyError', UNWRITABLE, cause));
    } catch (error) {
      fail(error);
      return;
    }
    // A function or a symbol.
    answerWith(text ?? 'null', answer);
  };
  try {
    const result = handler(event, context);
    if (isThenable(result)) result.then(succeed, fail);
    else succeed(result);
  } catch (error) {
    fail(error);
  }
}

/** Calls a handler of the runtimes up to nodejs22.x, whose result counts only if it is a promise. */
function callWithCallback(
  handler: Handler,
  event: unknown,
  context: Context,
  { callback, succeed, fail, ignore, hasAnswered }: Callbacks,
  whenLoopEmpties: (then: () => void) => void,
): void {
  try {
    const result = handler(event, context, callback);
    // If the result cannot be written as JSON, `succeed` throws, and `fail` then reports the error.
    if (isThenable(result)) result.then(succeed, fail).catch(fail);
    else if (!hasAnswered()) whenLoopEmpties(() => (result === undefined ? succeed(null) : ignore()));
  } catch (error) {
    // A thrown value is passed to the callback, so a thrown null or undefined does not count as an error.
    callback(error);
  }
}

type Context = Record<string, unknown>;

const NEVER_STOOD: readonly number[] = [0, 0];

function stoodMs([before = 0, sinceEpochMs = 0]: ArrayLike<number> & Iterable<number>): number {
  return before + (sinceEpochMs === 0 ? 0 : performance.timeOrigin + performance.now() - sinceEpochMs);
}

/** Reads the event and the context of an invocation. A message without options is only the event's text. */
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

type Callbacks = {
  readonly callback: Callback;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  /** Responds to a handler that returned a value without a promise. */
  readonly ignore: () => void;
  readonly hasAnswered: () => boolean;
};

/**
 * Adds the members that exist in runtimes up to nodejs22.x. By default, the response of a callback is sent only when
 * the event loop is empty. If a result cannot be written as JSON, the call throws, and a later call may still respond.
 * @see aws-lambda-nodejs-runtime-interface-client, `CallbackContext.js`
 */
function addCallbacks(
  context: Context,
  complete: (result: unknown) => void,
  reject: (error: unknown) => void,
  respondNull: () => void,
  whenLoopEmpties: (then: () => void) => void,
): Callbacks {
  let answered = false;
  const once =
    <A extends readonly unknown[]>(respond: (...given: A) => void) =>
    (...given: A): void => {
      if (answered) return;
      respond(...given);
      answered = true;
    };
  const settle: Callback = (error, result) => {
    if (error === undefined || error === null) complete(result);
    else reject(error);
  };
  const callback = once((error?: unknown, result?: unknown) => {
    const isResult = error === undefined || error === null;
    if (isResult && Boolean(context['callbackWaitsForEmptyEventLoop']))
      whenLoopEmpties(() => complete(result));
    else settle(error, result);
  });
  const succeed = once((result: unknown) => settle(null, result));
  const fail = once((error: unknown) => settle(error ?? 'handled'));
  Object.assign(context, { callbackWaitsForEmptyEventLoop: true, done: once(settle), succeed, fail });
  return { callback, succeed, fail, ignore: once(respondNull), hasAnswered: () => answered };
}

const UNWRITABLE = 'Unable to stringify response body';

/**
 * Writes a result as JSON, and undefined as null. A function or a symbol has no JSON form, and the native client of
 * Lambda's runtime accepts only strings.
 * @see aws-lambda-nodejs-runtime-interface-client, `RAPIDClient.js`, `rapid-client.cc` (`Done`)
 */
function writeForCallbacks(result: unknown): string {
  const text = writeResult(result, (cause) => new Error(UNWRITABLE, { cause }));
  if (text === undefined) throw new TypeError('Wrong arguments');
  return text;
}

function writeResult(result: unknown, unwritable: (cause: unknown) => Error): string | undefined {
  try {
    return JSON.stringify(result === undefined ? null : result);
  } catch (cause) {
    throw unwritable(cause);
  }
}

function answerWith(text: string, answer: Answer): void {
  if (!isOverLimit(text)) {
    answer(false, text);
    return;
  }
  const failure = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`,
  };
  answer(true, JSON.stringify(failure), new Error(failure.errorMessage));
}

/**
 * Whether a result is too large. A UTF-16 unit takes at most three bytes in UTF-8. The exact size is therefore
 * calculated only for strings that may exceed the limit.
 */
function isOverLimit(text: string): boolean {
  return text.length * 3 > MAX_RESULT_BYTES && Buffer.byteLength(text) > MAX_RESULT_BYTES;
}

/** A value that is treated as a promise. As in Lambda's runtime, it may be any value with a method `then`. */
type Thenable = {
  then(resolve: (value: unknown) => void, reject: (error: unknown) => void): Pick<Promise<unknown>, 'catch'>;
};

export function isThenable(value: unknown): value is Thenable {
  const canHaveMembers = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return canHaveMembers && 'then' in value && typeof value.then === 'function';
}
