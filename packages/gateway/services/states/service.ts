import { isJson } from '@gatewright/aws/json-object';
import { findJacksonFault } from '@gatewright/aws/text/jackson-fault';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';

type JsonOperation = Extract<AwsOperation, { protocol: 'json' }>;
type Tools = { readonly random: Random; readonly clock: Clock };

const INVALID_INPUT = 'Invalid execution input.';

/** Returns why the input is not JSON, in the words of AWS's parser [obs: stepfunctions]. */
function findInputFault(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return INVALID_INPUT;
  if (isJson(text)) return undefined;
  return findJacksonFault(Buffer.from(text))?.message ?? INVALID_INPUT;
}

const STATE_MACHINE = /^arn:[^:]+:states:[^:]*:\d{12}:stateMachine:[^:]{1,80}(?::[^:]+)?$/;

/**
 * Handles `StartExecution` and `StopExecution`. A synchronous execution is not supported, because its response is the
 * result of running the state machine.
 */
function answerStates(
  { action, input }: JsonOperation,
  { random, clock }: Tools,
): OperationResult | undefined {
  const now = clock.nowEpochMs() / 1000;
  if (action === 'StopExecution') {
    const arn = input?.['executionArn'];
    if (typeof arn !== 'string' || !arn.includes(':execution:'))
      return refuse('InvalidArn', `Invalid Arn: '${typeof arn === 'string' ? arn : ''}'`);
    return { kind: 'result', fields: { stopDate: now } };
  }
  if (action !== 'StartExecution') return undefined;
  const machine = input?.['stateMachineArn'];
  if (typeof machine !== 'string' || !STATE_MACHINE.test(machine))
    return refuse(
      'InvalidArn',
      `Invalid Arn: 'Invalid ARN prefix: ${typeof machine === 'string' ? machine : ''}'`,
    );
  const fault = findInputFault(input?.['input'] ?? '{}');
  if (fault !== undefined)
    return refuse('InvalidExecutionInput', `Invalid State Machine Execution Input: '${fault}'`);
  const given = input?.['name'];
  const name = typeof given === 'string' && given !== '' ? given : random.uuid();
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
  return { kind: 'result', fields: { executionArn, startDate: now } };
}

export function open(ports: ServicePorts): Service {
  return {
    api: {
      jsonVersion: '1.0',
      answer({ operation }) {
        if (operation.protocol !== 'json') return undefined;
        if (operation.input === undefined)
          return refuse('SerializationException', 'The body is not a JSON object');
        return answerStates(operation, ports);
      },
    },
    target: {
      remoteCall: (arn, body) => ({
        version: '1.0',
        target: 'AWSStepFunctions.StartExecution',
        input: { stateMachineArn: arn, input: body },
      }),
    },
  };
}
