/**
 * Runs the integration within its deadline and sorts out how it went.
 * reads: payload, integration · adds: nothing · may answer: no ·
 * fails with: INTEGRATION_TIMEOUT, FUNCTION_FAILED, INTEGRATION_FAILURE, API_CONFIGURATION_ERROR, REQUEST_TOO_LARGE
 * @see aws-behaviour §1.5, §3.7
 */
import { gatewayError } from '../errors.ts';
import type { Mapped } from '../exchange.ts';
import type { InvocationResult, Ports } from '../ports.ts';

/** The function's answer as JSON text. Not `async`: the pipeline awaits the invoker's own promise and no second one. */
export function integrate(mapped: Mapped, at: Ports): Promise<InvocationResult> {
  const { integration } = mapped;
  return at.invoker.invoke({
    functionName: integration.functionName.render(mapped.stage.variables),
    payload: mapped.payload,
    timeoutMs: integration.timeoutMs,
    traceHeader: mapped.traceHeader,
  });
}

/** The text that the function returned, or the failure the client gets to see. */
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
        reason: 'the function did not answer within the integration timeout',
      });
    case 'refused':
      throw refusal(result.reason, result.message);
  }
}

function refusal(reason: 'not-found' | 'throttled' | 'too-large', message: string): Error {
  switch (reason) {
    case 'too-large':
      return gatewayError('REQUEST_TOO_LARGE', { source: 'client', reason: message });
    case 'throttled':
      return gatewayError('FUNCTION_THROTTLED', { source: 'integration', reason: message });
    case 'not-found':
      return gatewayError('API_CONFIGURATION_ERROR', { source: 'gateway', reason: message });
  }
}
