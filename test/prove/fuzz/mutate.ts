/**
 * Makes inputs from inputs. The valid inputs are cut into words and punctuation, so that the results still resemble
 * valid input.
 */

/** Pseudo-random numbers: the same seed gives the same numbers. */
export type Dice = {
  /** A whole number from 0 to bound − 1. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
};

/** mulberry32. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, bound);
  };
  return {
    below,
    pick(list) {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
  };
}

const TOKENS = /\w+|\s+|[^\w\s]/g;
const MAX_CHARS = 200_000;
const MAX_CHANGES = 6;
/** Values that have broken parsers before: extreme numbers, names of prototypes, brackets, bytes that are not text. */
const EVIL = [
  '0',
  '-1',
  '1e999',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  'NaN',
  '0x10',
  '1_000',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'true',
  '',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '"',
  "'",
  '\\',
  '\\u0000',
  '%',
  '%00',
  '%2e',
  '..',
  '/',
  '//',
  ':',
  ';',
  ',',
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '\x7f',
  '\xff',
  '\ufeff',
  '\ud800',
  '\u202e',
  '*',
  '?',
  '+',
  '$',
  '#',
  '@',
  '&',
];
const PAIRS = ['[]', '{}', '()', '""'] as const;

/** Returns a valid input with one to six changes. `words` are words of the language. */
export function mutate(dice: Dice, seeds: readonly string[], words: readonly string[]): string {
  let tokens = tokensOf(dice.pick(seeds));
  for (let left = 1 + dice.below(MAX_CHANGES); left > 0; left -= 1)
    tokens = change(dice, tokens, seeds, words);
  return tokens.join('').slice(0, MAX_CHARS);
}

function tokensOf(text: string): readonly string[] {
  return text.match(TOKENS) ?? [];
}

function change(
  dice: Dice,
  tokens: readonly string[],
  seeds: readonly string[],
  words: readonly string[],
): readonly string[] {
  const from = dice.below(tokens.length + 1);
  const to = Math.min(tokens.length, from + 1 + dice.below(8));
  const [head, range, tail] = [tokens.slice(0, from), tokens.slice(from, to), tokens.slice(to)];
  switch (dice.below(8)) {
    case 0:
      return [...head, ...tail];
    case 1:
      return [...head, ...range, ...range, ...tail];
    case 2:
      return [...head, dice.pick(words), ...tail];
    case 3:
      return [...head, dice.pick(EVIL), ...range, ...tail];
    case 4:
      return [...head, ...range.toReversed(), ...tail];
    case 5: {
      const other = tokensOf(dice.pick(seeds));
      const start = dice.below(other.length);
      return [...head, ...other.slice(start, start + 1 + dice.below(20)), ...tail];
    }
    case 6:
      return [
        ...head,
        range
          .join('')
          .slice(0, 40)
          .repeat(1 << dice.below(12)),
        ...tail,
      ];
    default: {
      const [open = '', close = ''] = dice.pick(PAIRS);
      const depth = 1 << dice.below(12);
      return [...head, open.repeat(depth), ...range, close.repeat(depth), ...tail];
    }
  }
}
