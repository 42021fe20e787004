/** Reads members of SQS calls, and refuses them in the words of SQS. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { numberOf, readTextField } from '../../kernel/calls/query-input.ts';
import { invalid, missing } from './error.ts';

/** @throws SqsError if the member is absent or empty */
export function readRequired(input: UnknownMembers, name: string): string {
  const value = readTextField(input, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

/**
 * Reads a whole number within limits.
 * @returns undefined if the member is absent
 * @throws SqsError if the member is not such a number
 */
export function readWithin(
  input: UnknownMembers,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = numberOf(input, name);
  if (value === undefined || (value >= least && value <= most)) return value;
  const range = name === 'WaitTimeSeconds' ? `>= ${least} and <= ${most}` : `between ${least} and ${most}`;
  throw invalid(
    `Value ${readTextField(input, name) ?? ''} for parameter ${name} is invalid. Reason: Must be ${range}, if provided.`,
  );
}
