/** Makes foreign text safe for a terminal: names of routes, tenants and keys come from elsewhere. */

/** Prints control characters, C1 among them, and marks of text direction as escapes: `\u001b`. */
export function showControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
