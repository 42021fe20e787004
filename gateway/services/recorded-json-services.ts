/** EventBridge and Step Functions as far as integrations call them: checked and answered, nothing runs. */
import { isJson, isJsonObject } from '@gatewright/aws/json-object';
import { refuse } from './aws-operation.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from './aws-operation.ts';
import type { Clock, Random, ServiceRequest } from '../ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

type JsonOperation = Extract<AwsOperation, { protocol: 'json' }>;
type Tools = { readonly random: Random; readonly clock: Clock };

function isJsonText(value: unknown): boolean {
  return typeof value === 'string' && isJson(value);
}

const MAX_ENTRIES = 10;

/** `PutEvents`: a bad entry fails alone, as at AWS. */
function answerEvents({ action, input }: JsonOperation, { random }: Tools): OperationResult | undefined {
  if (action !== 'PutEvents') return undefined;
  const entries = input?.['Entries'];
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES)
    return refuse(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ENTRIES} and at least 1`,
    );
  const results = entries.map((entry: unknown) => {
    const missing = isJsonObject(entry) ? missingOfEvent(entry) : 'Source';
    if (missing === undefined) return { EventId: random.uuid() };
    const message =
      missing === 'json'
        ? 'Detail is malformed.'
        : `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
    return { ErrorCode: missing === 'json' ? 'MalformedDetail' : 'InvalidArgument', ErrorMessage: message };
  });
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { kind: 'result', fields: { FailedEntryCount: failed, Entries: results } };
}

function missingOfEvent(entry: JsonObject): string | undefined {
  const missing = ['Source', 'DetailType', 'Detail'].find((name) => {
    const value = entry[name];
    return typeof value !== 'string' || value === '';
  });
  return missing ?? (isJsonText(entry['Detail']) ? undefined : 'json');
}

const STATE_MACHINE = /^arn:[^:]+:states:[^:]*:\d{12}:stateMachine:[^:]{1,80}(?::[^:]+)?$/;

/** `StartExecution` and `StopExecution`; an execution that is waited for cannot be answered without running it. */
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
  if (!isJsonText(input?.['input'] ?? '{}'))
    return refuse('InvalidExecutionInput', "Invalid State Machine Execution Input: 'the input is no JSON'");
  const given = input?.['name'];
  const name = typeof given === 'string' && given !== '' ? given : random.uuid();
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
  return { kind: 'result', fields: { executionArn, startDate: now } };
}

/** Version of the JSON protocol, by service. */
export const JSON_VERSIONS: Readonly<Record<string, string>> = {
  events: '1.1',
  kinesis: '1.1',
  sqs: '1.0',
  states: '1.0',
};

/** Undefined for a service or an operation that is not known here. */
export function answerJsonService(
  request: ServiceRequest,
  operation: JsonOperation,
  tools: Tools,
): OperationResult | undefined {
  if (operation.input === undefined) return refuse('SerializationException', 'The body is no JSON object');
  switch (request.service) {
    case 'events':
      return answerEvents(operation, tools);
    case 'states':
      return answerStates(operation, tools);
    default:
      return undefined;
  }
}
