/** Explains a function's call that a service refused. The function handled the error and did not fail with it. */
import { titleOf } from '../../kernel/calls/unserved-call.ts';
import { at } from './event-names.ts';
import { adviseNotServed } from './function-error-advice.ts';
import { withStop } from './reason.ts';
import { adviseThrownError } from './service-advice.ts';
import type { Told } from './event-names.ts';
import type { Circumstances, ToldStep } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** What the request or event of a refused call is known to have become. */
export type Outcome = {
  /** `unknown` if the function of the call did not make the response. */
  readonly status: 'succeeded' | 'failed' | 'unknown';
  readonly of: 'request' | 'event';
  /** Whether the function of the call is known to have ended without this error. */
  readonly isEnded: boolean;
  /** Whether something else explains the failure, so that the refused call may have nothing to do with it. */
  readonly isExplained?: boolean;
};

export const UNKNOWN: Outcome = { status: 'unknown', of: 'request', isEnded: false };

export type Rejected = Told<'rejected'>['step'];

/**
 * Errors that the code of a function may expect: the condition of a write, and things that do not exist yet or exist
 * already.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
const EXPECTED =
  /ConditionalCheckFailed|^PreconditionFailed|^TransactionCanceled|^NoSuchKey|NotFound|AlreadyExists|^UsernameExists/;
/** For these services, "not found" is about a table, a stream or a topic, which the code does not create. */
const OF_RESOURCES: ReadonlySet<string> = new Set(['dynamodb', 'kinesis', 'sns']);

/** Whether the code may expect the error, so that the refusal alone shows no mistake. */
export function isExpected({ service, code }: { readonly service: string; readonly code: string }): boolean {
  return EXPECTED.test(code) && !(code.includes('NotFound') && OF_RESOURCES.has(service));
}

/** The refusal by a service explains the function's response, unless there is advice about the response itself. */
export function mayExplain(
  step: ToldStep['step'],
  outcomeOf: (step: Rejected) => Outcome,
  { status }: Circumstances,
): boolean {
  if (step.kind === 'challenged') return status >= 400;
  if (step.kind !== 'rejected') return step.kind === 'denied' || step.kind === 'forbidden';
  const outcome = outcomeOf(step);
  return outcome.status === 'failed' && outcome.isExplained !== true;
}

/**
 * Only the function of the integration makes the response. A function that also ran for an event may have made the call
 * then, and an authorizer judges the request before the response is made.
 */
export function findOutcome({ functionName }: Rejected, about: Circumstances): Outcome {
  const { kind, deliveries = [], failure, status, integration, guard } = about;
  const hasRun = deliveries.some(({ step }) => step.kind === 'ran' && step.functionName === functionName);
  if (!hasRun && functionName === guard?.functionName) return UNKNOWN;
  if (hasRun || kind === 'event' || integration?.target !== functionName)
    return { status: 'unknown', of: 'event', isEnded: hasRun };
  const hasFailed = failure !== undefined || (integration.errorStatus ?? status) >= 400;
  return { status: hasFailed ? 'failed' : 'succeeded', of: 'request', isEnded: true };
}

/**
 * Whether the gateway refused a call that AWS accepts. AWS uses the same error code, so the message is compared as
 * well.
 */
function isUnserved({ code, message }: Rejected): boolean {
  return code === 'NotImplementedException' && /\bgateway\b|\bembedded DynamoDB\b/.test(message);
}

export function explainRejected(
  step: Rejected,
  { place, notes = [], tableKey }: Omit<ToldStep, 'step'>,
  times: number,
  outcome: Outcome,
): Reason {
  const { functionName, service, operation, target, code, message } = step;
  const about = target === undefined ? '' : ` for ${target}`;
  const often = times === 1 ? '' : ` ${times} times`;
  const call = `the call ${operation}${at(place)} of the function ${functionName}${about}`;
  const said = isUnserved(step)
    ? `The gateway does not support ${call}${often === '' ? '' : `, which was sent${often}`}: ${withStop(message)}`
    : `${titleOf(service)} refused ${call}${often}, with ${message === '' ? `${code}.` : withStop(`${code}: ${message}`)}`;
  return {
    because: [`${said}${describeEnd(outcome)}`],
    changes: notes.length > 0 ? [] : adviseRejected(step, { place, tableKey }, outcome),
  };
}

function describeEnd({ status, isEnded }: Outcome): string {
  if (!isEnded) return '';
  return ` The function did not fail with this error${status === 'succeeded' ? ', and the request succeeded' : ''}.`;
}

function adviseRejected(
  step: Rejected,
  { place, tableKey }: Pick<ToldStep, 'place' | 'tableKey'>,
  { status, of, isExplained = false }: Outcome,
): readonly string[] {
  const { functionName, service, operation, code, message } = step;
  // A request that did not fail shows that the code deals with an error that it may expect.
  if (status !== 'failed' && isExpected(step)) return [];
  const written = place === undefined ? ` of ${functionName}` : ` at ${place}`;
  const advice = isUnserved(step)
    ? adviseNotServed([message])
    : (adviseThrownError(code, message, written, { service, tableKey }) ??
      `Correct the call ${operation}${at(place)}${status === 'unknown' ? '' : `, or return the response that the caller should get if it fails with ${code}`}.`);
  const isCertain = status === 'failed' && !isExplained && !isExpected(step);
  const condition = ` This is needed only if ${operation} should have succeeded for this ${of}.`;
  return advice === undefined ? [] : [`${advice}${isCertain ? '' : condition}`];
}
