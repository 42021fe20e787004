/** The sentences with which AWS's validators refuse members that do not conform to the model of a call. */

/** Constraints in the wording of each validator. */
export const MUST = {
  notBeNull: 'Member must not be null',
  /** @param values the values in the order of AWS's model */
  beOneOf: (values: readonly string[]) =>
    `Member must satisfy enum value set: [${inValidatorOrder(values).join(', ')}]`,
  match: (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`,
  haveLengthFrom: (least: number) => `Member must have length greater than or equal to ${least}`,
  haveLengthTo: (most: number) => `Member must have length less than or equal to ${most}`,
  haveLengthWithin: (least: number, most: number) => `Member must have length between ${least} and ${most}`,
  haveValueFrom: (least: number) => `Member must have value greater than or equal to ${least}`,
  haveValueTo: (most: number) => `Member must have value less than or equal to ${most}`,
} as const;

/**
 * Formats a violation: `Value 'x' at 'updateStageInput.patchOperations.1.member.op' failed to satisfy constraint: …`
 */
export function violation(value: string | undefined, at: string, constraint: string): string {
  return violationOf(value === undefined ? 'null' : `'${value}'`, at, constraint);
}

/** @param printed the value as AWS prints it; empty if AWS leaves it out */
export function violationOf(printed: string, at: string, constraint: string): string {
  const what = printed === '' ? 'Value' : `Value ${printed}`;
  return `${what} at '${at}' failed to satisfy constraint: ${constraint}`;
}

/**
 * Returns the name with its first letter in lower case, as AWS's violations contain it, even if calls write the letter
 * in upper case.
 */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Builds AWS's message, which lists every violation. */
export function validationMessage(...violations: readonly string[]): string {
  const count = violations.length;
  return `${count} validation ${count === 1 ? 'error' : 'errors'} detected: ${violations.join('; ')}`;
}

/**
 * Sorts the values of an enumeration as AWS's validators print them. This is the order of a hash table with 32 buckets:
 * by the lowest five bits of Java's hash code, and within a bucket the value that the model declares last comes first.
 * Every recorded list of a validator has this order (docs/aws §22.1).
 */
export function inValidatorOrder(values: readonly string[]): readonly string[] {
  return values
    .map((value, declared) => ({ value, declared, bucket: hashCode(value) & 31 }))
    .toSorted((one, other) => one.bucket - other.bucket || other.declared - one.declared)
    .map(({ value }) => value);
}

/** Computes `String.hashCode` of Java. */
function hashCode(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
