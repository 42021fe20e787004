/** Percent-decodes the text. Malformed text is returned unchanged, since it names nothing that exists. */
export function decodeOrKeep(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
