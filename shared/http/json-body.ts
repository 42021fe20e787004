import { DomainError, RequestInvalid } from '../errors.ts';
import { hasDuplicateMember } from './json-members.ts';

/** Parses a request body as JSON. Returns undefined if there is no body. */
export function readJsonBody(body: string | undefined, maxBytes: number): unknown {
  if (body === undefined || body === '') return undefined;
  const bytes = new TextEncoder().encode(body).length;
  if (bytes > maxBytes)
    throw new DomainError('REQUEST_TOO_LARGE', `the body has ${bytes} bytes; the maximum is ${maxBytes}`);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RequestInvalid('body', 'must be JSON');
  }
  // Two members with the same name are refused. Parsers differ in which one they use, so the change that was approved
  // could differ from the change that is made.
  if (hasDuplicateMember(body))
    throw new RequestInvalid('body', 'must not have a member twice in one object');
  return value;
}
