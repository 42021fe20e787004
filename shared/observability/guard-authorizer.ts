/** The outermost wrapper of an authorizer. It prevents middlewares from changing the authorizer's decision. */
import { DomainError, UnauthorizedAnswer } from '../errors.ts';

type Decided<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failed'; readonly error: unknown };

type Invocation<Result> = { decided?: Decided<Result> };

/**
 * Wraps an authorizer so that middlewares cannot change its decision. `wrap` is called once and adds the owner's
 * middlewares around the authorizer: `(authorize) => middy().use(mine).handler(authorize)`. The inner part records the
 * authorizer's decision, and the outer part returns only this decision. In middy, an `onError` that sets a response
 * would turn a 401 into an allowing answer, an `onError` that replaces the error would turn it into a 500, and a
 * `before` that returns `{isAuthorized: true}` would skip the authorizer.
 * @throws UnauthorizedAnswer when the authorizer refuses, or a middleware throws an error with exactly the message
 * `Unauthorized`
 * @throws DomainError if the authorizer throws one; ANSWER_REPLACED when the handler's result is not the authorizer's
 * @throws Error `the authorizer failed` for any other failure
 */
export function guardAuthorizer<Args extends readonly unknown[], Outer extends readonly unknown[], Result>(
  authorize: (...args: Args) => Promise<Result>,
  wrap: (authorize: (...args: Args) => Promise<Result>) => (...args: Outer) => unknown,
): (...args: Outer) => Promise<Result> {
  // The module is not imported, because an import would read exports that no function needs, which takes 0.7 ms.
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
  const invocations = new AsyncLocalStorage<Invocation<Result>>();
  const wrapped = wrap(async (...args) => {
    const invocation = invocations.getStore();
    // The authorizer was called from outside of the wrapper, so its decision could not be recorded.
    if (invocation === undefined) throw replaced();
    try {
      const result = freeze(await authorize(...args));
      invocation.decided = { kind: 'answered', result };
      return result;
    } catch (error) {
      invocation.decided =
        error instanceof UnauthorizedAnswer ? { kind: 'unauthorized' } : { kind: 'failed', error };
      throw error;
    }
  });
  return async (...args) => {
    const invocation: Invocation<Result> = {};
    let ended: { readonly returned: unknown } | { readonly thrown: unknown };
    try {
      ended = { returned: await invocations.run(invocation, async () => await wrapped(...args)) };
    } catch (thrown) {
      ended = { thrown };
    }
    return settle(invocation.decided, ended);
  };
}

function settle<Result>(
  decided: Decided<Result> | undefined,
  ended: { readonly returned: unknown } | { readonly thrown: unknown },
): Result {
  if (decided?.kind === 'unauthorized') throw new UnauthorizedAnswer();
  if (decided?.kind === 'failed') throw toFailure(decided.error);
  if ('thrown' in ended) {
    // API Gateway responds with 401 to an error with exactly this message, so the text has to be compared.
    // oxlint-disable-next-line gatewright/no-recognition-by-text
    const isRefusal = ended.thrown instanceof Error && ended.thrown.message === 'Unauthorized';
    throw isRefusal ? new UnauthorizedAnswer() : toFailure(ended.thrown);
  }
  if (decided === undefined || ended.returned !== decided.result) throw replaced();
  return decided.result;
}

/**
 * Returns an error that may be logged. Lambda logs a function's errors, and only our own messages are known not to
 * quote a caller.
 */
function toFailure(error: unknown): Error {
  return error instanceof DomainError
    ? new DomainError(error.code, error.message)
    : new Error('the authorizer failed');
}

function replaced(): DomainError {
  return new DomainError(
    'ANSWER_REPLACED',
    "the function's result differs from the result of the authorizer that the function wraps",
  );
}

/** Freezes a value, so that a middleware that tries to change the decision in place fails instead of granting more. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
