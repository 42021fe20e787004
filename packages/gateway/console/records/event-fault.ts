/** Finds the integration's own response, and why the event that a request template printed is not JSON. */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { findJsonFault } from './json-fault.ts';
import { describeSent, requestTemplateOf } from './sent.ts';
import type { EventFault, IntegrationCircumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Redactor } from './redact.ts';

/** The kinds of integrations for which integration responses can change the status. */
const SELECTED: readonly string[] = ['function', 'http', 'service'];

export function ownOutcome(
  { outcome, received }: RecordedRequest,
  kind: string,
): IntegrationCircumstances['own'] {
  if (received.api.protocol === 'http') return statusOfHttpApi(outcome);
  if (!SELECTED.includes(kind)) return undefined;
  if (outcome?.kind === 'answered') return outcome.status;
  return outcome?.kind === 'returned' ? 'success' : undefined;
}

/** Returns the integration's own status, which parameter mapping of an HTTP API can overwrite. */
export function statusOfHttpApi(outcome: RecordedRequest['outcome']): number | undefined {
  if (outcome?.kind === 'answered') return outcome.status;
  if (outcome?.kind !== 'returned') return undefined;
  const status = Number(parseJsonObject(outcome.payload)?.['statusCode']);
  return Number.isInteger(status) ? status : undefined;
}

const NEAR = 12;

export function describeEventFault(
  received: RecordedRequest['received'],
  event: string,
  redactor: Redactor,
): EventFault {
  const place = findJsonFault(event);
  const { offset = 0 } = place ?? {};
  const template = requestTemplateOf(received);
  const near = event.slice(Math.max(0, offset - NEAR), offset + NEAR).replaceAll(/\s+/g, ' ');
  return {
    place,
    near: place === undefined ? '' : redactor.text(near),
    isOfTemplate: template !== undefined,
    ...(place !== undefined && describeQuoted(event, offset, template?.source ?? '')),
    isApostrophe: event.startsWith("\\'", offset) && place !== undefined,
  };
}

/**
 * Returns the line of a request template that printed invalid JSON, counted from 1. Returns undefined if directives or
 * values of several lines precede the fault, because the event and the template then have different line numbers.
 */
export function lineOfFault({ received, sent, outcome }: RecordedRequest): number | undefined {
  const source = requestTemplateOf(received)?.source ?? '';
  if (outcome?.kind !== 'answered' || outcome.status < 400 || !/^\s*[{[]/.test(source)) return undefined;
  const event = (sent ?? describeSent(received))?.body?.toString() ?? '';
  const line = findJsonFault(event)?.line;
  const [written, printed] = [source, event].map((text) => text.split('\n')[(line ?? 0) - 1]);
  const [fixed = ''] = (written ?? '').split('$', 1);
  return fixed.trim() !== '' && printed?.startsWith(fixed) === true ? line : undefined;
}

/** A reference between quotes in a template, which prints its value as it is. */
const QUOTED =
  /"\$!?\{?((?:input\.path\('[^']*'\)|util\.(?!escapeJavaScript)\w+\([^"]*\)|\w+(?:\.\w+|\[\d+\])*))\}?"/g;
const CONTROL: Readonly<Record<string, string>> = {
  '\n': 'a line break',
  '\r': 'a line break',
  '\t': 'a tab',
};

/**
 * A value between quotes needs escapes for control characters and quotation marks, which a reference does not write.
 */
function describeQuoted(
  event: string,
  offset: number,
  template: string,
): Pick<EventFault, 'unescaped' | 'quoted'> {
  const names = [...new Set([...template.matchAll(QUOTED)].map(([, name = '']) => name))];
  // A call, such as $util.urlDecode(…), prints what a client sent in another format.
  const calls = names.filter((name) => name.startsWith('util.'));
  const [quoted] = calls.length === 1 ? calls : names.length === 1 ? names : [];
  const sign = event[offset] ?? '';
  const isControl = sign !== '' && sign < ' ';
  const isAfterQuote = event[offset - 1] === '"' && /[^\s,:}\]]/.test(sign);
  if (names.length === 0 || (!isControl && !isAfterQuote)) return {};
  return {
    unescaped: isControl ? (CONTROL[sign] ?? 'a control character') : 'a quotation mark',
    ...(quoted !== undefined && { quoted: `$${quoted}` }),
  };
}
