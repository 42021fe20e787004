/**
 * Explains that AWS stops a function that runs again and again because of its own messages. The gateway does not stop
 * it, because the journal knows what began a chain of events, but not how long the chain is.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { parseArn } from '@gatewright/aws/arn';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { findFunction } from './run-notes.ts';
import { findByArn, placeOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

/** "Approximately 16 times" (see above). */
const MAX_RUNS = 16;

/**
 * Returns what to say about the last run of a function for messages of a queue.
 * @param steps the steps of one cause, in order
 */
export function noteLoop(
  steps: readonly StampedStep[],
  last: StampedStep,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  if (last.kind !== 'ran' || last.from === undefined) return [];
  const { functionName, from } = last;
  if (parseArn(from)?.service !== 'sqs') return [];
  const isRun = (step: StampedStep): boolean =>
    step.kind === 'ran' && step.from === from && step.functionName === functionName && step.tries === 1;
  // This function is called for every run. Only the last run reads all steps, because a cause may have thousands.
  if (steps.findLast(isRun) !== last) return [];
  const runs = steps.flatMap((step, index) => (isRun(step) ? [{ index }] : []));
  if (runs.length <= MAX_RUNS) return [];
  const owner = findFunction(functionName, stacks);
  if (owner?.properties['RecursiveLoop'] === 'Allow' || !isChain(steps, runs, from)) return [];
  const place = placeOf(owner);
  const where = place === undefined ? '' : ` (${place})`;
  return [
    {
      because: `The function ${functionName} ran ${runs.length} times, one after another, for messages of the queue ${lastPartOf(from)}. If each run sent the message for the next run, AWS takes this for a recursive loop and does not invoke the function again after about ${MAX_RUNS} runs: the message goes to the dead-letter queue, or is lost. The gateway does not detect loops.`,
      change: `Wait with a state machine or a schedule instead of messages that ${functionName} sends to its own queue${inParentheses(from, stacks)}, or set RecursiveLoop: Allow on the function ${functionName}${where}.`,
    },
  ];
}

function inParentheses(from: string, stacks: readonly ResolvedStack[]): string {
  const place = placeOf(findByArn(stacks, from));
  return place === undefined ? '' : ` (${place})`;
}

/** Whether each message came during or after the previous run. Messages that were sent together are not a chain. */
function isChain(
  steps: readonly StampedStep[],
  runs: readonly { readonly index: number }[],
  from: string,
): boolean {
  const accepted = steps.flatMap((step, index) =>
    step.kind === 'accepted' && step.at === from ? [index] : [],
  );
  return runs.every(({ index }, run) => accepted.filter((at) => at < index).length <= run + 2);
}
