import type { Dice } from './mutate.ts';

/** One parser or protocol that takes untrusted input. */
export type FuzzTarget = {
  readonly name: string;
  /** Valid inputs, from which all others are made. */
  readonly seeds: readonly string[];
  /** Words of its language. */
  readonly words: readonly string[];
  /** Makes an input. Without it, inputs are made from the words of the valid ones. */
  readonly make?: (dice: Dice) => string;
  /** The longest time that one input may take; 10 s by default. */
  readonly slowMs?: number;
  /**
   * Gives the input to the target. Throws every error that is not one of our own refusals; such an error is a crash.
   */
  readonly run: (input: string) => void | Promise<void>;
  /** Closes sockets, and deletes files. */
  readonly close?: () => void | Promise<void>;
};

/** Runs `work`. An error of one of these classes is a refusal, which is correct. */
export function refusing(
  refusals: readonly (abstract new (...args: never[]) => Error)[],
  work: () => unknown,
): void {
  try {
    work();
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
  }
}

/** Parses JSON. Returns undefined if the text is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
