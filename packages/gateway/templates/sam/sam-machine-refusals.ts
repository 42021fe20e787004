/**
 * Checks the schedules and rules that start a state machine for settings that SAM's transform refuses.
 * @see https://github.com/aws/serverless-application-model/tree/develop/tests/translator/output
 * (error_state_machine_*.json)
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Path } from '../cloudformation/template-source.ts';

export type Refusal = {
  readonly at: Path;
  readonly message: string;
  /** The change that the user should make, with SAM's names of properties. */
  readonly remedy: string;
};

export function judgeRuleOfMachine(event: JsonObject): readonly Refusal[] {
  const { DeadLetterConfig: config, State: state, Enabled: isEnabled } = event;
  const both =
    state !== undefined && isEnabled !== undefined
      ? [
          {
            at: ['State'],
            message: 'State and Enabled Properties cannot both be specified.',
            remedy: 'remove State, or remove Enabled',
          },
        ]
      : [];
  if (!isJsonObject(config)) return both;
  const { Arn: arn, Type: type, QueueLogicalId: queue } = config;
  const at = ['DeadLetterConfig'];
  if (arn !== undefined && type !== undefined)
    return [
      ...both,
      {
        at,
        message: "You can either define 'Arn' or 'Type' property of DeadLetterConfig.",
        remedy: 'remove Type, or remove Arn',
      },
    ];
  if (arn === undefined && type === undefined)
    return [
      ...both,
      {
        at,
        message: "No 'Arn' or 'Type' property provided for DeadLetterConfig.",
        remedy: 'add Arn with the ARN of a queue, or Type: SQS for a queue that SAM creates',
      },
    ];
  if (type !== undefined && type !== 'SQS')
    return [
      ...both,
      {
        at: [...at, 'Type'],
        remedy: 'set Type: SQS',
        message: "The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.",
      },
    ];
  return queue === undefined || typeof queue === 'string'
    ? both
    : [
        ...both,
        {
          at: [...at, 'QueueLogicalId'],
          message: 'QueueLogicalId must be a string',
          remedy: 'write the logical id of the queue as a string, without Ref',
        },
      ];
}
