import { DefinitionError } from '../../core/errors.ts';

/** An error in a pattern, policy, schedule or input. The code that reads the template adds file and line. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code = 'EVENT_PATTERN';
}

export function refusePattern(reason: string): never {
  throw new PatternError(reason);
}

/** Returns the error with which a compilation refuses its input; undefined if it succeeds. Other errors are thrown. */
export function refusalOf(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

/** Adds the words that a service puts before the reason of a refusal. */
export function withWords<T>(words: (reason: string) => string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof PatternError ? new PatternError(words(error.message)) : error;
  }
}

/**
 * Compiles a pattern that a template contains. @throws DefinitionError with the template's place instead of a
 * PatternError
 */
export function atPlace<T>(place: ConstructorParameters<typeof DefinitionError>[0], compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError) throw new DefinitionError(place, error.message);
    throw error;
  }
}
