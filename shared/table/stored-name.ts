/** The longest name of a tenant, customer, plan, key, route, topic or caller, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 256;

/**
 * Whether a value can be part of a table's key: 1 to 256 UTF-16 code units of well-formed Unicode. DynamoDB stores
 * UTF-8, in which all lone surrogates become the same character, so two customers whose names contain different lone
 * surrogates would share a ledger (docs/reference/wire-contract.md).
 */
export function isStoredName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && value.isWellFormed();
}
