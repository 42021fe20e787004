/** Returns AWS's error message for an invalid mapping, which contains the error [obs]. */
export function invalidMapping(error: string): string {
  return `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`;
}
