/**
 * A request of `node:http`. With most clients, a request has the same headers as the previous request on the
 * connection. Both requests then share one list, so that values that were parsed from the headers are reused, and V8
 * has fewer objects to copy.
 */
import { IncomingMessage } from '@gatewright/aws/node-http';
import { areSameLines, HeaderList } from '../core/events/header-list.ts';

/** The maximum length of a header list that is stored for a connection. A longer list is parsed for each request. */
const MOST_LINES = 64;
const MOST_CHARS = 4_096;

const lastOf = new WeakMap<object, HeaderList>();
/** Node's own map of headers, stored by header list. */
const mapOf = new WeakMap<HeaderList, InstanceType<typeof IncomingMessage>['headers']>();

export class ApiRequest extends IncomingMessage {
  #headerList: HeaderList | undefined;

  static {
    // The stored map is returned, because Node reads this property for every request and would create a new map each
    // time.
    Object.defineProperty(this.prototype, 'headers', {
      get(this: ApiRequest) {
        const known = mapOf.get(this.headerList);
        if (known !== undefined) return known;
        const map = Reflect.get(IncomingMessage.prototype, 'headers', this);
        mapOf.set(this.headerList, map);
        return map;
      },
    });
  }

  get headerList(): HeaderList {
    if (this.#headerList !== undefined) return this.#headerList;
    const headers = headersOf(this.socket, this.rawHeaders);
    this.rawHeaders = headers.lines as string[];
    return (this.#headerList = headers);
  }
}

/**
 * Returns the header list of a request. If the previous request on the connection had the same headers, its list is
 * returned.
 * @param lines a flat list of names and values, as received
 */
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
