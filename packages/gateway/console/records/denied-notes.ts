/** Names the code that made a pool, queue or bus refuse a call: a trigger's code, or the calling function's code. */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { findLine, findLines } from './handler-lines.ts';
import type { HandlerText } from './handler-lines.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';

type Denied = Extract<StampedStep, { kind: 'denied' }>;
type At = { readonly readHandler: ReadHandler; readonly callers?: readonly string[] };

/** @param all the other steps of the same cause, with the runs of triggers */
export function noteDenied(step: Denied, all: readonly StampedStep[], at: At): readonly DeliveryNote[] {
  if (step.code === 'InvalidLambdaResponseException') return noteResult(step, all, at);
  if (step.toldIn !== undefined) return [noteEntry(step, step.toldIn, at)];
  return step.subject === undefined ? [] : [noteAttribute(step, step.subject, at)];
}

/**
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
function noteEntry({ operation }: Denied, toldIn: string, { readHandler, callers = [] }: At): DeliveryNote {
  const line = callers.flatMap((caller) => findCalls(operation, readHandler(caller)).at(-1) ?? [])[0];
  const where = line === undefined ? '' : ` (${line})`;
  return {
    because: `The call ${operation}${where} still succeeded with status 200, so the SDK threw no error. Only ${toldIn} of its response shows that the entry is lost.`,
    change: `Read ${toldIn} of the response after ${operation}${where}, and send the failed entries again or throw an error.`,
  };
}

/**
 * Returns the lines that name an operation: `PutEventsCommand` and `putEvents` in JavaScript, `put_events` in Python.
 */
function findCalls(operation: string, handler: HandlerText | undefined): readonly string[] {
  return findLines(handler, new RegExp(`\\b${inEachCase(operation)}`, 'i'));
}

/** Returns the regular expression for the name of an operation in camel case or in snake case. */
function inEachCase(operation: string): string {
  return escapeForRegExp(operation).replaceAll(/(?!^)([A-Z])/g, '_?$1');
}

/**
 * Returns the line that calls the operation, if only one does. The document client of DynamoDB leaves Item out of the
 * names of its commands. An operation without a name, such as `GET /photos`, has no line.
 */
export function findCallLine(operation: string, handler: HandlerText | undefined): string | undefined {
  if (!/^[A-Z][a-z]\w*$/.test(operation)) return undefined;
  const short = operation.replace(/Items?$/, '');
  const names = [inEachCase(operation), `${escapeForRegExp(short)}Command`];
  const found = findLines(handler, new RegExp(`(?:\\bnew |\\.)(?:${names.join('|')})(?:Command)?\\(`, 'i'));
  return found.length === 1 ? found[0] : undefined;
}

/** Where a handler begins, in JavaScript and Python. */
const BEGINS = /\bexports\.\w+\s*=|^\s*export\b|^\s*(?:async )?def \w+\(/;

/**
 * See https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
function noteResult({ at: pool }: Denied, all: readonly StampedStep[], at: At): readonly DeliveryNote[] {
  const ran = all.findLast((one) => one.kind === 'ran' && one.from === pool && one.outcome === 'returned');
  if (ran?.kind !== 'ran') return [];
  const { functionName } = ran;
  const source = at.readHandler(functionName);
  const line = findLines(source, /^\s*return\b/).at(-1) ?? findLine(source, BEGINS);
  const where = line === undefined ? '' : ` (${line})`;
  return [
    {
      because: `The function ${functionName}${where} did not return the event of its trigger. A trigger of a user pool must return the event that it got, with the member response in it, even if it decides nothing.`,
      change: `Return event at the end of the handler of ${functionName}${where}, and change only event.response.`,
    },
  ];
}

/** See https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html */
function noteAttribute({ operation }: Denied, name: string, { readHandler, callers = [] }: At): DeliveryNote {
  const wanted = new RegExp(`['"\x60]${escapeForRegExp(name)}['"\x60]`);
  const line = callers.flatMap((caller) => findLine(readHandler(caller), wanted) ?? [])[0];
  const where = line === undefined ? '' : ` (${line})`;
  return {
    because: `The attribute is ${name}${where}, which no app client may write.`,
    change: name.endsWith('_verified')
      ? `Leave ${name} out of the call ${operation}${where}. The user proves the address with the code that the pool sends (AutoVerifiedAttributes), or an administrator sets ${name} with AdminUpdateUserAttributes.`
      : `Leave ${name} out of the call ${operation}${where}.`,
  };
}
