/** Bodies that the gateway encoded, decoded or damaged on their way (docs/aws §2.4, §2.7). */
import { lowerFirst } from '@gatewright/aws/violations';
import { parseJson } from '@gatewright/aws/json-object';
import { bareType, isBinaryType, readHttpBody, readRestBody } from '../../core/events/media-types.ts';
import { sentence, toDeploy } from '../explain/reason.ts';
import { findLine, isPythonCode } from '../records/handler-lines.ts';
import { READS_BODY } from '../records/misread-event.ts';
import { selectResponse } from './selected-response.ts';
import { printSetting } from './template-text.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind, Told } from './surprise.ts';

const USUAL_TYPE = 'application/json';

export const base64AsText: SurpriseKind = {
  code: 'BASE64_AS_TEXT',
  editsApi: true,
  mark: 'base64 as text',
  source: 'docs/aws §2.4',
  find(facts) {
    const { integration, result } = facts;
    if (integration?.kind !== 'lambda-proxy' || integration.payload !== 'rest-1.0') return undefined;
    const body = result?.['body'];
    if (result?.['isBase64Encoded'] !== true || typeof body !== 'string' || body === '') return undefined;
    if (facts.getsBytes) return undefined;
    const contentType = typeOfReply(facts);
    const coding = facts.reply.last('content-encoding');
    return {
      values: { ...negotiated(facts), contentType },
      because: [
        `The function returned base64 (isBase64Encoded is true), and the API has no binary media type that matches ${describeAccept(facts)}, so the client got the base64 text. ${describeTypes(facts)}`,
        ...(coding === undefined
          ? []
          : [`The reply still has Content-Encoding: ${coding}, and a client cannot decompress base64 text.`]),
      ],
      changes: returnBytes(facts, contentType),
    };
  },
};

const bytesAsBase64: SurpriseKind = {
  code: 'BYTES_AS_BASE64',
  mark: 'sent as base64',
  source: 'docs/aws §2.4',
  find(facts) {
    const backend = backendBody(facts);
    if (backend === undefined || !backend.isBinary || backend.target !== 'CONVERT_TO_TEXT') return undefined;
    return {
      values: { ...negotiated(facts), contentType: backend.contentType },
      because: [
        backend.isChosen
          ? `The integration responded with bytes (${backend.contentType}), and ContentHandling of the integration response is CONVERT_TO_TEXT, so the client got them as base64 text.`
          : `The gateway treated the integration's response as binary, because its Content-Type, ${backend.contentType}, is one of the API's binary media types. No binary media type matches ${describeAccept(facts)}, so the body was sent to the client as base64 text. ${describeTypes(facts)}`,
      ],
      changes: backend.isChosen
        ? [
            `Remove ContentHandling from the integration response, or set it to CONVERT_TO_BINARY.${toDeploy('rest')}`,
          ]
        : [
            `Have the client send ${backend.contentType} as the first type of Accept.`,
            orElse(addAccepted(facts)),
          ],
    };
  },
};

const replyDamaged: SurpriseKind = {
  code: 'REPLY_BYTES_LOST',
  mark: 'bytes lost',
  source: 'docs/aws §2.4',
  find(facts) {
    const backend = backendBody(facts);
    if (backend === undefined || backend.isBinary || backend.target !== 'CONVERT_TO_TEXT') return undefined;
    if (isText(backend.body, backend.isCut)) return undefined;
    const { contentType } = backend;
    return {
      values: { ...negotiated(facts), contentType },
      because: [
        `The integration responded with bytes that are not UTF-8 text. Its Content-Type, ${contentType}, is not a binary media type of the API, so the gateway decoded them as text: the client got U+FFFD instead of each invalid byte sequence. ${describeTypes(facts)}`,
      ],
      changes: [
        `Add ${contentType} to the binary media types of the API${facts.firstAccepted === contentType ? '' : ', and have the client send it as the first type of Accept'}.${toDeploy('rest')}\n${printTypes(facts, contentType)}`,
      ],
    };
  },
};

const requestDamaged: SurpriseKind = {
  code: 'REQUEST_BYTES_LOST',
  mark: 'bytes lost',
  source: 'docs/aws §2.4',
  find(facts) {
    const { received } = facts.recorded;
    const { body } = received;
    if (facts.integration === undefined || body === undefined || received.api.protocol !== 'rest')
      return undefined;
    const contentType = typeOfRequest(facts);
    if (isBinaryType(contentType, facts.binaryMediaTypes) || isText(body, facts.isRequestCut))
      return undefined;
    return {
      values: { contentType, binaryMediaTypes: facts.binaryMediaTypes },
      because: [
        `The body of the request is not UTF-8 text. Its Content-Type, ${contentType}, is not a binary media type of the API, so the gateway decoded it as text: the integration got U+FFFD instead of each invalid byte sequence. ${describeTypes(facts)}`,
      ],
      changes: [
        `Add ${bareType(contentType)} to the binary media types of the API.${facts.integration.kind === 'lambda-proxy' ? ' The function then gets the body as base64, with isBase64Encoded true.' : ''}${toDeploy('rest')}\n${printTypes(facts, bareType(contentType))}`,
      ],
    };
  },
};

const requestAsBase64: SurpriseKind = {
  code: 'REQUEST_AS_BASE64',
  isMinor: true,
  mark: 'base64 in event',
  source: 'docs/aws §2.4',
  find(facts) {
    const { received, outcome } = facts.recorded;
    // A function that cannot read such a body fails, or refuses it.
    const integration = outcome === undefined ? undefined : received.route?.integration;
    if (facts.isToolkit || outcome?.kind === 'timed-out' || decodes(facts.handler)) return undefined;
    if (integration?.kind !== 'lambda-proxy' && integration?.kind !== 'lambda-stream') return undefined;
    if (received.body === undefined || !isText(received.body, facts.isRequestCut)) return undefined;
    const isRest = integration.payload === 'rest-1.0';
    const { isBase64Encoded } = isRest
      ? readRestBody(received, facts.binaryMediaTypes)
      : readHttpBody(received);
    if (!isBase64Encoded) return undefined;
    const given = received.headers.last('content-type');
    // A binary media type such as */* of a REST API also covers application/json.
    const isJson = !isRest && parseJson(received.body.toString()) !== undefined;
    const type = given === undefined ? 'The request has no Content-Type' : `Its Content-Type is ${given}`;
    return {
      values: { contentType: given ?? '', binaryMediaTypes: facts.binaryMediaTypes },
      because: [
        isRest
          ? `The body of the request is text, but the function got it as base64, with isBase64Encoded true. ${type}, which counts as a binary media type of the API. ${describeTypes(facts)}`
          : `The body of the request is text, but the function got it as base64, with isBase64Encoded true. ${type}; ${received.api.functionUrl === undefined ? 'an HTTP API' : 'a function URL'} passes only text/*, application/json, application/xml and application/javascript in UTF-8 as text.`,
      ],
      changes: [
        ...(isJson
          ? ['Send the request with the header Content-Type: application/json, because its body is JSON.']
          : []),
        `${isJson ? 'Or decode' : 'Decode'} the body in the function${isForm(given) && !isJson ? ', and then read it as a form (URLSearchParams in JavaScript, urllib.parse.parse_qs in Python)' : ''}${atRead(facts.handler)}: ${isPython(facts.handler) ? DECODE_IN_PYTHON : `Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString() in JavaScript, ${DECODE_IN_PYTHON} in Python`}.`,
      ],
    };
  },
};

function isForm(contentType: string | undefined): boolean {
  return bareType(contentType ?? '') === 'application/x-www-form-urlencoded';
}

const DECODE_IN_PYTHON =
  "base64.b64decode(event.get('body') or '').decode() if event['isBase64Encoded'] else event.get('body') (with import base64)";

/** Returns the line that reads the body, such as ` at src/index.js:4`. */
function atRead(handler: SurpriseFacts['handler']): string {
  const line = findLine(handler, READS_BODY);
  return line === undefined ? '' : ` at ${line}`;
}

function isPython(handler: SurpriseFacts['handler']): boolean {
  return handler !== undefined && isPythonCode(handler);
}

/** Whether a function decodes its body, or does not read it. */
function decodes(handler: SurpriseFacts['handler']): boolean {
  if (handler === undefined) return false;
  return /base64/i.test(handler.text) || !READS_BODY.test(handler.text);
}

const decompressed: SurpriseKind = {
  code: 'CONTENT_ENCODING_REMOVED',
  editsApi: true,
  mark: 'decompressed',
  source: 'docs/aws §2.7',
  find(facts) {
    if (facts.integration?.kind !== 'http-proxy') return undefined;
    const coding = facts.backendHeaders.last('content-encoding');
    if (coding === undefined || coding === 'identity') return undefined;
    if (facts.reply.last('content-encoding') !== undefined) return undefined;
    return {
      values: { contentEncoding: coding },
      because: [
        `The backend compressed its response (Content-Encoding: ${coding}). An HTTP_PROXY integration of a REST API decompresses it and drops the header, so the client got it uncompressed.`,
      ],
      changes: [
        'Set MinimumCompressionSize of the API, for example to 0, so that the gateway compresses replies for clients that accept it.',
      ],
    };
  },
};

export const BODY_KINDS: readonly SurpriseKind[] = [
  base64AsText,
  bytesAsBase64,
  replyDamaged,
  requestDamaged,
  requestAsBase64,
  decompressed,
];

type BackendBody = {
  readonly body: Buffer;
  readonly isCut: boolean;
  readonly contentType: string;
  readonly isBinary: boolean;
  readonly target: 'CONVERT_TO_TEXT' | 'CONVERT_TO_BINARY';
  /** Whether ContentHandling of the integration response determines the target. */
  readonly isChosen: boolean;
};

/** Reads the body of a backend that is passed on without a template; undefined if there is none. */
function backendBody(facts: SurpriseFacts): BackendBody | undefined {
  const { integration, recorded, getsBytes } = facts;
  const { outcome } = recorded;
  if (outcome?.kind !== 'answered' || outcome.body.length === 0) return undefined;
  const isProxy = integration?.kind === 'http-proxy';
  const selected = isProxy ? undefined : selectResponse(facts);
  if (!isProxy && (selected === undefined || selected.templates.size > 0)) return undefined;
  const contentType = bareType(facts.backendHeaders.last('content-type') ?? '');
  return {
    body: outcome.body,
    isCut: recorded.sizes.reply > outcome.body.length,
    contentType,
    isBinary: isBinaryType(contentType, facts.binaryMediaTypes),
    target: selected?.contentHandling ?? (getsBytes ? 'CONVERT_TO_BINARY' : 'CONVERT_TO_TEXT'),
    isChosen: selected?.contentHandling !== undefined,
  };
}

/** Whether bytes are UTF-8 text. A truncated text may end within a character. */
function isText(bytes: Buffer, isCut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return true;
  } catch {
    return false;
  }
}

function typeOfReply({ reply }: SurpriseFacts): string {
  return bareType(reply.last('content-type') ?? '');
}

function typeOfRequest({ recorded }: SurpriseFacts): string {
  return recorded.received.headers.last('content-type') ?? USUAL_TYPE;
}

function negotiated({ accept, binaryMediaTypes }: SurpriseFacts): Told['values'] {
  return { accept: accept ?? '', binaryMediaTypes };
}

function describeAccept({ firstAccepted, accept }: SurpriseFacts): string {
  if (firstAccepted === undefined || firstAccepted === '') return 'a request without Accept';
  return accept?.includes(',') === true
    ? `${firstAccepted}, the first type of the request’s Accept`
    : `${firstAccepted}, the request’s Accept`;
}

function describeTypes({ binaryMediaTypes }: SurpriseFacts): string {
  return binaryMediaTypes.length === 0
    ? 'The API has no binary media types.'
    : `The API’s binary media types are ${binaryMediaTypes.join(', ')}.`;
}

/** Formats the binary media types of the API, with one type added. */
function printTypes({ binaryMediaTypes, definition }: SurpriseFacts, type: string): string {
  return printSetting('binaryMediaTypes', [...binaryMediaTypes, type], definition);
}

/** Only the first type of Accept counts, so adding the type of the reply would not help. */
export function addAccepted(facts: SurpriseFacts): string {
  const { firstAccepted, accept } = facts;
  // The first type that a browser accepts depends on the browser and on the element that asks.
  const isOfBrowser =
    accept?.includes(',') === true && accept.includes('*/*') && firstAccepted !== typeOfReply(facts);
  const isConcrete = firstAccepted !== undefined && /^[^*/]+\//.test(firstAccepted) && !isOfBrowser;
  const type = isConcrete ? firstAccepted : '*/*';
  const text = printTypes(facts, type);
  return `Add ${type} to the binary media types of the API.${describeEffect(facts, type)}${toDeploy('rest')}\n${text}`;
}

/**
 * Says what another binary media type does to requests. A request without Content-Type counts as JSON, which a template
 * cannot read once JSON is binary.
 */
function describeEffect({ integration, recorded }: SurpriseFacts, type: string): string {
  const isUsual = isBinaryType(USUAL_TYPE, [type]);
  const plans = recorded.received.stage?.deployment.routes.plans ?? [];
  const templates =
    'integrations with a request template, such as MOCK, need ContentHandling: CONVERT_TO_TEXT';
  if (integration?.kind === 'lambda-proxy')
    return ` ${type === '*/*' ? 'All request bodies' : `Requests with such a Content-Type${isUsual ? ', or without one,' : ''}`} then also reach the function as base64${isUsual ? `, and ${templates}` : ''}.`;
  const ofFunctions = plans.some((plan) => plan.integration.kind === 'lambda-proxy')
    ? ' Its functions with a proxy integration then get request bodies of this type as base64.'
    : '';
  return `${ofFunctions}${isUsual ? ` ${sentence(templates)}` : ''}`;
}

/** The remedy that changes least comes first: another binary media type changes requests too. */
function returnBytes(facts: SurpriseFacts, contentType: string): readonly string[] {
  // A compressed body cannot be returned as text.
  const text = facts.reply.last('content-encoding') === undefined ? returnText(contentType) : [];
  const isForOther = facts.firstAccepted !== undefined && /^[^*/]+\//.test(facts.firstAccepted);
  if (text.length > 0 || !isForOther || contentType === '' || facts.firstAccepted === contentType)
    return [...text, text.length === 0 ? addAccepted(facts) : orElse(addAccepted(facts))];
  const isListed = isBinaryType(contentType, facts.binaryMediaTypes);
  return [
    `Have the client send ${contentType} as the first type of Accept${isListed ? '.' : `, and add ${contentType} to the binary media types of the API.${toDeploy('rest')}\n${printTypes(facts, contentType)}`}`,
    `If the client cannot change its Accept, as a browser cannot when it opens an address or loads an <img> or a <video>: ${lowerFirst(addAccepted(facts))}`,
  ];
}

function orElse(advice: string): string {
  return advice.replace(/^Add/, 'Or add');
}

function returnText(contentType: string): string[] {
  if (!/^text\/|[/+](?:json|xml)$/.test(contentType)) return [];
  const hono =
    contentType === 'text/event-stream'
      ? String.raw` With Hono: handle(app, { isContentTypeBinary: (type) => !/^text\/|[/+](json|xml)\b/.test(type) }).`
      : '';
  return [
    `Make the function return the body as text, with isBase64Encoded false, because ${contentType} is text.${hono}`,
  ];
}
