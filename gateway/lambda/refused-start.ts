/** What an invocation is told that no instance can run, in Lambda's words. */
import { DefinitionError } from '../errors.ts';
import type { InvocationResult } from '../ports.ts';

/** Code that cannot be had, as Lambda words it: a module that is not there, or one that does not compile. */
export function describeUnprepared(error: unknown): { errorType: string; errorMessage: string } {
  if (error instanceof DefinitionError)
    return { errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${error.message}` };
  const errorMessage = error instanceof Error ? error.message : String(error);
  return { errorType: 'Runtime.UserCodeSyntaxError', errorMessage };
}

/** No instance is free, and no more may be started. */
export function throttled(functionName: string): Extract<InvocationResult, { kind: 'refused' }> {
  return {
    kind: 'refused',
    reason: 'throttled',
    message: `Rate Exceeded: no instance of ${functionName} is free`,
  };
}
