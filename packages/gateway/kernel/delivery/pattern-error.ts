import { DefinitionError } from '../../core/errors.ts';
import type { DefinitionPlace } from '../../core/errors.ts';

/** An error in a pattern, policy, schedule or input. The code that reads the template adds file and line. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code = 'EVENT_PATTERN';
  /** The path of the part of the pattern that is refused; empty for the pattern as a whole. */
  readonly at: readonly string[];

  constructor(message: string, at: readonly string[] = []) {
    super(message);
    this.at = at;
  }
}

/** Runs `compile`, and adds the path `at` to a PatternError that has no path yet. */
export function readingPart<T>(at: readonly string[], compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof PatternError && error.at.length === 0
      ? new PatternError(error.message, at)
      : error;
  }
}

export function refusePattern(reason: string): never {
  throw new PatternError(reason);
}

/** Returns the PatternError that `compile` throws; undefined if it succeeds. Other errors are thrown. */
export function refusedBy(compile: () => unknown): PatternError | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error;
    throw error;
  }
}

/** Returns the message of the PatternError that `compile` throws; undefined if it succeeds. Other errors are thrown. */
export function refusalOf(compile: () => unknown): string | undefined {
  return refusedBy(compile)?.message;
}

/** Runs `compile`, and changes the message of a PatternError to the words of a service. */
export function withWords<T>(words: (reason: string) => string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof PatternError ? new PatternError(words(error.message), error.at) : error;
  }
}

/**
 * Compiles a pattern that a template contains. @throws DefinitionError with the template's place instead of a
 * PatternError
 */
export function atPlace<T>(place: DefinitionPlace, compile: () => T): T {
  return inProperty(() => place, compile);
}

/**
 * Works like `atPlace`, but the error has the place of the part that is refused.
 * @param placeOf returns the place of a part of the pattern
 */
export function inProperty<T>(placeOf: (at: readonly string[]) => DefinitionPlace, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError) throw new DefinitionError(placeOf(error.at), error.message);
    throw error;
  }
}
