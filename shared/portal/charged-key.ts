/**
 * Returns the id of the API key by which a limit counts. Without `quota.key` in the access document, an authorizer
 * charges the principal, `{issuer}|{keyId}`; the id itself has no `|`.
 */
export function keyIdOf(charged: string): string {
  return charged.slice(charged.lastIndexOf('|') + 1);
}
