import { HEADER_NAME } from '../events/header-list.ts';

/** Header lines by lower-case name. `name` has the spelling that was written last. */
export type WireHeaders = Map<string, { readonly name: string; readonly values: readonly string[] }>;

export function setHeader(headers: WireHeaders, name: string, values: readonly string[]): void {
  headers.set(name.toLowerCase(), { name, values });
}

/** Returns a flat list of names and values. */
export function printHeaders(headers: WireHeaders): string[] {
  return [...headers.values()].flatMap(({ name, values }) => values.flatMap((value) => [name, value]));
}

/** A name or value that is not allowed in a header, such as a value with a line break. */
export class HeaderInvalidError extends Error {
  override readonly name = 'HeaderInvalidError';
}

// oxlint-disable-next-line no-control-regex -- control characters are what must not pass
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const BEYOND_BYTES = /[^\u0000-\u00ff]/; // oxlint-disable-line no-control-regex -- "above one byte"

/**
 * Converts a value to the form in which it is sent. Mapped values come from bodies and queries, so a client may try to
 * inject a second header with a line break. Characters beyond one byte are sent as UTF-8.
 * @throws HeaderInvalidError if the name or value is not allowed in a header
 */
export function toHeaderValue(name: string, value: string): string {
  if (!HEADER_NAME.test(name)) throw new HeaderInvalidError('a mapped header has an invalid name');
  if (CONTROL.test(value)) throw new HeaderInvalidError(`the mapped header ${name} has a control character`);
  return BEYOND_BYTES.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
