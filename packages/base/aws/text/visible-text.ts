/** Makes foreign text safe to show, because names of routes, tenants and keys may come from others. */

/**
 * Matches control characters, including C1, line and paragraph separators, text direction marks, and other
 * characters that are not visible. Joiners and variation selectors are left out, because Persian text and emoji need
 * them.
 */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]|(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/gu;

/** Formats characters that are not visible as escapes, such as `\u001b` or `\u{e0041}`. */
export function showControls(text: string): string {
  return text.replace(HIDDEN, (hidden) => {
    const hex = (hidden.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex}`;
  });
}

/**
 * Formats controls as `showControls` does, but keeps line breaks and tabs, for places that show text of several lines.
 */
export function showControlsInLines(text: string): string {
  return text.replace(/(?:(?!\r\n)[^\n\t])+/g, showControls);
}
