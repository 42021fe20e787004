/**
 * Parts of a function’s result that reached the client in a form that the function did not intend
 * (docs/aws §2.4, §3.5, §3.6).
 */
import { lowerFirst } from '@gatewright/aws/violations';
import { addAccepted, base64AsText } from './body-kinds.ts';
import { bareType } from '../../core/events/media-types.ts';
import { asJsonObject, isJson, parseJson } from '@gatewright/aws/json-object';
import { UNMAPPED_RESULTS } from './unmapped-results.ts';
import { VALUE_PRINTED } from './printed-value.ts';
import { readLambdaPayload } from './selected-response.ts';
import { findLine } from '../records/handler-lines.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** The members that payload format 2.0 reads in a result with statusCode. Other members have no effect. */
const MEMBERS_OF_2 = new Set(['statusCode', 'headers', 'body', 'isBase64Encoded', 'cookies']);

const membersIgnored: SurpriseKind = {
  code: 'MEMBERS_IGNORED',
  mark: 'members ignored',
  source: 'docs/aws §3.6',
  find(facts) {
    const { result } = facts;
    const payload = readLambdaPayload(facts);
    if (payload !== 'http-2.0' && payload !== 'function-url') return undefined;
    if (result === undefined || !Object.hasOwn(result, 'statusCode')) return undefined;
    const members = Object.keys(result).filter((name) => !MEMBERS_OF_2.has(name));
    if (members.length === 0) return undefined;
    return {
      values: { members },
      because: [
        `The function returned ${members.join(', ')}${at(facts.handler, members)}, which payload format 2.0 does not have, so the gateway ignored ${members.length === 1 ? 'it' : 'them'}.`,
      ],
      changes: [
        members.includes('multiValueHeaders')
          ? 'Return each header as one string in headers, its values joined by commas, and the values of Set-Cookie in the list named cookies.'
          : `Return only ${[...MEMBERS_OF_2].join(', ')}.`,
      ],
    };
  },
};

/** Returns the line that returns the first of the members. */
function at(handler: SurpriseFacts['handler'], [name = '']: readonly string[]): string {
  const line = findLine(handler, new RegExp(`['"]?\\b${name.replaceAll(/\W/g, '\\$&')}\\b['"]?\\s*[:=,]`));
  return line === undefined ? '' : ` (${line})`;
}

const typeByDefault: SurpriseKind = {
  code: 'CONTENT_TYPE_BY_DEFAULT',
  isMinor: true,
  mark: undefined,
  source: 'docs/aws §3.5',
  find(facts) {
    const { result, reply, returnedNames, recorded } = facts;
    const body = result?.['body'];
    if (typeof body !== 'string' || body === '' || recorded.replyBody.length === 0) return undefined;
    // Such a reply has no body that a client could read.
    if (recorded.status === 204 || recorded.status === 304) return undefined;
    if (recorded.received.method === 'OPTIONS') return undefined;
    if (facts.result?.['statusCode'] === undefined && facts.integration?.kind !== 'lambda-proxy')
      return undefined;
    if (returnedNames.some((name) => name.toLowerCase() === 'content-type')) return undefined;
    const given = reply.last('content-type');
    if (given === undefined || isCoded(facts)) return undefined;
    const contentType = bareType(given);
    const isCut = recorded.sizes.reply > recorded.replyBody.length;
    const what = describeContent(recorded.replyBody, contentType, isCut);
    if (what === undefined) return undefined;
    return {
      values: { contentType },
      because: [
        `The function returned no Content-Type, so the gateway sent its default, ${given}. The body is ${what}, so a client may misread it.`,
      ],
      changes: [
        what === 'not JSON'
          ? 'If the body is meant as text, return Content-Type: text/plain in headers.'
          : `Return ${nameContentType(what, body)} in headers.`,
      ],
    };
  },
};

/** Whether the bytes of the reply are not those of the document: they are compressed, or written as base64. */
function isCoded(facts: SurpriseFacts): boolean {
  const coding = facts.reply.last('content-encoding');
  return (coding !== undefined && coding !== 'identity') || base64AsText.find(facts) !== undefined;
}

/** How documents begin, their types, and how a sentence names them. */
const DOCUMENTS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^\s*<(?:!doctype\s+html|html|head|body|main|section|div|p|h[1-6]|ul|ol|table|form)\b/i,
    'text/html; charset=utf-8',
    'HTML',
  ],
  [/^\s*<svg\b/i, 'image/svg+xml', 'an SVG image'],
  [/^\s*<\?xml\b/i, 'application/xml', 'XML'],
];

function nameContentType(what: string, body: string): string {
  const type = what === 'JSON' ? 'application/json' : DOCUMENTS.find(([begins]) => begins.test(body))?.[1];
  return type === undefined
    ? `the Content-Type of the body${what === 'HTML or XML' ? ', such as text/html or application/xml,' : ''}`
    : `Content-Type: ${type}`;
}

/** Returns what kind of body does not fit the default type; undefined if it may fit. JSON can be read from any text. */
function describeContent(body: string | Buffer, type: string, isCut: boolean): string | undefined {
  const text = body.toString();
  if (/^\s*<[a-z!?]/i.test(text))
    return DOCUMENTS.find(([begins]) => begins.test(text))?.[2] ?? 'HTML or XML';
  if (text.includes('�')) return 'not text';
  if (type === 'text/plain' && /^\s*[{[]/.test(text) && !isCut && isJson(text)) return 'JSON';
  return type === 'application/json' && !isCut && !isJson(text) ? 'not JSON' : undefined;
}

const bodyDropped: SurpriseKind = {
  code: 'BODY_DROPPED',
  mark: 'body dropped',
  source: 'docs/aws §3.5',
  find(facts) {
    const { recorded } = facts;
    const { status } = recorded;
    if (facts.integration === undefined || (status !== 204 && status !== 304)) return undefined;
    if (recorded.replyBody.length === 0) return undefined;
    return {
      values: { status },
      because: [
        `The integration returned a body, but a reply with the status ${status} has none (RFC 9110), so the client did not get it.`,
      ],
      changes: [`Return another status with the body, such as 200, or return no body with ${status}.`],
    };
  },
};

/** Types that are never text, so that a body of base64 characters is meant as bytes. */
const BYTES = /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:pdf|zip|gzip|octet-stream|wasm)$)/;
const BASE64 = /^[A-Za-z0-9+/]{8,}={0,2}$/;

const flagMissing: SurpriseKind = {
  code: 'BASE64_FLAG_MISSING',
  mark: 'base64 as text',
  source: 'docs/aws §2.4',
  find(facts) {
    const { result, reply } = facts;
    const body = result?.['body'];
    if (typeof body !== 'string' || result?.['isBase64Encoded'] === true) return undefined;
    const contentType = bareType(reply.last('content-type') ?? '');
    const coding = reply.last('content-encoding');
    const isBytes = BYTES.test(contentType) || (coding !== undefined && coding !== 'identity');
    if (!isBytes || !BASE64.test(body)) return undefined;
    return {
      values: { contentType },
      because: [
        `The function returned base64 ${coding === undefined ? `with Content-Type ${contentType}` : `with Content-Encoding ${coding}`}, but isBase64Encoded is not true, so the client got the base64 text.`,
      ],
      changes: [
        facts.recorded.received.api.protocol === 'rest' && !facts.getsBytes
          ? `Return isBase64Encoded: true from the function, and ${lowerFirst(addAccepted(facts))}`
          : 'Return isBase64Encoded: true from the function.',
      ],
    };
  },
};

const CODINGS = new Set(['gzip', 'deflate', 'br']);

const encodedTwice: SurpriseKind = {
  code: 'BODY_ENCODED_TWICE',
  mark: 'JSON in JSON',
  source: 'docs/aws §3.5',
  find({ result }) {
    const body = result?.['body'];
    const inner = typeof body === 'string' && /^\s*"/.test(body) ? parseJson(body) : undefined;
    if (typeof inner !== 'string' || !/^\s*[{[]/.test(inner) || !isJson(inner)) return undefined;
    return {
      values: {},
      because: [
        'The body is JSON text within JSON text: the function encoded its value twice, so a client that decodes the body gets a string instead of an object or list.',
      ],
      changes: [
        'Encode the value once: return the result of the first JSON.stringify (in Python json.dumps) as the body.',
      ],
    };
  },
};

const codingFalse: SurpriseKind = {
  code: 'BODY_NOT_COMPRESSED',
  mark: 'not compressed',
  source: 'docs/aws §3.5',
  find(facts) {
    const { result, reply, returnedNames } = facts;
    const body = result?.['body'];
    const coding = reply.last('content-encoding')?.toLowerCase() ?? '';
    if (typeof body !== 'string' || body === '' || result?.['isBase64Encoded'] === true) return undefined;
    if (!returnedNames.some((name) => name.toLowerCase() === 'content-encoding')) return undefined;
    // Compressed data cannot be text in JSON. Base64 without isBase64Encoded is another kind of surprise.
    if (!CODINGS.has(coding) || BASE64.test(body)) return undefined;
    return {
      values: { contentEncoding: coding },
      because: [
        `The function returned Content-Encoding: ${coding} with a body that is not compressed. The gateway passed both on, and a client that decodes ${coding} fails.`,
      ],
      changes: [
        `Remove Content-Encoding from the headers of the function, or return the compressed body as base64 with isBase64Encoded: true${facts.recorded.received.api.protocol !== 'rest' || facts.getsBytes ? '' : ' and add */* to the binary media types of the API, and deploy the API again; all request bodies then also reach the function as base64, and integrations with a request template, such as MOCK, need ContentHandling: CONVERT_TO_TEXT'}.`,
      ],
    };
  },
};

const resultEmpty: SurpriseKind = {
  code: 'RESULT_EMPTY',
  mark: 'empty result',
  source: 'docs/aws §3.5',
  find(facts) {
    const { result } = facts;
    if (readLambdaPayload(facts) !== 'rest-1.0' || result === undefined || Object.keys(result).length > 0)
      return undefined;
    return {
      values: { status: facts.recorded.status },
      because: [
        'The function returned an object without members ({} as JSON), so the gateway responded with its default status and no body.',
      ],
      changes: [
        'Return { statusCode, headers, body }. In JSON, a fetch Response, a Map and a promise all become {}: await the promise, and copy what you need into this object (for a Response: status and await response.text()).',
      ],
    };
  },
};

/** JSON leaves out members whose value is undefined, so a result can have fewer members than its code. */
const statusByDefault: SurpriseKind = {
  code: 'STATUS_BY_DEFAULT',
  mark: 'no statusCode',
  source: 'docs/aws §3.5',
  find(facts) {
    const { result, recorded } = facts;
    if (readLambdaPayload(facts) !== 'rest-1.0' || result === undefined) return undefined;
    const members = Object.keys(result);
    if (members.length === 0 || (result['statusCode'] ?? null) !== null) return undefined;
    const lacks = ['statusCode', ...((result['body'] ?? null) === null ? ['body'] : [])];
    return {
      values: { status: recorded.status },
      because: [
        `The result of the function has no ${lacks.join(' and no ')}, only ${members.filter((name) => !lacks.includes(name)).join(', ') || 'null'}, so the gateway responded with its default, ${recorded.status}${lacks.length > 1 ? ', and without a body' : ''}.`,
      ],
      changes: [
        `Return ${lacks.join(' and ')} from the function. If its code has ${lacks.length === 1 ? 'this member, its value was' : 'these members, their values were'} undefined, which JSON leaves out: look where the code reads ${lacks.length === 1 ? 'it' : 'them'} from.`,
      ],
    };
  },
};

const emptyJson: SurpriseKind = {
  code: 'BODY_EMPTY_AS_JSON',
  mark: 'empty JSON',
  source: 'docs/aws §3.5',
  find({ result, reply, returnedNames, recorded }) {
    const { status, replyBody, received } = recorded;
    if (result === undefined || (result['statusCode'] ?? null) === null || replyBody.length > 0)
      return undefined;
    if (status < 200 || status > 299 || status === 204 || status === 205) return undefined;
    if (received.method === 'HEAD' || received.method === 'OPTIONS') return undefined;
    if (bareType(reply.last('content-type') ?? '') !== 'application/json') return undefined;
    const isDefault = !returnedNames.some((name) => name.toLowerCase() === 'content-type');
    return {
      values: { status },
      because: [
        `The reply has no body, but Content-Type application/json${isDefault ? ', the default of the gateway, because the function returned no Content-Type' : ''}. An empty string is not JSON, so a client that reads the reply as JSON (response.json()) fails although the request succeeded.`,
      ],
      changes: [
        'Return a body such as "{}", a string, from the function, which every client can read as JSON. Or return statusCode 204, or another Content-Type in headers, such as text/plain, if every client checks these before it reads the body.',
      ],
    };
  },
};

const headWithoutBody: SurpriseKind = {
  code: 'HEAD_WITHOUT_BODY',
  mark: undefined,
  source: 'docs/aws §3.5',
  find({ integration, recorded }) {
    const { received, status, replyBody } = recorded;
    if (integration === undefined || received.method !== 'HEAD' || replyBody.length === 0) return undefined;
    return {
      values: { status },
      because: [
        'The integration returned a body, but a reply to HEAD has none (RFC 9110), so the client got only the headers and the length of the body.',
      ],
      changes: [],
    };
  },
};

const headerInBoth: SurpriseKind = {
  code: 'HEADER_IN_BOTH_MAPS',
  mark: 'header in both maps',
  source: 'docs/aws §3.5',
  find(facts) {
    const { result } = facts;
    const payload = readLambdaPayload(facts);
    if (payload !== 'rest-1.0' && payload !== 'http-1.0') return undefined;
    const [one, other] = [result?.['headers'], result?.['multiValueHeaders']].map(
      (map) => new Map(Object.keys(asJsonObject(map) ?? {}).map((name) => [name.toLowerCase(), name])),
    );
    const headers = [...(one ?? [])].flatMap(([lower, name]) => (other?.has(lower) === true ? name : []));
    if (headers.length === 0) return undefined;
    return {
      values: { headers },
      because: [
        `The function returned ${headers.join(', ')} in headers and in multiValueHeaders, so the client got the values of both.`,
      ],
      changes: [`Return ${headers.join(', ')} in only one of headers and multiValueHeaders.`],
    };
  },
};

export const RESULT_KINDS: readonly SurpriseKind[] = [
  membersIgnored,
  typeByDefault,
  bodyDropped,
  headWithoutBody,
  headerInBoth,
  flagMissing,
  codingFalse,
  encodedTwice,
  VALUE_PRINTED,
  resultEmpty,
  statusByDefault,
  emptyJson,
  ...UNMAPPED_RESULTS,
];
