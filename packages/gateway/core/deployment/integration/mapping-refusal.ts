/** Returns AWS's error message for an invalid mapping, with the error inside its brackets [obs]. */
export function invalidMapping(error: string): string {
  return `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`;
}

/**
 * Returns AWS's error message for an invalid parameter of an HTTP API's service integration
 * (hashicorp/terraform-provider-aws#17348, #50061).
 */
export function invalidSelection(error: string): string {
  return `Invalid selection expression specified: Validation Result: warnings : [], errors : [${error}]`;
}
