/**
 * Refuses to invoke a function that its own events have invoked about 16 times in a row, as Lambda does unless
 * RecursiveLoop of the function is Allow.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { countInvocation, MAX_INVOCATIONS } from '../lineage.ts';
import type { Invocation, InvocationResult } from '../../core/ports.ts';

type Loops = {
  /** Whether RecursiveLoop of the function is Allow. */
  readonly isAllowed: (functionName: string) => boolean;
};

type Counted = Pick<Invocation, 'functionName' | 'traceHeader'>;
type Refused = Extract<InvocationResult, { kind: 'refused' }>;

/** Returns a function that invokes with the trace header that counts the invocation, or refuses a loop. */
export function stopLoops<Given extends Counted, Result>(
  invoke: (invocation: Given) => Promise<Result>,
  { isAllowed }: Loops,
): (invocation: Given) => Promise<Result | Refused> {
  return (invocation) => {
    const { functionName } = invocation;
    const { before, traceHeader } = countInvocation(invocation.traceHeader, functionName);
    return before >= MAX_INVOCATIONS && !isAllowed(functionName)
      ? Promise.resolve({ kind: 'refused', reason: 'recursive', message: describeLoop(functionName) })
      : invoke({ ...invocation, traceHeader });
  };
}

/** What the log advises. An explanation has advice of its own, with the place of the function. */
export const LOOP_REMEDY =
  '. If the loop is intended and ends by itself, set RecursiveLoop: Allow on the function';

function describeLoop(functionName: string): string {
  return `Lambda stopped a recursive loop: ${functionName} was invoked ${MAX_INVOCATIONS} times in one chain of events, and AWS stops a function after about ${MAX_INVOCATIONS}${LOOP_REMEDY}`;
}
