/** The text that AWS puts around the error when it refuses a mapping [obs]. */
export function invalidMapping(error: string): string {
  return `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`;
}
