/** Finds entries of a call to an AWS service that failed, although the call itself succeeded (docs/aws §8). */
import {
  asOneOrMore,
  isJsonObject,
  membersOf,
  parseJson,
  parseJsonObject,
} from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { describeSent } from '../records/sent.ts';
import type { RecordedRequest } from '../records/recorded-request.ts';
import type { SurpriseKind } from './surprise.ts';

/** The members that count failed entries in replies of AWS services whose status is nevertheless a success. */
const FAILED_COUNTS = ['FailedEntryCount', 'FailedRecordCount', 'FailedPutCount'];

export const entriesFailed: SurpriseKind = {
  code: 'ENTRIES_FAILED',
  editsApi: true,
  mark: 'entries failed',
  source: 'docs/aws §8',
  find({ integration, recorded }) {
    const { outcome } = recorded;
    if (integration?.kind !== 'service' && integration?.kind !== 'http-api-service') return undefined;
    if (outcome?.kind !== 'answered' || outcome.status >= 400) return undefined;
    const reply = parseJsonObject(outcome.body.toString()) ?? {};
    const lost = Array.isArray(reply['Failed']) ? reply['Failed'].length : 0;
    const failed =
      FAILED_COUNTS.map((name) => reply[name]).find((count) => typeof count === 'number') ?? lost;
    if (typeof failed !== 'number' || failed === 0) return undefined;
    const first = firstFailure(reply);
    const detail = first?.startsWith('MalformedDetail') === true ? findDetailFault(recorded) : undefined;
    return {
      values: { failed },
      because: [
        `The service responded with ${outcome.status}, but ${failed} ${failed === 1 ? 'entry' : 'entries'} of the call failed${first === undefined ? ': its reply says which, and why' : `, the first with ${first.replace(/\.$/, '')}`}.`,
        ...(detail === undefined
          ? []
          : [`${detail.because} EventBridge accepts only a Detail that contains a JSON object.`]),
      ],
      changes: [detail?.change ?? adviseEntries(first ?? '')],
    };
  },
};

/**
 * The body as text within a JSON string. JSON does not know \\', which escapeJavaScript writes for an apostrophe.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
const BODY_AS_TEXT = String.raw`$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")`;

const OTHER_DETAIL = 'Its Detail is a JSON value that is not an object.';

/** Says what the first refused Detail is, as the integration has sent it; undefined if that is not recorded. */
function findDetailFault({
  sent,
  received,
}: RecordedRequest): { readonly because: string; readonly change?: string } | undefined {
  const { body } = sent ?? describeSent(received) ?? {};
  const { Entries: entries } = parseJsonObject(body?.toString() ?? '') ?? {};
  for (const entry of asOneOrMore(entries)) {
    const { Detail: detail } = membersOf(entry);
    const value = typeof detail === 'string' ? parseJson(detail) : detail;
    if (isJsonObject(value)) continue;
    if (typeof detail === 'string' && value === undefined) return { because: 'Its Detail is not JSON.' };
    if (!Array.isArray(value)) return { because: OTHER_DETAIL };
    const isBody = Array.isArray(parseJson(received.body?.toString() ?? ''));
    const because = `Its Detail is a JSON list${isBody ? ', as the body of the request is' : ''}.`;
    if (!isBody) return { because };
    return received.route?.integration.kind === 'service'
      ? {
          because,
          change: `Put the list into an object in the request template: \`"Detail": "{\\"items\\": ${BODY_AS_TEXT}}"\`. Or write one entry for each element of the list, with #foreach. A client must read the reply, because its status is a success.`,
        }
      : { because, change: 'Send a JSON object instead of the list in the body of the request.' };
  }
  return undefined;
}

function adviseEntries(first: string): string {
  // See https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
  if (first.startsWith('MalformedDetail'))
    return `Make Detail of each entry a string that contains a JSON object. In a request template: "Detail": "${BODY_AS_TEXT}" for the whole body; for a member that is an object, replace '$' in this text by '$.member'. A client must read the reply, because its status is a success.`;
  // The text is described in docs/aws §22.5.
  if (first.startsWith('NotAuthorizedForSourceException'))
    return 'Give the entries a Source that does not begin with aws., and name that source in the patterns of the rules: only AWS services may send events with such a Source. A client must read the reply, because its status is a success.';
  return 'Correct the failed entries; a client must read the reply, because its status is a success.';
}

/** Returns the code and the message of the first entry that failed; undefined if none failed. */
function firstFailure(reply: UnknownMembers): string | undefined {
  const lists = ['Failed', 'Entries', 'Records', 'RequestResponses'].map((name) => reply[name]);
  for (const entry of lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []))) {
    const { ErrorCode, ErrorMessage, Code, Message } = membersOf(entry);
    const texts = [ErrorCode ?? Code, ErrorMessage ?? Message].filter((text) => typeof text === 'string');
    if (texts.length > 0) return texts.join(': ');
  }
  return undefined;
}
