/**
 * An error that no SelectionPattern matched, so that the default integration response made it a success
 * (docs/aws §7.7).
 */
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { selectResponse as select } from '../../core/mapping/select-response.ts';
import { adviseInstall } from '../explain/call-advice.ts';
import { listed } from '../explain/reason.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import type { IntegrationResponse, ResponseMapping } from '../../core/mapping/integration.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

export const defaultResponse: SurpriseKind = {
  code: 'ERROR_BY_DEFAULT_RESPONSE',
  mark: 'error as success',
  source: 'docs/aws §7.7',
  find(facts) {
    const { integration, recorded } = facts;
    const { outcome, status } = recorded;
    const problem =
      outcome?.kind === 'failed'
        ? `failed with “${onOneLine(outcome.errorMessage)}”`
        : outcome?.kind === 'answered' && outcome.status >= 400
          ? `responded with ${outcome.status}`
          : undefined;
    if (problem === undefined || status >= 400 || !isSelecting(integration)) return undefined;
    const selected = selectResponse(facts);
    if (selected === undefined || selected.pattern !== undefined) return undefined;
    const { response } = integration;
    const patterns = response.responses.flatMap(({ pattern }) => pattern ?? []);
    const near =
      outcome?.kind === 'failed' ? findNearPattern(response.responses, outcome.errorMessage) : undefined;
    return {
      values: {
        status,
        patterns,
        error: integration.kind === 'function' ? problem : String(statusOf(facts)),
      },
      because: [
        isOfLambda(facts)
          ? `Lambda itself refused the invocation with ${statusOf(facts)}. A SelectionPattern is compared with the error message of a function that ran and failed, so no pattern applies to this refusal, and the default integration response set the status ${status}.`
          : `The integration ${problem}, and ${patterns.length === 0 ? 'no integration response has a SelectionPattern' : `no SelectionPattern matches all of it (${patterns.join(', ')})`}, so the default integration response set the status ${status}.`,
        ...(near === undefined ? [] : [near.because]),
      ],
      changes: isOfLambda(facts) ? [] : near === undefined ? adviseResponse(facts, response) : [near.change],
    };
  },
};

/** Whether the function was not called, because Lambda refused the event, for example because the event is not JSON. */
function isOfLambda({ integration, recorded: { outcome } }: SurpriseFacts): boolean {
  return integration?.kind === 'function' && outcome?.kind === 'answered';
}

/** A pattern such as .* also matches the empty string, which stands for the success of a function. */
export const successAsError: SurpriseKind = {
  code: 'SUCCESS_BY_PATTERN',
  mark: 'success as error',
  isCause: true,
  source: 'docs/aws §7.7',
  find(facts) {
    const { integration, recorded } = facts;
    if (integration?.kind !== 'function' || recorded.outcome?.kind !== 'returned') return undefined;
    const { pattern, status } = selectResponse(facts) ?? {};
    if (pattern === undefined || status === undefined) return undefined;
    return {
      values: { status, pattern },
      because: [
        `The function succeeded, but the SelectionPattern ${pattern} of the integration response ${status} also matches an empty string. API Gateway treats the error message of a function that succeeds as an empty string.`,
      ],
      changes: [
        `Write the pattern as ${pattern === '.*' ? '(\\n|.)+' : `a string that every error message contains, or (\\n|.)+`}, which needs at least one character. Then deploy the API again.`,
      ],
    };
  },
};

function onOneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

function statusOf({ recorded: { outcome } }: SurpriseFacts): number {
  return outcome?.kind === 'answered' ? outcome.status : 200;
}

type NearPattern = { readonly because: string; readonly change: string };

/** Finds a pattern that is meant for this error: it fails only because of line breaks, or matches a part of it. */
function findNearPattern(
  responses: readonly IntegrationResponse[],
  message: string,
): NearPattern | undefined {
  for (const { pattern, status } of responses) {
    if (pattern === undefined) continue;
    const named = `SelectionPattern ${pattern} of the integration response ${status}`;
    const overLines = pattern.replaceAll(/(?<!\\)\.([*+])/g, '(\\n|.)$1');
    if (matches(overLines, message))
      return {
        because: `The ${named} does not match, because the error message has several lines, and . does not match a line break.`,
        change: `Write the pattern as ${overLines}, and deploy the API again.`,
      };
    const around = `(\\n|.)*${overLines.replace(/^\^/, '').replace(/\$$/, '')}(\\n|.)*`;
    if (matches(around, message)) {
      const shorter = message.includes('\n') ? around : around.replaceAll('(\\n|.)', '.');
      return {
        because: `The ${named} matches only a part of the error message, and a pattern must match all of it.`,
        change: `Write the pattern as ${shorter}, and deploy the API again.`,
      };
    }
  }
  return undefined;
}

function matches(pattern: string, text: string): boolean {
  try {
    return select([{ pattern }], text) !== undefined;
  } catch (error) {
    if (error instanceof TemplateError) return false;
    throw error;
  }
}

const MOST_QUOTED = 60;

/** The statuses for which osls writes patterns, the most frequent first. */
const MARKED_STATUSES = [404, 400, 500, 401, 403, 422, 502, 504];

/** Advises which integration response to add if no pattern is meant for the error. */
function adviseResponse(
  { recorded: { outcome }, integration }: SurpriseFacts,
  { methodStatuses, responses }: ResponseMapping,
): readonly string[] {
  const add = (pattern: string, status: string, orElse = ''): string =>
    `Add an integration response with SelectionPattern ${pattern} and StatusCode ${status}${orElse}${methodStatuses.has(Number(status)) ? '' : `, and a method response for ${status}`}, and deploy the API again.`;
  if (outcome?.kind !== 'failed') {
    const status = outcome?.kind === 'answered' ? outcome.status : 500;
    return [add(String(status), String(status))];
  }
  if (integration?.kind !== 'function') return [];
  if (outcome.errorType === 'Sandbox.Timedout')
    return [
      add('(\\n|.)*Task timed out(\\n|.)*', '504'),
      'Make the function finish sooner, or give it a larger Timeout (3 s if the template sets none) if its work needs more time.',
    ];
  // The code did not run, so it cannot throw another message.
  if (outcome.errorType.startsWith('Runtime.'))
    return [
      adviseInstall(outcome.errorType, outcome.errorMessage) ??
        'Correct the function first: it did not start, or did not give its result to the runtime.',
      // AWS documents no order of patterns, so a pattern for every message could take messages from the other patterns.
      ...(responses.some(({ pattern }) => pattern !== undefined) ? [] : [add('(\\n|.)+', '500')]),
    ];
  // osls adds patterns for messages with a status in brackets:
  // https://www.serverless.com/framework/docs/providers/aws/events/apigateway#status-codes
  const marks = MARKED_STATUSES.filter((status) =>
    responses.some(({ pattern }) => matches(pattern ?? '(?!)', `[${status}] ${outcome.errorMessage}`)),
  );
  const [marked] = marks;
  if (marked !== undefined)
    return [
      `The API has ${marks.length === 1 ? 'a pattern' : 'patterns'} for messages that contain ${listed(
        marks.map((status) => `[${status}]`),
        'or',
      )}. If ${marks.length === 1 ? 'this status says' : 'one of these statuses says'} what has happened, throw the error with it before the message, as in "[${marked}] ${onOneLine(outcome.errorMessage).slice(0, MOST_QUOTED)}". For another status, add an integration response and a method response of its own, and deploy the API again.`,
    ];
  // The beginning of a message often says what has happened, and the rest says for which value.
  const [words = ''] = /^[A-Za-z][A-Za-z ]{2,40}/.exec(outcome.errorMessage) ?? [];
  const any = outcome.errorMessage.includes('\n') ? '(\\n|.)*' : '.*';
  const pattern = words.trim() === '' ? '(\\n|.)+' : `${words.trim()}${any}`;
  return [
    `${add(pattern, '500', ' (or another status that says what has happened)')} The pattern must match the whole error message.`,
  ];
}
