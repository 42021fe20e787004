/** AWS's frame for the refusal of a mapping [obs]. */
export function invalidMapping(error: string): string {
  return `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`;
}
