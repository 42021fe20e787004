/** A client that keeps its connection mostly sends the same headers in each request: what is read out of them is read once. */
import { areSameLines, HeaderList } from '../core/events/header-list.ts';

/** Of those that a connection sent last; more are read anew each time. */
const MOST_LINES = 64;
const MOST_CHARS = 4_096;

const lastOf = new WeakMap<object, HeaderList>();

/** @param lines flat name, value list, as it came over the connection */
export function headersOf(connection: object, lines: readonly string[]): HeaderList {
  const last = lastOf.get(connection);
  if (last !== undefined && areSameLines(last.lines, lines)) {
    last.repeat();
    return last;
  }
  const headers = new HeaderList(lines);
  if (isShort(lines)) lastOf.set(connection, headers);
  return headers;
}

function isShort(lines: readonly string[]): boolean {
  if (lines.length > MOST_LINES) return false;
  let chars = 0;
  for (const line of lines) chars += line.length;
  return chars <= MOST_CHARS;
}
