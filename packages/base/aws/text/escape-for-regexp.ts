/**
 * Escapes a text that a regular expression must match as it is. `RegExp.escape` would need Node 24.
 */
export function escapeForRegExp(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
