/** Reads the errors that replies of services and backends contain. */
import { membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import { bareType } from '../../core/events/media-types.ts';
import { readServiceError as parseServiceError } from '../../kernel/calls/read-service-error.ts';
import { findDenials } from '../explain/missing-right.ts';
import type { Problem } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';

/** Whether the request became a call to an AWS service. */
export function isOfService({ received }: Pick<RecordedRequest, 'received'>): boolean {
  const kind = received.outgoing?.kind ?? received.route?.integration.kind;
  return kind === 'service' || kind === 'http-api-service';
}

/**
 * Reads the reply in which an AWS service denies a call. Integration responses may turn it into a success. A function
 * that catches the error may return its message, with a status of its own.
 */
export function readDenial({ received, outcome }: RecordedRequest, redactor: Redactor): string | undefined {
  if (outcome?.kind === 'returned') {
    const text = redactor.text(textsOfBody(outcome.payload).join('\n'));
    return findDenials([text]).length > 0 ? text : undefined;
  }
  if (!isOfService({ received }) || outcome?.kind !== 'answered' || outcome.status < 400) return undefined;
  const text = redactor.text(outcome.body.toString());
  return findDenials([text]).length > 0 ? text : undefined;
}

/**
 * Returns the texts in the body of a result: the members of a JSON object and of the objects in it, or else the whole
 * body.
 */
function textsOfBody(payload: string): readonly string[] {
  const body = parseJsonObject(payload)?.['body'];
  if (typeof body !== 'string') return [];
  const members = Object.values(parseJsonObject(body) ?? {});
  const texts = members.flatMap((value) => [value, ...Object.values(membersOf(value))]);
  return members.length === 0 ? [body] : texts.filter((text) => typeof text === 'string');
}

/** Reads the error in which an AWS service refuses a call, in the JSON or XML of its protocol. */
export function readServiceError(
  { received, outcome }: RecordedRequest,
  redactor: Redactor,
): Problem | undefined {
  if (!isOfService({ received }) || outcome?.kind !== 'answered' || outcome.status < 400) return undefined;
  const { code, message } = parseServiceError(outcome);
  if (message === undefined && code === undefined) return undefined;
  return {
    title: undefined,
    detail: message === undefined ? undefined : redactor.text(message),
    code: code === undefined ? undefined : redactor.text(code),
  };
}

/** Reads a reply that is a problem (RFC 9457). Its texts were written for the caller. */
export function readProblem(
  { status, replyHeaders, replyBody }: RecordedRequest,
  redactor: Redactor,
): Problem | undefined {
  const type = bareType(new HeaderList(replyHeaders).last('content-type') ?? '');
  if (status < 400 || type !== 'application/problem+json') return undefined;
  const { title, detail, code } = parseJsonObject(replyBody.toString()) ?? {};
  const readText = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? redactor.text(value) : undefined;
  return { title: readText(title), detail: readText(detail), code: readText(code) };
}
