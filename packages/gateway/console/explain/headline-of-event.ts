/** Writes the first line of the explanation of an event: what the event is, and how it ended. */
import { parseArn } from '@gatewright/aws/arn';
import { WITHOUT_CORS } from '../../kernel/calls/s3-refusals.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { nameOf } from './event-names.ts';
import type { ToldStep } from './circumstances.ts';

export function headlineOfEvent(steps: readonly ToldStep[]): string {
  const [first] = steps;
  if (first?.step.kind === 'duplicate')
    return `The message to ${nameOf(first.step.at)} was not ${parseArn(first.step.at)?.service === 'sns' ? 'delivered' : 'queued'}, because it counts as a duplicate.`;
  if (first?.step.kind !== 'accepted') return 'An event was handled.';
  const { at, id, what, name } = first.step;
  const last = steps.at(-1)?.step;
  if (last?.kind === 'denied' && last.code === WITHOUT_CORS)
    return `The response of ${nameOf(at)} to ${last.operation} cannot be read by the page.`;
  if (last?.kind === 'denied')
    return `${last.toldIn === undefined ? 'The' : 'An entry of the'} call ${last.operation} of ${nameOf(at)} was refused with ${last.code}.`;
  if (last?.kind === 'challenged')
    return `The sign-in at ${nameOf(at)} was answered with the challenge ${last.challenge} instead of tokens.`;
  if (what === 'call' && last?.kind === 'filtered')
    return `The call ${name ?? ''} of ${nameOf(at)} did not call the trigger ${last.rule}.`;
  const subject =
    what === 'run'
      ? `The run of ${nameOf(at)} (${name ?? ''})`
      : what === 'object'
        ? `The event ${name ?? ''} in ${nameOf(at)}`
        : what === 'record'
          ? `The record in ${nameOf(at)}`
          : what === 'event'
            ? `The event ${name ?? id}`
            : what === 'trigger'
              ? `The trigger ${name ?? ''} of ${nameOf(at)}`
              : `The ${what === 'invocation' ? 'asynchronous invocation of' : 'message to'} ${nameOf(at)}`;
  return `${subject} ${outcomeOf(steps)}.`;
}

/** Says how the event ended, as the rest of a sentence. */
function outcomeOf(steps: readonly ToldStep[]): string {
  if (steps.some(({ isBlock }) => isBlock === true)) return 'waits behind a batch that fails';
  // A note about a delivery says that AWS would not make the delivery: the gateway does not check keys.
  const unmade = steps.find(({ step, notes = [] }) => step.kind === 'delivered' && notes.length > 0)?.step;
  if (unmade?.kind === 'delivered')
    return `reached ${nameOf(unmade.to)} in the gateway, but would not on AWS`;
  const last = steps.findLast(
    ({ step }) => !['accepted', 'delivered', 'filtered', 'forbidden', 'rejected'].includes(step.kind),
  )?.step;
  const isDelivered = steps.some(({ step }) => step.kind === 'delivered');
  if (last === undefined && !isDelivered)
    return steps.some(({ step }) => step.kind === 'filtered') ? 'was delivered to nobody' : 'was accepted';
  switch (last?.kind) {
    case 'ran':
      if (last.unreadItems !== undefined)
        return `was handled by ${last.functionName}, and the items that the function reported as failed are not retried`;
      if (last.outcome === 'returned' && last.next === undefined)
        return `was handled by ${last.functionName}`;
      return last.next?.kind === 'none'
        ? `failed in ${last.functionName}`
        : `failed in ${last.functionName}, and is tried again`;
    case 'refused':
      return `was not delivered to ${nameOf(last.to)}`;
    case 'moved':
      return last.isLost ? 'was lost' : `moved to the dead-letter queue ${lastPartOf(last.to)}`;
    case 'ended':
      if (last.as === 'dropped') return 'failed and was dropped';
      return last.condition === 'Success'
        ? 'was handled'
        : `failed and went to the ${last.as} ${lastPartOf(last.to ?? '')}`;
    default:
      return 'was delivered';
  }
}
