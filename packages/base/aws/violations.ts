/** The sentences in which AWS's validators refuse members that break the model of a call. */
import { inValidatorOrder } from './enumeration-order.ts';

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
