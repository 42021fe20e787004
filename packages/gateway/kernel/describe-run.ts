/** Creates the journal's step for a run of a function. */
import type { InvocationResult } from '../core/ports.ts';
import type { EventStep } from './event-step.ts';

type Run = Extract<EventStep, { kind: 'ran' }>;

/** @param payload the event, which is kept if the function failed on it */
export function describeRun(
  result: InvocationResult,
  payload: string,
): Pick<Run, 'kind' | 'invocationId' | 'outcome' | 'errorType' | 'errorMessage' | 'payload'> {
  const kind = 'ran';
  switch (result.kind) {
    case 'returned':
      return { kind, outcome: 'returned', invocationId: result.requestId?.() };
    case 'failed': {
      const { errorType, errorMessage } = result;
      return {
        kind,
        outcome: 'failed',
        invocationId: result.requestId?.(),
        errorType,
        errorMessage,
        payload,
      };
    }
    case 'timed-out':
      return { kind, outcome: 'timed-out', invocationId: undefined, errorMessage: result.because };
    case 'refused':
      return {
        kind,
        outcome: 'refused',
        invocationId: undefined,
        errorType: result.reason,
        errorMessage: result.message,
      };
  }
}
