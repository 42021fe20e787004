import type { Comparison, Constraint } from '../rules/statement.ts';

export function matchesBytes(text: string, search: string, constraint: Constraint): boolean {
  switch (constraint) {
    case 'EXACTLY':
      return text === search;
    case 'STARTS_WITH':
      return text.startsWith(search);
    case 'ENDS_WITH':
      return text.endsWith(search);
    case 'CONTAINS':
      return text.includes(search);
    case 'CONTAINS_WORD':
      return containsWord(text, search);
  }
}

/**
 * Whether a text contains a word. A word is delimited by characters other than letters, digits and `_`, or by the ends
 * of the text.
 */
function containsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + word.length)) return true;
  return false;
}

function isWordAt(text: string, at: number): boolean {
  const character = text[at];
  return character !== undefined && /[A-Za-z0-9_]/.test(character);
}

export function compareSize(bytes: number, comparison: Comparison, size: number): boolean {
  switch (comparison) {
    case 'EQ':
      return bytes === size;
    case 'NE':
      return bytes !== size;
    case 'LE':
      return bytes <= size;
    case 'LT':
      return bytes < size;
    case 'GE':
      return bytes >= size;
    case 'GT':
      return bytes > size;
  }
}
