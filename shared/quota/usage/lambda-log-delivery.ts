/** Reads lines of access logs from either source of the function, and builds the response to this source. */
import { parseFields } from '../../aws/event-fields.ts';
import { DomainError } from '../../errors.ts';
import { readLogBatch } from './lambda-log-batch.ts';
import type { LogEvent } from './lambda-log-batch.ts';

type LogDelivery = {
  readonly lines: readonly LogEvent[];
  /**
   * Returns the response to Firehose, in which records with waiting lines are marked as failed. CloudWatch Logs needs
   * no response.
   * @throws DomainError USAGE_WAITING if a line from CloudWatch Logs is waiting. Lambda then sends all lines again. If
   * that keeps failing, Lambda sends them to the function's failure queue.
   */
  readonly reply: (waiting: ReadonlySet<LogEvent>) => FirehoseReply | undefined;
};

/** The response to Firehose. `data` is returned unchanged, because the delivery stream stores the log. */
export type FirehoseReply = {
  readonly records: readonly {
    readonly recordId: string;
    readonly result: 'Ok' | 'ProcessingFailed';
    readonly data: string;
  }[];
};

/**
 * Reads the event of a CloudWatch Logs subscription (`{awslogs}`), or of a Firehose stream that transforms data
 * (`{records}`).
 * @throws DomainError EVENT_MALFORMED if the event has any other form
 * @see Amazon Data Firehose developer guide, "Transform source data", "Required parameters for data transformation"
 */
export function readLogDelivery(event: unknown): LogDelivery {
  const { deliveryStreamArn, records } = parseFields(event);
  if (deliveryStreamArn === undefined) return { lines: readLogBatch(event), reply: refuseWaiting };
  if (!Array.isArray(records)) throw malformed('the event of a delivery stream must have records');
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
    throw new DomainError(
      'USAGE_WAITING',
      'some requests of the batch cannot be charged yet; send the batch again',
    );
}

/**
 * A record contains one line when it comes from API Gateway, or several lines when it comes from an aggregating
 * producer.
 */
function readRecord(record: unknown): {
  readonly recordId: string;
  readonly data: string;
  readonly lines: readonly LogEvent[];
} {
  const { recordId, data, approximateArrivalTimestamp: timestampEpochMs } = parseFields(record);
  if (typeof recordId !== 'string' || typeof data !== 'string' || typeof timestampEpochMs !== 'number')
    throw malformed('a record must have a recordId, data and an approximateArrivalTimestamp');
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
