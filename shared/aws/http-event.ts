import { DomainError } from '../errors.ts';
import { parseFields, parseOptionalFields } from './event-fields.ts';

export type HttpEvent = {
  /** The route chosen by the gateway: `GET /quota/plans/{plan}`. IAM allowed this one: dispatch by it. */
  readonly routeKey: string;
  readonly method: string;
  /** Decoded, without the stage; for messages, never for dispatch. */
  readonly path: string;
  /** Decoded once, by the gateway. */
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Decoded; values of a repeated name are joined by commas. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** ARN of the signing IAM principal; undefined on a route without IAM. */
  readonly signer: string | undefined;
  readonly requestId: string;
  readonly receivedEpochMs: number;
};

/** @throws DomainError EVENT_MALFORMED for anything but payload 2.0 of an HTTP API */
export function parseHttpEvent(event: unknown): HttpEvent {
  const fields = parseFields(event);
  const { requestContext, routeKey, body, isBase64Encoded } = fields;
  const context = parseFields(requestContext);
  const { http, stage, requestId, timeEpoch, authorizer } = context;
  const { method, path } = parseFields(http);
  if (typeof routeKey !== 'string' || typeof method !== 'string' || typeof path !== 'string')
    throw malformed('must have route, method and path');
  if (typeof requestId !== 'string' || typeof timeEpoch !== 'number')
    throw malformed('must have a time and an id');
  const { userArn } = parseOptionalFields(parseOptionalFields(authorizer)['iam']);
  const prefix = `/${String(stage)}/`;
  return {
    routeKey,
    method,
    path: path.startsWith(prefix) ? path.slice(prefix.length - 1) : path,
    pathParameters: textsOf(fields['pathParameters']),
    query: textsOf(fields['queryStringParameters']),
    headers: textsOf(fields['headers']),
    body: typeof body === 'string' && isBase64Encoded === true ? decodeBase64(body) : toText(body),
    signer: typeof userArn === 'string' && userArn !== '' ? userArn : undefined,
    requestId,
    receivedEpochMs: timeEpoch,
  };
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(parseOptionalFields(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function toText(body: unknown): string | undefined {
  return typeof body === 'string' ? body : undefined;
}

/** HTTP APIs base64-encode every body whose content type they do not know as text. */
function decodeBase64(body: string): string {
  return Buffer.from(body, 'base64').toString('utf8');
}

function malformed(what: string): DomainError {
  return new DomainError('EVENT_MALFORMED', `an event of an HTTP API, payload 2.0, ${what}`);
}
