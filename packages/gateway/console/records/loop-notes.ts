/**
 * Explains that a function that runs again and again because of its own events was stopped.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { readFunctionName } from '@gatewright/aws/function-name';
import { parseArn } from '@gatewright/aws/arn';
import { LOOP_REMEDY } from '../../kernel/calls/stop-loops.ts';
import { findFunction } from './run-notes.ts';
import { findByArn, placeOf } from './find-places.ts';
import { at, nameOf } from '../explain/event-names.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote, ToldStep } from '../explain/circumstances.ts';

/**
 * Adds to an event for which Lambda did not invoke the function, because it would be a loop, what ends the loop.
 * @param all the steps of the same cause
 */
export function tellLoop(
  told: ToldStep,
  all: readonly StampedStep[],
  stacks: readonly ResolvedStack[],
): ToldStep {
  const { step, notes = [] } = told;
  if (step.kind !== 'ran' || step.outcome !== 'refused' || step.errorType !== 'recursive') return told;
  const errorMessage = step.errorMessage?.replace(LOOP_REMEDY, '');
  return { ...told, step: { ...step, errorMessage }, notes: [...notes, noteLoop(step, all, stacks)] };
}

type Ran = Extract<StampedStep, { kind: 'ran' }>;

function noteLoop(step: Ran, all: readonly StampedStep[], stacks: readonly ResolvedStack[]): DeliveryNote {
  const { functionName, from } = step;
  const origin = findOrigin(step, all);
  const ending =
    origin === undefined
      ? `If ${functionName} calls itself in order to wait, use a state machine or a schedule for that; otherwise remove the asynchronous invocations that lead back to it`
      : adviseOn(origin, nameOf(origin) + at(placeOf(findByArn(stacks, origin))));
  const allowed = functionName + at(placeOf(findFunction(functionName, stacks)));
  return {
    because:
      from === undefined
        ? 'The event goes to the dead-letter queue or the destination for failures of the function, or is lost.'
        : 'The message goes to the dead-letter queue of the queue when it has been received often enough, or stays in the queue until it expires.',
    change: `${ending}. If the loop is intended and ends by itself, set RecursiveLoop: Allow on the function ${allowed}.`,
    isCause: true,
  };
}

function adviseOn(origin: string, name: string): string {
  return parseArn(origin)?.service === 's3'
    ? `Write to another bucket than ${name.replace(/^the bucket /, '')}, or to a prefix that the notification of the bucket leaves out`
    : `If the messages of ${name} are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke`;
}

/**
 * Returns the queue, topic or bucket to which the functions of the loop send; undefined if they invoke the function
 * asynchronously. A queue may get its messages from a topic or a bucket, and a topic from a bucket.
 */
function findOrigin({ functionName, from }: Ran, all: readonly StampedStep[]): string | undefined {
  const runs = all.filter((one) => one.kind === 'ran' && one.functionName === functionName).length;
  const isOwn = (to: string): boolean => readFunctionName(to).functionName === functionName;
  let origin = from ?? findSender(isOwn, all, runs);
  for (const known = new Set<string>(); origin !== undefined && !known.has(origin);) {
    known.add(origin);
    const receiver = origin;
    origin = findSender((to) => to === receiver, all, runs) ?? origin;
  }
  return origin;
}

/** Returns the sender of most runs. A loop may begin with an event of another sender. */
function findSender(
  isReceiver: (arn: string) => boolean,
  all: readonly StampedStep[],
  runs: number,
): string | undefined {
  const deliveries = all.filter((one) => one.kind === 'delivered' && isReceiver(one.to));
  const bySender = Map.groupBy(deliveries, (one) => (one.kind === 'delivered' ? one.from : ''));
  return [...bySender].find(([, own]) => own.length * 2 > runs)?.[0];
}
