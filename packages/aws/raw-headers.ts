/** Header lines as they came over the wire: flat name, value list, spelling and duplicates kept. */

/** Value of the first header of that name (given in lower case); undefined when the request has none. */
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
