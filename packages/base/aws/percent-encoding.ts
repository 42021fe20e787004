/** API Gateway's percent-decoding, which never fails. */

const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * Decodes the escapes of a path. A malformed escape stays as it is (`/a%F` → `/a%F`), as recorded for payload
 * 2.0; bytes that are not UTF-8 become U+FFFD.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPES, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** Decodes a name or value of a query like a path, but also converts `+` to a space. */
export function decodeQueryText(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
