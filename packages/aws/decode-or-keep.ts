/** The text of something percent-encoded; what is broken stays as it is: it names nothing that exists. */
export function decodeOrKeep(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
