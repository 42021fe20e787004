/** CloudWatch's refusals of input, with their error codes. */
import { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';

/** Error codes of the query protocol. The newer protocols have longer names for some of them. */
export type InputCode =
  | 'InvalidFormat'
  | 'InvalidNextToken'
  | 'InvalidParameterCombination'
  | 'InvalidParameterValue'
  | 'LimitExceeded'
  | 'MissingParameter'
  | 'ResourceNotFound'
  | 'ValidationError';

/** A refusal whose error code cannot be derived from the member. */
export class InvalidInput extends InvalidMember {
  override readonly name = 'InvalidInput';
  override readonly code: InputCode;

  constructor(code: InputCode, path: string, message: string) {
    super(path, message);
    this.code = code;
  }
}

/** Returns the error code. AWS validates an alarm as a whole, but other calls parameter by parameter. */
export function codeOf(error: InvalidMember, isOfAlarm: boolean): InputCode {
  if (error instanceof InvalidInput) return error.code;
  if (isOfAlarm) return 'ValidationError';
  return error.isMissing ? 'MissingParameter' : 'InvalidParameterValue';
}

const LONGEST_TEXT = 1_024;

/** @throws InvalidMember */
export function readInput(value: unknown): MemberReader {
  return new MemberReader(value, '', { longest: LONGEST_TEXT });
}
