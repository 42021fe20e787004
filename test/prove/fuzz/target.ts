import type { Dice } from './mutate.ts';

/** One parser or protocol that takes untrusted input. */
export type FuzzTarget = {
  readonly name: string;
  /** Valid ones, from which all others are made. */
  readonly seeds: readonly string[];
  /** Words of its language. */
  readonly words: readonly string[];
  /** Makes an input; absent = seeds are cut into words. */
  readonly make?: (dice: Dice) => string;
  /** Longest time of one input; absent = 10 s. */
  readonly slowMs?: number;
  /** Throws what is neither an answer nor one of our own refusals: that is a crash. */
  readonly run: (input: string) => void | Promise<void>;
  /** Gives back sockets and files. */
  readonly close?: () => void | Promise<void>;
};

/** Runs `work`; an error of one of these classes is a refusal, as it should be. */
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

/** Undefined for a value that is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
