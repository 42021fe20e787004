/**
 * Describes the faults of a handler that are found before it is loaded. They are reported at startup, and as the errors
 * of Lambda's runtime when the function is called.
 */
import { DefinitionError, type DefinitionPlace } from '../../core/errors.ts';

type LambdaErrorText = { readonly errorType: string; readonly errorMessage: string };

export class HandlerFault extends DefinitionError {
  readonly lambdaError: LambdaErrorText;

  constructor(
    place: DefinitionPlace,
    message: string,
    lambdaError: LambdaErrorText,
    awaited: readonly string[] = [],
  ) {
    super(place, message, awaited);
    this.lambdaError = lambdaError;
  }
}
