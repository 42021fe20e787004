/** What an integration responded itself, and why the event that a request template printed is not JSON. */
import { findJsonFault } from './json-fault.ts';
import { requestTemplateOf } from './sent.ts';
import type { EventFault, IntegrationCircumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';

/** The kinds of integrations whose responses integration responses turn into other statuses. */
const SELECTED: readonly string[] = ['function', 'http', 'service'];

export function ownOutcome({ outcome }: RecordedRequest, kind: string): IntegrationCircumstances['own'] {
  if (!SELECTED.includes(kind)) return undefined;
  if (outcome?.kind === 'answered') return outcome.status;
  return outcome?.kind === 'returned' ? 'success' : undefined;
}

const NEAR = 12;

export function describeEventFault(
  received: RecordedRequest['received'],
  event: string,
  redactor: Redactor,
): EventFault {
  const place = findJsonFault(event);
  const { offset = 0 } = place ?? {};
  const near = event.slice(Math.max(0, offset - NEAR), offset + NEAR).replaceAll(/\s+/g, ' ');
  return {
    place,
    near: place === undefined ? '' : redactor.text(near),
    isOfTemplate: requestTemplateOf(received) !== undefined,
    isApostrophe: event.startsWith("\\'", offset) && place !== undefined,
  };
}
