/**
 * Handles `Publish` to topics that no loaded stack contains. The call is checked and gets a response, but nothing is
 * delivered.
 */
import { readTextField } from '../../kernel/calls/query-input.ts';
import { inputOf } from './sns-input.ts';
import { mapOf } from '@gatewright/aws/json-object';
import { refuseAttributes } from './message-attributes.ts';
import { refuseParameter, sizeOf } from './published-message.ts';
import type { Refusal } from './published-message.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Random } from '../../core/ports.ts';

const MAX_SNS_BYTES = 262_144;
const ARN_PARTS = 6;
const PHONE = /^\+[1-9]\d{1,14}$/;

/**
 * Handles `Publish`; undefined for unknown operations.
 * @param region the region to which the call was sent
 */
export function answerSns(
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  region: string,
  random: Random,
): OperationResult | undefined {
  if (operation.action !== 'Publish') return undefined;
  const input = inputOf(operation);
  const read = (name: string): string | undefined => readTextField(input, name);
  const refused = refuseTarget(read, region);
  if (refused !== undefined) return refused;
  if ((read('Message') ?? '') === '') return refuseParameter('Empty message');
  const wrong = refuseAttributes(mapOf(input, 'MessageAttributes'), '');
  if (wrong !== undefined) return wrong;
  if (sizeOf(input) > MAX_SNS_BYTES) return refuseParameter('Message too long');
  return { kind: 'result', fields: { MessageId: random.uuid() } };
}

function refuseTarget(read: (name: string) => string | undefined, region: string): Refusal | undefined {
  const name = ['TopicArn', 'TargetArn'].find((one) => read(one) !== undefined);
  if (name === undefined) return refusePhone(read('PhoneNumber'));
  const arn = read(name) ?? '';
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
