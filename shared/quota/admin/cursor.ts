import { RequestInvalid } from '../../errors.ts';

const MAX_CURSOR_LENGTH = 8192;

type Members = Readonly<Record<string, string | undefined>>;

/**
 * Formats a cursor.
 * @param of names the list that the cursor continues. The cursor of another list would silently skip rows
 * @param position an object that JSON can represent
 */
export function printCursor(of: string, position: object): string {
  return Buffer.from(JSON.stringify({ of, ...position }), 'utf8').toString('base64url');
}

/** Whether a cursor continues a list whose name begins with `prefix`. */
export function isCursorOf(prefix: string, cursor: string | undefined): boolean {
  return readMembers(cursor)['of']?.startsWith(prefix) === true;
}

/**
 * Returns the members of a position, which are strings. Callers must check them, because a cursor can be forged.
 * @throws RequestInvalid if the text is not a cursor of the list
 */
export function parseCursor(of: string, cursor: string | undefined): Members {
  const { of: printed, ...position } = readMembers(cursor);
  if (cursor !== undefined && printed !== of) throw refusedCursor();
  return position;
}

function readMembers(cursor: string | undefined): Members {
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
