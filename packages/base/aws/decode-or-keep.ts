/** Percent-decodes; malformed text stays as it is, since it names nothing that exists. */
export function decodeOrKeep(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
