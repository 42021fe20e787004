/**
 * Replies that differ from what the function returned, or that arrive later than the function sent them
 * (docs/aws §3.6, §8.3).
 */
import { asJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import { bareType } from '../../core/events/media-types.ts';
import { adviseNull, describeNull } from '../explain/call-advice.ts';
import { listed } from '../explain/reason.ts';
import { countExports, findLine } from '../records/handler-lines.ts';
import type { NullBy } from '../../core/ports.ts';
import { STAGE_CACHE_KINDS } from './stage-cache-kinds.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** The beginning of a streamed response: its metadata as JSON, and eight NUL bytes (docs/aws §8.3). */
const PRELUDE = /^\{[^\0]*\}\0{8}/;

/** Whether a result without a status is what its author means to send: an object of data, or a list of such objects. */
function isData(payload: string): boolean {
  const value = parseJson(payload);
  // In Python, `return data, 404` returns a list.
  if (Array.isArray(value)) return typeof value.at(-1) !== 'number' || value.length < 2;
  const names = Object.keys(asJsonObject(value) ?? {});
  return names.length > 0 && !names.some((name) => /^(?:status(?:_?code)?|code)$/i.test(name));
}

const inferred: SurpriseKind = {
  code: 'RESPONSE_INFERRED',
  mark: 'inferred response',
  source: 'docs/aws §3.6',
  find(facts) {
    const { integration, recorded } = facts;
    const { outcome } = recorded;
    if (integration?.kind !== 'lambda-proxy' || outcome?.kind !== 'returned') return undefined;
    if (outcome.nullBy !== undefined) return undefined;
    if (PRELUDE.test(outcome.payload)) return undefined;
    if (integration.payload !== 'http-2.0' && integration.payload !== 'function-url') return undefined;
    // A truncated result cannot be parsed. Its beginning shows only whether it is a string or a list.
    if (recorded.sizes.reply > outcome.payload.length && outcome.payload.startsWith('{')) return undefined;
    const value = asJsonObject(parseJson(outcome.payload));
    if (value !== undefined && Object.hasOwn(value, 'statusCode')) return undefined;
    const members = Object.keys(value ?? {}).filter((name) => RESPONSE_MEMBERS.has(name));
    if (members.length === 0 && isData(outcome.payload)) return undefined;
    return {
      values: { members },
      because: [
        `The function returned ${describeInferred(outcome.payload, value, facts)}, so the gateway inferred the response: 200, Content-Type application/json, and the whole value as the body.${members.length === 0 ? '' : ` ${members.length === 1 ? `The member ${members.join('')} is therefore part of the body, and sets nothing.` : `The members ${listed(members)} are therefore part of the body, and set nothing.`}`}`,
      ],
      changes: [adviseInferred(outcome.payload, value, facts)],
    };
  },
};

/** A stream names its type before the first byte; clients save a reply of the default type instead of showing it. */
const streamWithoutType: SurpriseKind = {
  code: 'STREAM_WITHOUT_TYPE',
  mark: 'no content type',
  source: 'docs/aws §8.3',
  find({ recorded, reply }) {
    const { received, outcome, failure } = recorded;
    if (received.route?.integration.kind !== 'lambda-stream' || failure !== undefined) return undefined;
    if (outcome === undefined || reply.last('content-type') !== 'application/octet-stream') return undefined;
    const text = recorded.replyBody.toString();
    // A function that returned its response is explained by RESULT_AS_BODY.
    if (text === '' || /[\uFFFD\0]/.test(text) || asJsonObject(parseJson(text)) !== undefined)
      return undefined;
    const type = /^\s*</.test(text)
      ? 'text/html'
      : parseJson(text) === undefined
        ? 'text/plain'
        : 'application/json';
    return {
      values: { contentType: 'application/octet-stream' },
      because: [
        'The function wrote into its stream without naming a content type, so the reply has the default type of streams, application/octet-stream. A browser saves such a reply as a file.',
      ],
      changes: [
        `Before the first write: stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'Content-Type': '${type}' } }). Lambda ignores the value that the handler returns.`,
      ],
    };
  },
};

/**
 * HttpResponseStream sends the status and the headers with the first write.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, HttpResponseStream.js
 */
const streamWithoutWrite: SurpriseKind = {
  code: 'STREAM_WITHOUT_WRITE',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §8.3',
  find({ recorded, handler }) {
    const { outcome, failure, replyBody } = recorded;
    if (handler === undefined || outcome === undefined || failure !== undefined || replyBody.length > 0)
      return undefined;
    const { text } = handler;
    if (!/\bHttpResponseStream\s*\.from\b/.test(text) || /\.write\s*\(|\bpipe(?:line)?\s*\(/.test(text))
      return undefined;
    return {
      values: {},
      because: [
        'The reply is empty: the stream ended before its first write, so Lambda did not send the status and the headers that awslambda.HttpResponseStream.from got, and the reply has the status 200.',
      ],
      changes: [
        "Write to the stream before it ends, even if the reply has no body: out.write(' ') before out.end(), where out is the stream that HttpResponseStream.from returned.",
      ],
    };
  },
};

/** The template of a gateway response decides whether the reply to a refused request is JSON. */
const refusalNotJson: SurpriseKind = {
  code: 'REFUSAL_NOT_JSON',
  mark: 'reply is not JSON',
  source: 'docs/aws §7.5',
  find({ recorded: { failure, error, received, replyBody }, reply }) {
    const text = replyBody.toString();
    const type = error && received.stage?.deployment.errors.worderOf?.(error.code);
    const response = `gateway response${type === undefined ? '' : ` ${type}`}`;
    if (failure === undefined || received.api.protocol !== 'rest' || text === '') return undefined;
    if (!/json/.test(reply.last('content-type') ?? '') || parseJson(text) !== undefined) return undefined;
    return {
      values: {},
      because: [
        `The Content-Type of the reply is JSON, but its body is not: ${text.slice(0, 100)}. The template of the API’s ${response} printed it. $context.error.message is the bare text, without quotes.`,
      ],
      changes: [
        `In the template of the ${response}, write $context.error.messageString without quotes around it, because its value already has quotes. Then deploy the API again.`,
      ],
    };
  },
};

/**
 * Makes the kind of surprise for a reply for which Lambda itself made the result null. If the request failed, its
 * explanation already names this cause.
 */
const byNull = (code: string, mark: string, by: NullBy): SurpriseKind => ({
  code,
  mark,
  source: 'docs/aws §8.2',
  find({ recorded: { outcome, failure } }) {
    if (failure !== undefined || outcome?.kind !== 'returned' || outcome.nullBy !== by) return undefined;
    return {
      values: {},
      because: [describeNull(by, 'the function')],
      changes: [adviseNull(by, 'the function')],
    };
  },
});

/** Members that functions return instead of statusCode, in lower case. */
const MISSPELT_STATUS = new Set(['status', 'statuscode', 'status_code', 'code']);

function misspeltStatus(value: UnknownMembers | undefined): string | undefined {
  return Object.entries(value ?? {}).find(
    ([name, given]) => MISSPELT_STATUS.has(name.toLowerCase()) && /^[1-5]\d\d$/.test(String(given)),
  )?.[0];
}

/** Returns the statusCode in a result that was written as JSON twice: by the function, and by Lambda. */
function statusInText(payload: string): string | undefined {
  const text = parseJson(payload);
  const { statusCode } = (typeof text === 'string' ? asJsonObject(parseJson(text)) : undefined) ?? {};
  return typeof statusCode === 'number' || typeof statusCode === 'string' ? String(statusCode) : undefined;
}

/** A result that is not JSON can only come from a stream. */
function isTextStream(payload: string, value: UnknownMembers | undefined, facts: SurpriseFacts): boolean {
  const isOfUrl = value === undefined && facts.recorded.received.api.functionUrl !== undefined;
  return isOfUrl && (parseJson(payload) === undefined || streamsByCode(facts));
}

function describeInferred(payload: string, value: UnknownMembers | undefined, facts: SurpriseFacts): string {
  const status = misspeltStatus(value);
  const within = statusInText(payload);
  if (within !== undefined)
    return `a string instead of an object (the statusCode ${within} within the string is not read)`;
  if (status !== undefined) return `a value without statusCode (its ${status} is not read)`;
  if (isTextStream(payload, value, facts))
    return 'a stream without status or headers, which was collected because the function URL’s InvokeMode is BUFFERED';
  if (payload.startsWith('[')) return 'a list, which has no statusCode';
  if (payload === 'null') return 'nothing (null)';
  if (payload === '{}') return 'an object that is {} in JSON';
  return 'a value without statusCode';
}

function adviseInferred(payload: string, value: UnknownMembers | undefined, facts: SurpriseFacts): string {
  const status = misspeltStatus(value);
  if (statusInText(payload) !== undefined)
    return 'Return the object itself, with statusCode, headers and body: remove the JSON.stringify or json.dumps around the whole result, and keep it only for the body.';
  if (status !== undefined) return `Rename ${status} to statusCode in the result of the function.`;
  if (isTextStream(payload, value, facts))
    return `${streamsByCode(facts) ? '' : 'To send the stream as it is written, set InvokeMode: RESPONSE_STREAM. '}To set status and headers, begin the stream with awslambda.HttpResponseStream.from(stream, { statusCode, headers }), or return { statusCode, headers, body } without awslambda.streamifyResponse.`;
  if (payload.startsWith('['))
    return "To set the status or headers, return an object: { statusCode, headers, body }. In Python, `return data, 404` returns a tuple, which is a list in JSON: write `return {'statusCode': 404, 'headers': {'Content-Type': 'application/json'}, 'body': json.dumps(data)}`.";
  if (payload === 'null')
    return 'Return the response from the handler: return { statusCode, headers, body }. In an arrow function with braces, a value without return is lost.';
  if (payload === '{}')
    return 'Return { statusCode, headers, body }. In JSON, a fetch Response, a Map and a promise all become {}: await the promise, and copy what you need into this object (for a Response: status and await response.text()).';
  return 'To set the status or headers, return { statusCode, headers, body }.';
}

const RESPONSE_MEMBERS = new Set(['body', 'headers', 'cookies', 'isBase64Encoded', 'multiValueHeaders']);

const buffered: SurpriseKind = {
  code: 'STREAM_BUFFERED',
  editsApi: true,
  mark: 'stream buffered',
  source: 'docs/aws §8.3',
  find(facts) {
    const { integration, recorded } = facts;
    if (integration === undefined || recorded.outcome?.kind === 'streams') return undefined;
    if (recorded.outcome?.kind === 'returned' && PRELUDE.test(recorded.outcome.payload))
      return {
        values: { integration: integration.kind },
        because: [
          `The function streams its response, but ${describeMode(facts)}. The metadata that the function wrote (status and headers), eight NUL bytes and the whole stream became one string, which the gateway took for the result of the function, so the client got all of it as the body.`,
        ],
        changes: [
          changeOfMode(facts, true),
          'Or return { statusCode, headers, body } from the function, without awslambda.streamifyResponse.',
        ],
      };
    if (bareType(facts.reply.last('content-type') ?? '') !== 'text/event-stream') return undefined;
    return {
      values: { integration: integration.kind },
      because: [
        `The reply is an event stream, but ${describeMode(facts)}, so the client got all events at once, when the integration had ended.`,
      ],
      changes: [changeOfMode(facts)],
    };
  },
};

/**
 * If the output of a function has neither metadata nor the form of events, only the code shows that the function
 * streams.
 */
const collected: SurpriseKind = {
  code: 'STREAM_COLLECTED',
  mark: undefined,
  source: 'docs/aws §8.3',
  find(facts) {
    const { integration, recorded } = facts;
    if (integration === undefined || recorded.outcome?.kind !== 'returned') return undefined;
    if (!streamsByCode(facts) || buffered.find(facts) !== undefined) return undefined;
    return {
      values: { integration: integration.kind },
      because: [
        `The handler streams its response, but ${describeMode(facts)}, so Lambda collected what it wrote, and the client got all of it at once, when the function had ended.`,
      ],
      changes: [
        `${changeOfMode(facts, true)}${/\bHttpResponseStream\b|\bsetContentType\b|\bstreamHandle\b/.test(facts.handler?.text ?? '') ? '' : ` Before the first write, also set the status and the type, which a stream does not have by itself: ${wrapStream(recorded)}.`}`,
      ],
    };
  },
};

const STREAMS = /\b(?:streamifyResponse|streamHandle)\s*\(/;

/** Whether the handler of the function streams. A file with several handlers leaves doubt. */
function streamsByCode({ handler }: SurpriseFacts): boolean {
  return handler !== undefined && findLine(handler, STREAMS) !== undefined && countExports(handler) < 2;
}

function describeMode({ recorded: { received } }: SurpriseFacts): string {
  if (received.api.functionUrl !== undefined) return 'the function URL’s InvokeMode is BUFFERED';
  return received.api.protocol === 'http'
    ? 'HTTP APIs do not stream'
    : 'the integration’s ResponseTransferMode is not STREAM';
}

/**
 * Returns code that streams a response. Without HttpResponseStream.from, API Gateway refuses the stream, because it
 * lacks the metadata, and a function URL replaces the status and Content-Type.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
function howToStream(recorded: SurpriseFacts['recorded']): string {
  return `awslambda.streamifyResponse(async (event, stream) => …) as the handler, and before its first write ${wrapStream(recorded)} (with Hono: streamHandle)`;
}

function wrapStream({ status, replyHeaders }: SurpriseFacts['recorded']): string {
  const type = new HeaderList(replyHeaders).last('content-type') ?? 'text/plain';
  return `stream = awslambda.HttpResponseStream.from(stream, { statusCode: ${status}, headers: { 'Content-Type': '${type}' } })`;
}

/** @param isStreaming whether the function streams already */
function changeOfMode({ recorded, integration }: SurpriseFacts, isStreaming = false): string {
  const { received } = recorded;
  const andStream = isStreaming ? '' : `, and make the function stream: ${howToStream(recorded)}`;
  if (received.api.functionUrl !== undefined) return `Set InvokeMode: RESPONSE_STREAM${andStream}.`;
  const isHttpApi = received.api.protocol === 'http';
  if (integration?.kind === 'http-api-proxy')
    return 'Use a REST API with an HTTP_PROXY integration and ResponseTransferMode: STREAM.';
  if (integration?.kind === 'http-proxy') return 'Set ResponseTransferMode: STREAM of the integration.';
  const mode = `ResponseTransferMode: STREAM and the Uri …/2021-11-15/functions/…/response-streaming-invocations`;
  if (isHttpApi)
    return `Use a REST API with ${mode}, or a function URL with InvokeMode: RESPONSE_STREAM${andStream}.`;
  if (integration?.kind === 'lambda-proxy') return `Set ${mode}${andStream}.`;
  return integration?.kind === 'function'
    ? `Use an integration of type AWS_PROXY with ${mode}${andStream}.`
    : 'Use an integration of type HTTP_PROXY with ResponseTransferMode: STREAM.';
}

const resultAsBody: SurpriseKind = {
  code: 'RESULT_AS_BODY',
  mark: 'result as body',
  source: 'docs/aws §19.4',
  find({ integration, recorded }) {
    if (integration?.kind !== 'lambda-stream' || integration.payload !== 'function-url') return undefined;
    const value = asJsonObject(parseJson(recorded.replyBody.toString()));
    if (value === undefined || !Object.hasOwn(value, 'statusCode')) return undefined;
    return {
      values: {},
      because: [
        'The function URL’s InvokeMode is RESPONSE_STREAM, but the function returned its response instead of streaming it, so the client got the whole result as the body, including statusCode.',
      ],
      changes: [`Set InvokeMode: BUFFERED, or make the function stream: ${howToStream(recorded)}.`],
    };
  },
};

export const REPLY_KINDS: readonly SurpriseKind[] = [
  streamWithoutType,
  streamWithoutWrite,
  refusalNotJson,
  ...STAGE_CACHE_KINDS,
  byNull('PROMISE_PENDING', 'promise pending', 'pending'),
  byNull('VALUE_IGNORED', 'value ignored', 'ignored'),
  inferred,
  buffered,
  collected,
  resultAsBody,
];
