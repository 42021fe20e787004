import { DefinitionError } from '../../core/errors.ts';
import type { DefinitionPlace } from '../../core/errors.ts';

/**
 * The position at which the engine's parser stopped when it refused a pattern. EventBridge prints the position after
 * the reason.
 */
export type Stop = {
  /** The path of a value, relative to the value that is being read. */
  readonly path: readonly (string | number)[];
  /**
   * `token` means after the bracket or quote with which the value begins, or after a number. `value` means after the
   * whole value.
   */
  readonly after: 'token' | 'value';
  /** How often the position is printed. It is printed twice if the engine's parser of lists passes the error on. */
  readonly times: number;
};

const HERE: Stop = { path: [], after: 'token', times: 1 };
/** The stop after the end of the value that is being read. */
export const AT_END: Stop = { ...HERE, after: 'value' };

/** Returns the stop at a member of the value that is being read; at its end if there is no such member. */
export function stopAt(value: object, key: string | number): Stop {
  return key in value ? { ...HERE, path: [key] } : AT_END;
}

/** An error in a pattern, policy, schedule or input. The code that reads the template adds file and line. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code = 'EVENT_PATTERN';
  /** The path of the part of the pattern that is refused; empty for the pattern as a whole. */
  readonly at: readonly string[];
  /** Absent if AWS's message contains no position. */
  readonly stop: Stop | undefined;

  constructor(message: string, at: readonly string[] = [], stop?: Stop) {
    super(message);
    this.at = at;
    this.stop = stop;
  }
}

/** Runs `compile` for the member `key` of a value, and adds the member to the stop of a PatternError. */
export function readingMember<T>(key: string | number, compile: () => T, wraps = false): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof PatternError) || error.stop === undefined) throw error;
    const { path, after, times } = error.stop;
    const stop = { path: [key, ...path], after, times: wraps ? times + 1 : times };
    throw new PatternError(error.message, error.at, stop);
  }
}

/** Runs `compile`, and adds the path `at` to a PatternError that has no path yet. */
export function readingPart<T>(at: readonly string[], compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof PatternError && error.at.length === 0
      ? new PatternError(error.message, at, error.stop)
      : error;
  }
}

export function refusePattern(reason: string, stop: Stop = HERE, at: readonly string[] = []): never {
  throw new PatternError(reason, at, stop);
}

/** Refuses a pattern for a reason to which EventBridge adds no position. */
export function refuseWithoutPlace(reason: string): never {
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
    throw error instanceof PatternError
      ? new PatternError(words(error.message), error.at, error.stop)
      : error;
  }
}

/**
 * Compiles a pattern that a template contains.
 * @throws DefinitionError with the location in the template instead of a PatternError
 */
export function atPlace<T>(place: DefinitionPlace, compile: () => T): T {
  return inProperty(() => place, compile);
}

/**
 * Works like `atPlace`, but the error has the location of the part that is refused.
 * @param placeOf returns the location of a part of the pattern
 */
export function inProperty<T>(placeOf: (at: readonly string[]) => DefinitionPlace, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError) throw new DefinitionError(placeOf(error.at), error.message);
    throw error;
  }
}
