import { DefinitionError } from '../../core/errors.ts';
import { FailedScript } from '../build/build-error.ts';
import { HandlerFault } from '../code/handler-fault.ts';
import { MAX_EVENT_BYTES } from '../../core/stack/function.ts';
import type { InvocationResult } from '../../core/ports.ts';

/**
 * Returns Lambda's error for unavailable code: a missing module, a script that should have made it and
 * failed, or a module that does not compile.
 */
export function describeUnprepared(error: unknown): { errorType: string; errorMessage: string } {
  if (error instanceof HandlerFault) return error.lambdaError;
  if (error instanceof DefinitionError)
    return { errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${error.message}` };
  const errorMessage = error instanceof Error ? error.message : String(error);
  if (error instanceof FailedScript)
    return { errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${errorMessage}` };
  return { errorType: 'Runtime.UserCodeSyntaxError', errorMessage };
}

export type Refused = Exclude<Extract<InvocationResult, { kind: 'refused' }>, { reason: 'role' }>;

export function throttled(functionName: string): Refused {
  return {
    kind: 'refused',
    reason: 'throttled',
    message: `Rate Exceeded: no instance of ${functionName} is free`,
  };
}

export function throttledByReservation(functionName: string, reserved: number): Refused {
  const refused = { kind: 'refused', reason: 'throttled', isReserved: true } as const;
  if (reserved > 0)
    return {
      ...refused,
      message: `Rate Exceeded: all ${reserved} concurrent executions that are reserved for ${functionName} are in use`,
    };
  return {
    ...refused,
    isTurnedOff: true,
    message: `Rate Exceeded: ${functionName} runs no events, because 0 concurrent executions are reserved for it`,
  };
}

/**
 * Returns the refusal of an event because of the account's concurrency.
 * @param limit the account's concurrency that is not reserved
 */
export function throttledByAccount(limit: number): Refused {
  const message = `Rate Exceeded: ${limit} events are running, and the account's unreserved concurrency allows no more (--concurrency)`;
  return { kind: 'refused', reason: 'throttled', message };
}

/** @param fault the reason why the function cannot run although it is defined; undefined if it is not defined */
export function refuseMissing(functionName: string, fault: string | undefined): Refused {
  return fault === undefined
    ? { kind: 'refused', reason: 'not-found', message: `Function not found: ${functionName}` }
    : { kind: 'refused', reason: 'not-found', message: fault, isUnrunnable: true };
}

/** Returns the refusal of an event that is too large; undefined if the event may be given to an instance. */
export function refuseTooLarge(payload: string): Refused | undefined {
  const isSmall = payload.length * 3 <= MAX_EVENT_BYTES || Buffer.byteLength(payload) <= MAX_EVENT_BYTES;
  if (isSmall) return undefined;
  const message = `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation`;
  return { kind: 'refused', reason: 'too-large', message };
}
