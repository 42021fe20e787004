/** What is wrong with a handler, found before it is loaded: in the words of a finding, and in those of Lambda's runtime. */
import { DefinitionError, type DefinitionPlace } from '../core/errors.ts';

/** As an invocation is told. */
type InLambdasWords = { readonly errorType: string; readonly errorMessage: string };

export class HandlerFault extends DefinitionError {
  readonly told: InLambdasWords;

  constructor(place: DefinitionPlace, message: string, told: InLambdasWords) {
    super(place, message);
    this.told = told;
  }
}
