import { DomainError } from '../errors.ts';
import {
  bodyOf,
  hasBody,
  headersOf,
  methodOf,
  pathOf,
  pathParametersOf,
  queryOf,
  readRequest,
  receivedAtOf,
  signerOf,
} from './read-request.ts';
import type { EventFields } from './event-fields.ts';
import type { ValuesByName } from './read-request.ts';

export type HttpEvent = {
  /**
   * The route that API Gateway chose, such as `GET /quota/plans/{plan}`. The router uses this route, because it is the
   * one that IAM allowed. Payload 1.0 contains only the route's path, so the method is the request's, never `ANY`.
   */
  readonly routeKey: string;
  readonly method: string;
  /** Decoded path without the stage. Use it in messages only, never to choose the route. */
  readonly path: string;
  /** API Gateway has already decoded the values once. */
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Decoded values. The values of a repeated name are joined by commas. */
  readonly query: Readonly<Record<string, string>>;
  /** Header values by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** ARN of the IAM principal that signed the request. It is undefined on a route without IAM authorization. */
  readonly signer: string | undefined;
  readonly requestId: string;
  readonly receivedEpochMs: number;
};

/**
 * Reads the event of an HTTP API.
 * @throws DomainError EVENT_MALFORMED for anything except payload 1.0 or 2.0 of an HTTP API
 */
export function parseHttpEvent(event: unknown): HttpEvent {
  const request = readRequest(event);
  const { stage, requestId } = request.context;
  const [method, path, receivedEpochMs] = [methodOf(request), pathOf(request), receivedAtOf(request)];
  const { routeKey = routeOfPayload1(method, request.fields) } = request.fields;
  if (typeof routeKey !== 'string' || method === undefined || path === undefined)
    throw malformed('must have route, method and path');
  if (typeof requestId !== 'string' || receivedEpochMs === undefined)
    throw malformed('must have a time and an id');
  const prefix = `/${String(stage)}/`;
  return {
    routeKey,
    method,
    path: path.startsWith(prefix) ? path.slice(prefix.length - 1) : path,
    pathParameters: textsOf(Object.entries(pathParametersOf(request))),
    query: joinValues(queryOf(request)),
    headers: joinValues(headersOf(request)),
    body: hasBody(request) ? Buffer.from(bodyOf(request)).toString('utf8') : undefined,
    signer: signerOf(request),
    requestId,
    receivedEpochMs,
  };
}

/**
 * Builds the route key for an event with payload 1.0, which does not contain one; undefined for other events. Events of
 * REST APIs have the members of payload 1.0 too, but no version.
 */
function routeOfPayload1(method: string | undefined, { version, resource }: EventFields): string | undefined {
  if (version !== '1.0' || method === undefined || typeof resource !== 'string') return undefined;
  return `${method} ${resource}`;
}

function joinValues(values: ValuesByName): Readonly<Record<string, string>> {
  return textsOf([...values].map(([name, texts]) => [name, texts.join(',')]));
}

function textsOf(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function malformed(what: string): DomainError {
  return new DomainError('EVENT_MALFORMED', `an event of an HTTP API ${what}`);
}
