/**
 * The spelling of actions. A policy needs the spelling of the service authorization reference, while the refusals of
 * some services spell an action in another way.
 */

/** The SQS actions. In SQS's refusals, these actions are in lower case. */
const OF_SQS = (
  'AddPermission CancelMessageMoveTask ChangeMessageVisibility CreateQueue DeleteMessage DeleteQueue ' +
  'GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListMessageMoveTasks ListQueueTags ListQueues ' +
  'PurgeQueue ReceiveMessage RemovePermission SendMessage SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue'
).split(' ');

/** Returns the action as AWS writes it in a refusal: `sqs:sendmessage`, `SNS:Publish`. */
export function spellInRefusal(action: string): string {
  const [service = '', name = ''] = action.split(':');
  if (service === 'sqs') return `sqs:${name.toLowerCase()}`;
  return service === 'sns' ? `SNS:${name}` : action;
}

/** Converts the spelling of an action in a refusal to the spelling in policies. */
export function spellInPolicy(shown: string): string {
  const [service = '', name = ''] = shown.split(':');
  const known = service.toLowerCase() === 'sqs' ? OF_SQS : [];
  return `${service.toLowerCase()}:${known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name}`;
}
