/**
 * Removes spaces and tabs at both ends, which are the only whitespace around values of header fields (RFC 9110 §5.6.3,
 * OWS). `trim` would also remove U+00A0, which in texts with one character per byte is the last byte of `à`.
 */
export function trimFieldWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isFieldWhitespace(text.charCodeAt(start))) start += 1;
  while (end > start && isFieldWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isFieldWhitespace = (code: number): boolean => code === 0x20 || code === 0x09;
