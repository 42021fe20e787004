/**
 * Parses a message of a failure queue, and returns the failed event, its function and the reason. A message is either
 * the record of an on-failure destination, or the event itself with the attributes of a dead-letter queue. Source:
 * Lambda developer guide, "Capturing records of Lambda asynchronous invocations", "Adding a dead-letter queue".
 */
import { isJson, isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import { memberAt, textAt } from '../../terminal/aws-call.ts';

export type QueueMessage = {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly sentEpochMs: number | undefined;
  readonly attributes: unknown;
};

export type FailedEvent = {
  readonly messageId: string;
  /** The failed function; undefined if the message does not name it. */
  readonly functionName: string | undefined;
  readonly sentEpochMs: number | undefined;
  readonly attempts: number | undefined;
  readonly error: string;
  /** The event as JSON text; undefined if the message contains no event. In that case `reason` is set. */
  readonly payload: string | undefined;
  readonly reason?: string;
};

/** Matches an ARN of the form `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]`. */
const FUNCTION_ARN = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:([\w-]{1,64})(?::[\w$-]+)?$/;

export function readFailedEvent(message: QueueMessage): FailedEvent {
  const record = parseJsonObject(message.body);
  const context = record?.['requestContext'];
  if (record !== undefined && isJsonObject(context) && textAt(context, 'functionArn') !== undefined)
    return ofDestination(message, record, context);
  const attribute = (name: string): string | undefined => textAt(message.attributes, name, 'StringValue');
  return {
    ...base(message),
    functionName: undefined,
    attempts: undefined,
    error: attribute('ErrorMessage') ?? attribute('ErrorCode') ?? 'unknown',
    ...(isJson(message.body)
      ? { payload: message.body }
      : { payload: undefined, reason: 'the body of the message is not JSON, so it contains no event' }),
  };
}

function ofDestination(
  message: QueueMessage,
  record: Readonly<Record<string, unknown>>,
  context: Readonly<Record<string, unknown>>,
): FailedEvent {
  const attempts = context['approximateInvokeCount'];
  const name = FUNCTION_ARN.exec(textAt(context, 'functionArn') ?? '')?.[1];
  const facts = {
    ...base(message),
    functionName: name,
    attempts: typeof attempts === 'number' ? attempts : undefined,
    error: errorOf(record, context),
  };
  if ('requestPayload' in record) return { ...facts, payload: JSON.stringify(record['requestPayload']) };
  // The failure record of a stream contains only the position of the batch. The batch itself is in the stream until its
  // retention period ends.
  return {
    ...facts,
    payload: undefined,
    reason: 'the message contains only the position of a batch in a stream, but not the events of the batch',
  };
}

function errorOf(
  record: Readonly<Record<string, unknown>>,
  context: Readonly<Record<string, unknown>>,
): string {
  const response = record['responsePayload'];
  const [type, text] = [textAt(response, 'errorType'), textAt(response, 'errorMessage')];
  const said = [type, text].filter((part) => part !== undefined).join(': ');
  if (said !== '') return said;
  const kind = memberAt(record, 'responseContext', 'functionError');
  return [textAt(context, 'condition'), typeof kind === 'string' ? kind : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
}

function base({ id, sentEpochMs }: QueueMessage): Pick<FailedEvent, 'messageId' | 'sentEpochMs'> {
  return { messageId: id, sentEpochMs };
}
