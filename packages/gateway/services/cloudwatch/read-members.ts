/** Defines how CloudWatch refuses input, and with which error codes. */
import { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';

/** Error codes of the query protocol. The newer protocols have longer names for some of them. */
export type InputCode =
  | 'InvalidFormat'
  | 'InvalidNextToken'
  | 'InvalidParameterCombination'
  | 'InvalidParameterValue'
  | 'LimitExceeded'
  | 'MissingParameter'
  | 'NotImplementedException'
  | 'ResourceNotFound'
  | 'ResourceNotFoundException'
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

/** A refusal of input that AWS would accept. Its status is 501. */
export class NotSupported extends InvalidMember {}

/**
 * A refusal for which AWS's message is recorded (docs/aws §22.3). For a template, the gateway shows its own message
 * instead.
 */
export class WordedRefusal extends InvalidInput {
  readonly words: string;

  constructor(path: string, message: string, words: string, code: InputCode = 'ValidationError') {
    super(code, path, message);
    this.words = words;
  }
}

/**
 * Returns the error code for an invalid member. The code depends on the call, because AWS validates an alarm as a
 * whole, but validates the parameters of other calls one by one.
 */
export function codeOf(error: InvalidMember, isOfAlarm: boolean): InputCode {
  if (error instanceof InvalidInput) return error.code;
  if (error instanceof NotSupported) return 'NotImplementedException';
  if (isOfAlarm) return 'ValidationError';
  return error.isMissing ? 'MissingParameter' : 'InvalidParameterValue';
}

/** Returns a path as CloudWatch names a parameter: `MetricData.member.1.Value`. */
export function parameterOf(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, (_whole, index) => `.member.${Number(index) + 1}`);
}

/** Returns a refusal in CloudWatch's words. */
export function wordsOf(error: InvalidMember): string {
  if (error instanceof WordedRefusal) return error.words;
  const { path, message } = error;
  return path === '' ? message : `The parameter ${parameterOf(path)} ${message}.`;
}

/**
 * Returns CloudWatch's message about a member of a definition. If the message does not name the member, a description
 * of the error is appended.
 */
export function sentenceOf(error: InvalidMember): string {
  if (!(error instanceof WordedRefusal)) return error.message;
  const [name = ''] = error.path.split('.').slice(-1);
  return error.words.includes(name) ? error.words : `${error.words} (${error.path} ${error.message})`;
}

/**
 * Reads each item of a list. CloudWatch's message lists the faults of all items, one per line
 * (awslabs/collectd-cloudwatch#46).
 * @throws InvalidMember with the code of the first fault
 */
export function readEach<Item, Read>(items: readonly Item[], read: (item: Item) => Read): readonly Read[] {
  const faults: InvalidMember[] = [];
  const done = items.flatMap((item) => {
    try {
      return [read(item)];
    } catch (error) {
      if (!(error instanceof InvalidMember) || error instanceof NotSupported) throw error;
      faults.push(error);
      return [];
    }
  });
  const [first] = faults;
  if (first === undefined) return done;
  if (faults.length === 1) throw first;
  throw new InvalidInput(codeOf(first, false), '', faults.map(wordsOf).join('\n'));
}

const LONGEST_TEXT = 1_024;

/**
 * Returns a reader for the input of a call.
 * @throws InvalidMember if the input is not an object
 */
export function readInput(value: unknown): MemberReader {
  return new MemberReader(value, '', { longest: LONGEST_TEXT });
}
