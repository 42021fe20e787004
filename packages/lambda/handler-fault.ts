/** Faults of a handler, found before it is loaded: as findings, and in the words of Lambda's runtime. */
import { DefinitionError, type DefinitionPlace } from '../core/errors.ts';

type InLambdasWords = { readonly errorType: string; readonly errorMessage: string };

export class HandlerFault extends DefinitionError {
  readonly told: InLambdasWords;

  constructor(place: DefinitionPlace, message: string, told: InLambdasWords) {
    super(place, message);
    this.told = told;
  }
}
