/** Header lines as on the wire: flat name, value list, spelling and duplicates kept. */

/** First value of that header (name in lower case). */
export function headerOf(
  request: { readonly rawHeaders: readonly string[] },
  lowerName: string,
): string | undefined {
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name !== undefined && name.toLowerCase() === lowerName) return rawHeaders[index + 1];
  }
  return undefined;
}
