/** Makes the reply of a REST method from an integration's response (docs/aws §2.4, §2.7, §7.1, §7.7). */
import { nameAfter, REST_PHASES } from '../events/header-phases.ts';
import { HeaderList, lastHeader } from '../events/header-list.ts';
import { acceptsBinary, isBinaryType } from '../events/media-types.ts';
import { chooseResponseTemplate } from './choose-template.ts';
import { type ContentHandling, convertResponseBody, type Payload } from './content-handling.ts';
import { configurationError } from './mapping-failure.ts';
import { collectOverrides } from './overrides.ts';
import { readParameterSource } from './parameter-source.ts';
import { renderTemplate } from './request-body.ts';
import { requireResponse } from './select-response.ts';
import { printHeaders, setHeader, toHeaderValue, type WireHeaders } from './wire-headers.ts';
import type { IntegrationResponse, ResponseMapping } from './integration.ts';
import type { RequestFacts } from '../events/request-facts.ts';
import type { MappingInput } from './mapping-input.ts';
import type { IntegrationAnswer } from './outgoing.ts';

export type MappedReply = {
  readonly status: number;
  /** A flat list of names and values, including a content type. */
  readonly headers: string[];
  readonly body: string | Buffer;
};

type ReplyFacts = {
  readonly request: RequestFacts;
  readonly binaryMediaTypes: readonly string[];
};

const USUAL_TYPE = 'application/json';

/**
 * Builds the reply from the integration response that matches.
 * @param selectBy the status, or the error message of a failed function; undefined for a function that succeeded
 * @throws GatewayError API_CONFIGURATION_ERROR if no integration response matches or the method does not declare its
 * status, and the errors that `toMappingFailure` translates
 */
export function buildReply(
  { responses, methodStatuses }: ResponseMapping,
  selectBy: string | undefined,
  answer: IntegrationAnswer,
  input: MappingInput,
  facts: ReplyFacts & { readonly isMock: boolean },
): MappedReply {
  const chosen = requireResponse(responses, selectBy, answer.status, facts.isMock);
  if (!methodStatuses.has(chosen.status))
    throw configurationError(`Output mapping refers to an invalid method response: ${chosen.status}`, {
      kind: 'mapping',
      problem: 'no-method-response',
      status: chosen.status,
    });
  const headers = mapHeaders(chosen, answer, input);
  const template = chooseResponseTemplate(chosen.templates, facts.request.headers.last('accept'));
  const payload = convertBody(answer, chosen.contentHandling, facts);
  const body =
    template === undefined ? contentOf(payload) : renderTemplate(template.template, payload, input);
  const overrides = input.hasContext ? collectOverrides(input.context).response : undefined;
  for (const [name, values] of Object.entries(overrides?.header ?? {}))
    setHeader(headers, name, [toHeaderValue(name, values.join(','))]);
  if (!headers.has('content-type')) setHeader(headers, 'Content-Type', [template?.mediaType ?? USUAL_TYPE]);
  return { status: overrides?.status ?? chosen.status, headers: remapped(headers), body };
}

/**
 * Returns the headers for the client, which are only the mapped headers. A mapping finds the backend's headers by
 * case-insensitive name.
 */
function mapHeaders(
  chosen: IntegrationResponse,
  answer: IntegrationAnswer,
  input: MappingInput,
): WireHeaders {
  const headers: WireHeaders = new Map();
  const answered = new HeaderList(answer.headers);
  const facts = {
    input,
    get body() {
      return answer.body.toString('utf8');
    },
    header: (name: string) => answered.all(name.toLowerCase()),
  };
  for (const { name, source } of chosen.parameters) {
    const [value] = readParameterSource(source, facts);
    if (value !== undefined) setHeader(headers, name, [toHeaderValue(name, value)]);
  }
  return headers;
}

function remapped(headers: WireHeaders): string[] {
  const lines = printHeaders(headers);
  const reply: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const name = nameAfter(REST_PHASES.returnedByMapping, lines[index] ?? '');
    if (name !== undefined) reply.push(name, lines[index + 1] ?? '');
  }
  return reply;
}

function convertBody(
  { headers, body }: IntegrationAnswer,
  handling: ContentHandling | undefined,
  { request, binaryMediaTypes }: ReplyFacts,
): Payload {
  // An empty body is not converted, because otherwise a MOCK would lose its template if all media types were binary
  // media types of the API.
  if (body.length === 0) return { kind: 'text', text: '' };
  const types = {
    isBinary: isBinaryType(lastHeader(headers, 'content-type') ?? '', binaryMediaTypes),
    wantsBinary: acceptsBinary(request.headers.last('accept'), binaryMediaTypes),
  };
  return convertResponseBody(body, types, handling);
}

function contentOf(payload: Payload): string | Buffer {
  return payload.kind === 'text' ? payload.text : payload.bytes;
}

/** Builds the reply of an HTTP_PROXY, which forwards the backend's status, headers and body. */
export function buildProxyReply(answer: IntegrationAnswer, facts: ReplyFacts): MappedReply {
  const headers = passHeadersOn(answer.headers, 'returned');
  return { status: answer.status, headers, body: proxiedBody(answer, facts) };
}

/** Returns the backend's headers as the client receives them. They always include a content type. */
export function passHeadersOn(backend: readonly string[], by: 'returned' | 'streamed'): string[] {
  const headers: string[] = [];
  let hasType = false;
  for (let index = 0; index < backend.length; index += 2) {
    const name = nameAfter(REST_PHASES[by], backend[index] ?? '');
    if (name === undefined) continue;
    hasType ||= name.toLowerCase() === 'content-type';
    headers.push(name, backend[index + 1] ?? '');
  }
  if (!hasType) headers.push('Content-Type', USUAL_TYPE);
  return headers;
}

/**
 * Converts the body of a proxy's response. A proxy has no integration response in which content handling could be
 * configured, but its body is converted as if there were one. The only difference is that text stays text for a client
 * that accepts bytes.
 */
function proxiedBody(answer: IntegrationAnswer, facts: ReplyFacts): string | Buffer {
  const { binaryMediaTypes, request } = facts;
  const isBinary = isBinaryType(lastHeader(answer.headers, 'content-type') ?? '', binaryMediaTypes);
  const wantsBinary = acceptsBinary(request.headers.last('accept'), binaryMediaTypes);
  if (wantsBinary) return answer.body;
  return answer.body.toString(isBinary ? 'base64' : 'utf8');
}
