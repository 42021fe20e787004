/** The HTTP request behind a proxy event (REST, HTTP API 1.0 and 2.0, function URL), with its body as bytes. */
import { DomainError } from '../errors.ts';
import type { EventFields } from './event-fields.ts';
import {
  bodyOf,
  headersOf,
  methodOf,
  pathOf,
  pathParametersOf,
  rawQueryOf,
  readRequest,
  receivedAtOf,
} from './read-request.ts';
import type { ValuesByName } from './read-request.ts';

export type RawRequest = {
  readonly method: string;
  /** The path as requested, including the stage. */
  readonly path: string;
  /** The query without the question mark. It is undefined if only decoded pairs are known (REST, 1.0). */
  readonly query: string | undefined;
  readonly pathParameters: EventFields;
  readonly headers: ValuesByName;
  readonly body: Uint8Array;
  /** API Gateway's own timestamp, which no caller can write. */
  readonly receivedAtEpochMs: number;
};

/**
 * Reads the HTTP request from a proxy event.
 * @throws DomainError EVENT_MALFORMED if the value is not such an event
 */
export function parseRawRequest(event: unknown): RawRequest {
  const request = readRequest(event);
  const method = methodOf(request);
  const path = pathOf(request);
  const receivedAtEpochMs = receivedAtOf(request);
  if (method === undefined || path === undefined)
    throw malformed('the event of an HTTP request must have method and path');
  if (receivedAtEpochMs === undefined) throw malformed('the event of an HTTP request must have a time');
  return {
    method,
    path,
    receivedAtEpochMs,
    query: rawQueryOf(request),
    pathParameters: pathParametersOf(request),
    headers: headersOf(request),
    body: bodyOf(request),
  };
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
