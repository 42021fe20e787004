/** Checks of Publish and PublishBatch that do not depend on the topic, in SNS's words [obs: sns]. */
import { readTextField } from '../../kernel/calls/query-input.ts';
import { mapOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { refuseAttributes } from './message-attributes.ts';
import { MAX_SNS_BYTES, refuseParameter, sizeOf } from './published-message.ts';
import type { Refusal } from './published-message.ts';

const ARN_PARTS = 6;
const PHONE = /^\+[1-9]\d{1,14}$/;

/**
 * Returns SNS's refusal of the destination or the message of `Publish`; undefined if both are accepted.
 * @param region the region to which the call was sent
 */
export function refusePublish(input: UnknownMembers, region: string): Refusal | undefined {
  const refused = refuseDestination(input, region);
  if (refused !== undefined) return refused;
  if ((readTextField(input, 'Message') ?? '') === '') return refuseParameter('Empty message');
  const wrong = refuseAttributes(mapOf(input, 'MessageAttributes'), '');
  if (wrong !== undefined) return wrong;
  return sizeOf(input) > MAX_SNS_BYTES ? refuseParameter('Message too long') : undefined;
}

/**
 * Returns the refusal of the topic, endpoint or phone number that a call names; undefined if this check does not refuse
 * the call.
 */
export function refuseDestination(input: UnknownMembers, region: string): Refusal | undefined {
  const name = ['TopicArn', 'TargetArn'].find((one) => readTextField(input, one) !== undefined);
  if (name === undefined) return refusePhone(readTextField(input, 'PhoneNumber'));
  const arn = readTextField(input, name) ?? '';
  const parts = arn.split(':');
  if (parts.length < ARN_PARTS)
    return refuseParameter(
      `${name} Reason: An ARN must have at least ${ARN_PARTS} elements, not ${parts.length}`,
    );
  if (name === 'TargetArn' && parts[5]?.startsWith('endpoint/') === true)
    return refuseParameter('TargetArn Reason: No endpoint found for the target arn specified');
  const isTopic = /^arn:[^:]+:sns:[^:]+:\d{12}:.+$/.test(arn) && parts[3] === region;
  return isTopic ? undefined : refuseParameter(name);
}

function refusePhone(number: string | undefined): Refusal | undefined {
  if (number === undefined)
    return refuseParameter('TopicArn or TargetArn Reason: no value for required parameter');
  return PHONE.test(number)
    ? undefined
    : refuseParameter(`PhoneNumber Reason: ${number} is not valid to publish to`);
}
