/** The outermost wrapper of an authorizer: middlewares cannot change the authorizer's decision. */
import { DomainError, UnauthorizedAnswer } from '../errors.ts';

type Decided<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failed'; readonly error: unknown };

type Invocation<Result> = { decided?: Decided<Result> };

/**
 * `wrap` adds the owner's middlewares around the authorizer, once: `(authorize) =>
 * middy().use(mine).handler(authorize)`. The inner part records the decision, and the outer part returns
 * nothing else. In middy an `onError` that sets a response turns a 401 into an allowing answer, one that
 * replaces the error makes it a 500, and a `before` that returns `{isAuthorized: true}` skips the authorizer.
 * @throws UnauthorizedAnswer when the authorizer, or a middleware by exactly this message, refuses
 * @throws DomainError its own failures; ANSWER_REPLACED when the handler's result is not the authorizer's
 */
export function guardAuthorizer<Args extends readonly unknown[], Outer extends readonly unknown[], Result>(
  authorize: (...args: Args) => Promise<Result>,
  wrap: (authorize: (...args: Args) => Promise<Result>) => (...args: Outer) => unknown,
): (...args: Outer) => Promise<Result> {
  // An import of the module reads exports that no function needs: 0.7 ms.
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
  const invocations = new AsyncLocalStorage<Invocation<Result>>();
  const wrapped = wrap(async (...args) => {
    const invocation = invocations.getStore();
    // A call from outside of the wrapper would not be recorded.
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
    // API Gateway's own contract: this text of an error is its 401.
    // oxlint-disable-next-line gatewright/no-recognition-by-text
    const isRefusal = ended.thrown instanceof Error && ended.thrown.message === 'Unauthorized';
    throw isRefusal ? new UnauthorizedAnswer() : toFailure(ended.thrown);
  }
  if (decided === undefined || ended.returned !== decided.result) throw replaced();
  return decided.result;
}

/** Lambda logs a function's errors: only our own messages are known not to quote a caller. */
function toFailure(error: unknown): Error {
  return error instanceof DomainError
    ? new DomainError(error.code, error.message)
    : new Error('the authorizer failed');
}

function replaced(): DomainError {
  return new DomainError('ANSWER_REPLACED', "the function's result is not what its authorizer returned");
}

/** A middleware that changes the answer in place fails, rather than granting more. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
