/** Lines of access logs, by whichever way they come to the function: what to charge, and what to answer. */
import { parseFields } from '../aws/event-fields.ts';
import { DomainError } from '../errors.ts';
import { readLogBatch } from './lambda-log-batch.ts';
import type { LogEvent } from './lambda-log-batch.ts';

type LogDelivery = {
  readonly lines: readonly LogEvent[];
  /**
   * What Firehose goes on with: it keeps records apart of which a line waits. CloudWatch Logs takes no answer.
   * @throws DomainError USAGE_WAITING where a line of CloudWatch Logs waits: Lambda gives all of them again, then keeps them
   */
  readonly reply: (waiting: ReadonlySet<LogEvent>) => FirehoseReply | undefined;
};

/** `data` as it came: a delivery stream keeps the log, and counting it changes nothing of it. */
export type FirehoseReply = {
  readonly records: readonly {
    readonly recordId: string;
    readonly result: 'Ok' | 'ProcessingFailed';
    readonly data: string;
  }[];
};

/**
 * Of a subscription of CloudWatch Logs, `{awslogs}`, or of a Firehose stream that transforms data, `{records}`.
 * @throws DomainError EVENT_MALFORMED
 * @see Amazon Data Firehose developer guide, "Transform source data", "Required parameters for data transformation"
 */
export function readLogDelivery(event: unknown): LogDelivery {
  const { deliveryStreamArn, records } = parseFields(event);
  if (deliveryStreamArn === undefined) return { lines: readLogBatch(event), reply: refuseWaiting };
  if (!Array.isArray(records)) throw malformed('the event of a delivery stream has records');
  const read = records.map(readRecord);
  return {
    lines: read.flatMap(({ lines }) => lines),
    reply: (waiting) => ({
      records: read.map(({ recordId, data, lines }) => {
        const isWaiting = lines.some((line) => waiting.has(line));
        return { recordId, result: isWaiting ? 'ProcessingFailed' : 'Ok', data };
      }),
    }),
  };
}

function refuseWaiting({ size }: ReadonlySet<LogEvent>): undefined {
  if (size > 0)
    throw new DomainError('USAGE_WAITING', 'some requests of the batch cannot be charged yet; give it again');
}

/** One line to a record, as API Gateway puts them, or several, as an aggregating producer does. */
function readRecord(record: unknown): {
  readonly recordId: string;
  readonly data: string;
  readonly lines: readonly LogEvent[];
} {
  const { recordId, data, approximateArrivalTimestamp: timestampEpochMs } = parseFields(record);
  if (typeof recordId !== 'string' || typeof data !== 'string' || typeof timestampEpochMs !== 'number')
    throw malformed('a record has a recordId, data and an approximateArrivalTimestamp');
  const lines = Buffer.from(data, 'base64')
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((message) => ({ timestampEpochMs, message }));
  return { recordId, data, lines };
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
