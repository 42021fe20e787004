/** The record of an event that a destination or a dead-letter queue receives (docs/aws §18.1). */
import type { InvocationResult } from '../core/ports.ts';

export type EventEnd = {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  /** The result of the last try; absent if there was none. */
  readonly result?: InvocationResult;
};

type EndedEvent = {
  readonly id: string;
  readonly arn: string;
  readonly qualifier?: string | undefined;
  readonly payload: string;
  readonly tries: number;
};

/** Returns the "Destination record", which contains the request and its outcome. */
export function destinationRecord(event: EndedEvent, end: EventEnd, nowEpochMs: number): object {
  const { id, arn, qualifier = '$LATEST', payload, tries } = event;
  return {
    version: '1.0',
    timestamp: new Date(nowEpochMs).toISOString(),
    requestContext: {
      requestId: id,
      functionArn: `${arn}:${qualifier}`,
      condition: end.condition,
      approximateInvokeCount: tries,
    },
    requestPayload: parse(payload),
    ...describeResult(end.result),
  };
}

function describeResult(result: InvocationResult | undefined): object {
  switch (result?.kind) {
    case 'returned':
      return {
        responseContext: { statusCode: 200, executedVersion: versionOf(result) },
        responsePayload: parse(result.payload),
      };
    case 'failed':
      return {
        responseContext: { statusCode: 200, executedVersion: versionOf(result), functionError: 'Unhandled' },
        responsePayload: parse(result.payload),
      };
    default:
      return {};
  }
}

/** Returns the version that ran; `$LATEST` if the caller named no version. */
export function versionOf({ executedVersion = '$LATEST' }: { readonly executedVersion?: string }): string {
  return executedVersion;
}

/** Returns the attributes for a dead-letter queue: "RequestID, ErrorCode, ErrorMessage: the first 1 KB". */
export function failureAttributes(
  requestId: string,
  { result }: EventEnd,
): Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>> {
  const message =
    result?.kind === 'failed' ? result.errorMessage : 'the function did not process the event in time';
  const isThrottled = result?.kind === 'refused' && result.reason === 'throttled';
  return {
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: isThrottled ? '429' : '200' },
    ErrorMessage: { DataType: 'String', StringValue: message.slice(0, 1024) || 'unknown' },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
