/** Makes foreign text safe to show, because names of routes, tenants and keys may come from others. */

/**
 * Prints as escapes (`\u001b`): control characters, including C1, separators of lines and paragraphs, and embeddings,
 * overrides and isolates of the text direction.
 */
export function showControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Prints controls as `showControls` does, but keeps line breaks and tabs, for places that show a text of several lines.
 */
export function showControlsInLines(text: string): string {
  return text.replace(/(?:(?!\r\n)[^\n\t])+/g, showControls);
}
