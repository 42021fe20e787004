/**
 * Reads the events of a function that is subscribed to CloudWatch Logs: `{awslogs: {data}}`, where `data` is gzipped
 * JSON in base64.
 */
import { gunzipSync } from 'node:zlib';
import { parseFields, parseOptionalFields } from '../../aws/event-fields.ts';
import { DomainError } from '../../errors.ts';

export type LogEvent = { readonly timestampEpochMs: number; readonly message: string };

/**
 * Maximum size after decompression. CloudWatch sends about 1 MB of lines at once; a decompression bomb would expand to
 * gigabytes.
 */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

/**
 * Returns the log events. The list is empty for CONTROL_MESSAGE, with which CloudWatch tests whether the function can
 * be reached.
 * @throws DomainError EVENT_MALFORMED if the event is not from a log subscription
 */
export function readLogBatch(event: unknown): readonly LogEvent[] {
  const { data } = parseOptionalFields(parseFields(event)['awslogs']);
  if (typeof data !== 'string') throw malformed('the event is not from a log subscription');
  const { messageType, logEvents } = parseFields(inflate(data));
  if (messageType === 'CONTROL_MESSAGE') return [];
  if (messageType !== 'DATA_MESSAGE' || !Array.isArray(logEvents))
    throw malformed('a batch of log events must have messageType DATA_MESSAGE and logEvents');
  return logEvents.map((logEvent: unknown) => {
    const { timestamp, message } = parseFields(logEvent);
    if (typeof timestamp !== 'number' || typeof message !== 'string')
      throw malformed('a log event must have a timestamp and a message');
    return { timestampEpochMs: timestamp, message };
  });
}

function inflate(data: string): unknown {
  try {
    const text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES });
    return JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw malformed('the log events are not JSON compressed with gzip, or are too large', { cause: error });
  }
}

function malformed(message: string, options?: ErrorOptions): DomainError {
  return new DomainError('EVENT_MALFORMED', message, options);
}
