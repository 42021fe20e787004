/** Look-ups in a flat name, value list of headers (node's `rawHeaders`). */

/** The last value of a header; `name` in lower case. AWS's single-value maps keep the last, too. */
export function lastHeader(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}

/** All values of a header in order; `name` in lower case. */
export function allHeaders(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name)
      values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
