/** Converts errors of the mapping to the failure that the client receives (docs/aws §1.5). */
import { GatewayError, gatewayError } from '../errors.ts';
import { MalformedBodyError } from './body-value.ts';
import { NotBase64Error } from './content-handling.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { HeaderInvalidError } from './wire-headers.ts';
import type { Defect, ProxyFault } from '../defect.ts';

/**
 * Converts an error to the failure that the client receives, with AWS's status codes. A malformed JSON body of the
 * request results in 400, and every other failure of a template or mapping in 500. A GatewayError is returned
 * unchanged, and so is any other error, which is a bug of the gateway.
 */
export function toMappingFailure(error: unknown, side: 'request' | 'response'): unknown {
  if (error instanceof GatewayError) return error;
  if (error instanceof MalformedBodyError && side === 'request')
    return gatewayError('DEFAULT_4XX', {
      source: 'client',
      message: 'Invalid JSON in request body',
      reason: error.message,
      defect: { kind: 'mapping', problem: 'body', side },
    });
  if (error instanceof TemplateError)
    return configurationError(`Unable to transform ${side}: ${error.describe()}`, {
      kind: 'template',
      side,
      problem: error.describe(),
      ...(error.line !== undefined && { line: error.line }),
    });
  if (error instanceof MalformedBodyError)
    return configurationError(error.message, { kind: 'mapping', problem: 'body', side });
  if (error instanceof NotBase64Error)
    return configurationError(
      `${error.message}: CONVERT_TO_BINARY decodes the body of the ${side === 'request' ? 'request' : 'integration’s response'}`,
      { kind: 'mapping', problem: 'base64', side },
    );
  if (error instanceof HeaderInvalidError) return configurationError(error.message);
  return error;
}

/** Returns the 500 error that AWS's execution log reports as "Execution failed due to configuration error". */
export function configurationError(reason: string, defect?: Defect): GatewayError {
  return gatewayError('API_CONFIGURATION_ERROR', {
    source: 'gateway',
    reason: `Execution failed due to configuration error: ${reason}`,
    ...(defect !== undefined && { defect }),
  });
}

/**
 * Returns the error for a function result that is not a valid proxy response.
 * @param status set only if it differs from the default status of the error code
 */
export function malformedProxyResponse(
  { reason: problem, part, name, others }: { readonly reason: string } & ProxyFault,
  status?: number,
): GatewayError {
  return gatewayError('FUNCTION_FAILED', {
    source: 'integration',
    ...(status !== undefined && { status }),
    reason: `Execution failed due to configuration error: Malformed Lambda proxy response: ${problem}`,
    defect: { kind: 'proxy-response', problem, part, name, others },
  });
}
