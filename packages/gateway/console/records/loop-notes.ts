/**
 * Explains that a function that runs again and again because of its own events was stopped.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { findFunction } from './run-notes.ts';
import { findByArn, placeOf } from './find-places.ts';
import { nameOf } from '../explain/event-names.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

/** Returns what to say about an event for which Lambda did not invoke the function, because it would be a loop. */
export function noteLoop(step: StampedStep, stacks: readonly ResolvedStack[]): readonly DeliveryNote[] {
  if (step.kind !== 'ran' || step.outcome !== 'refused' || step.errorType !== 'recursive') return [];
  const { functionName, from } = step;
  const [own, source] = [
    findFunction(functionName, stacks),
    from === undefined ? undefined : findByArn(stacks, from),
  ];
  const sent =
    from === undefined
      ? `events that ${functionName} sends to itself`
      : `messages that ${functionName} sends to ${nameOf(from)}${inParentheses(placeOf(source))}`;
  return [
    {
      because:
        from === undefined
          ? 'The event goes to the dead-letter queue or the destination for failures of the function, or is lost.'
          : 'The message goes to the dead-letter queue of the queue when it has been received often enough, or stays in the queue until it expires.',
      change: `Wait with a state machine or a schedule instead of ${sent}. If the loop is intended and ends by itself, set RecursiveLoop: Allow on the function ${functionName}${inParentheses(placeOf(own))}.`,
      isCause: true,
    },
  ];
}

function inParentheses(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}
