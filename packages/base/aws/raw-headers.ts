/** Header lines as received: a flat list of names and values that keeps spelling and duplicates. */

/** Returns the first value of the header (name in lower case); undefined if the request does not have it. */
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
