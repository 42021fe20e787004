/**
 * Limits the number of names in a JSON text before it is parsed. A text of 4 MB may contain 400,000 different names.
 * Parsing an object with so many names blocks all requests for a second, while 10 MB of ordinary records take a tenth
 * of a second.
 */

/**
 * Maximum number of different names in a JSON text. Ordinary documents of records have fewer names. The gateway may
 * refuse a body that maps ids to values, although AWS accepts it.
 */
export const MAX_NAMES = 100_000;
/** The minimum average length of a name with its colon and value in a text with `MAX_NAMES` different names. */
const CHARS_PER_NAME = 7;

const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;
const COLON = 58;

/**
 * Whether a text has more than `MAX_NAMES` different names. Only texts that are long enough are scanned, and only once.
 */
export function hasTooManyNames(text: string): boolean {
  if (text.length < MAX_NAMES * CHARS_PER_NAME) return false;
  const hashes = new Set<number>();
  let from = 0;
  let to = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || code === APOSTROPHE) {
      from = at + 1;
      to = endOfQuoted(text, at, code);
      at = to;
    } else if (code === COLON) {
      hashes.add(hashOf(text, from, to));
      if (hashes.size > MAX_NAMES) return true;
    } else if (isBare(code)) {
      // Unquoted names are also counted, because templates may read them.
      if (to < at) from = at;
      to = at + 1;
    }
  }
  return false;
}

function endOfQuoted(text: string, start: number, quote: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === quote) return at;
  }
  return text.length;
}

/** Whether a character may be part of an unquoted name. Structure characters and spaces may not. */
function isBare(code: number): boolean {
  return code > 32 && code !== 44 && code !== 91 && code !== 93 && code !== 123 && code !== 125;
}

/**
 * Returns the FNV-1a hash of a name. Two names with the same hash count as one, so a collision never refuses a text.
 */
function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
