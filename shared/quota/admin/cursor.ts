import { RequestInvalid } from '../../errors.ts';

const MAX_CURSOR_LENGTH = 8192;

/**
 * Prints a cursor.
 * @param position an object that JSON can represent
 */
export function printCursor(position: object): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/**
 * Returns the members of a position that are strings. Callers must check them, because a cursor can be forged.
 * @throws RequestInvalid if the text is not a cursor
 */
export function parseCursor(cursor: string | undefined): Readonly<Record<string, string | undefined>> {
  if (cursor === undefined) return {};
  try {
    if (cursor.length > MAX_CURSOR_LENGTH) throw new RangeError('too long');
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const entries = Object.entries(position ?? {});
    if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''))
      throw new TypeError('no texts');
    return Object.fromEntries(entries);
  } catch {
    throw refusedCursor();
  }
}

export function refusedCursor(): RequestInvalid {
  return new RequestInvalid('cursor', 'must be `next` of an earlier response to the same request');
}
