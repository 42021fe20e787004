/** The longest name of a tenant, customer, plan, key, route, topic or caller, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 256;

/**
 * Whether a key of a table can be made of the value: 1 to 256 UTF-16 code units of well-formed Unicode. DynamoDB stores
 * UTF-8, in which every half of a surrogate pair becomes the same character, so two customers whose names contain such
 * halves would share a ledger (docs/reference/wire-contract.md).
 */
export function isStoredName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && value.isWellFormed();
}
