/** Makes the text of a WebSocket frame from an integration's response (docs/aws §11.3). */
import { lastHeader } from '../events/header-list.ts';
import { bareType } from '../events/media-types.ts';
import { chooseResponseTemplate } from './choose-template.ts';
import { type ContentHandling, convertResponseBody, type Payload } from './content-handling.ts';
import { renderTemplate } from './request-body.ts';
import { requireResponse } from './select-response.ts';
import type { FrameResponse, SelectableAnswer } from './integration.ts';
import type { IntegrationAnswer, MappedOutgoing } from './outgoing.ts';

/**
 * The call to an integration that responds to a WebSocket message. WebSocket APIs do not stream, so streaming is
 * excluded.
 */
export type MessageCall = Exclude<MappedOutgoing, { readonly kind: 'http-stream' }>;

/**
 * Builds the frame from the matching integration response. For a proxy integration, or if the route has no integration
 * responses, the frame is the integration's unmapped response.
 * @param message the client's message
 * @param encodesAll whether CONVERT_TO_TEXT encodes even text bodies as base64
 * @throws GatewayError API_CONFIGURATION_ERROR if no integration response matches, and the errors that
 * `toMappingFailure` translates
 */
export function buildFrame(
  frames: readonly FrameResponse[] | undefined,
  { plan, input }: MessageCall,
  answer: IntegrationAnswer,
  message: string,
  encodesAll = false,
): string {
  const handling = plan.kind === 'http-proxy' ? plan.contentHandling : plan.request.contentHandling;
  // The integration's own CONVERT_TO_BINARY is ignored here, because it applies only to requests.
  const ownHandling = handling === 'CONVERT_TO_TEXT' ? handling : undefined;
  if (frames === undefined || plan.kind === 'http-proxy')
    return printPayload(convertBody(answer, ownHandling, encodesAll));
  const selectBy = plan.kind === 'function' ? answer.errorMessage : String(answer.status);
  const chosen = requireResponse(frames, selectBy, answer.status);
  const payload = convertBody(answer, chosen.contentHandling ?? ownHandling, encodesAll);
  const { status, headers } = answer;
  const template = chooseTemplate(chosen, message, { status, headers, body: printPayload(payload) });
  return template === undefined ? printPayload(payload) : renderTemplate(template, payload, input);
}

function chooseTemplate(
  { templates, selectTemplate }: FrameResponse,
  message: string,
  answer: SelectableAnswer,
) {
  if (selectTemplate === undefined) return chooseResponseTemplate(templates, undefined)?.template;
  const key = selectTemplate(message, answer);
  return (key === undefined ? undefined : templates.get(key)) ?? templates.get('$default');
}

const TEXTUAL =
  /^(?:text\/.*|application\/(?:.*\+)?(?:json|xml)|application\/(?:javascript|x-amz-json-1\.[01]))$/;

/**
 * Converts the body. WebSocket APIs have no binary media types. With CONVERT_TO_TEXT, a body is therefore encoded as
 * base64 unless its Content-Type is a text type; with `encodesAll`, it is always encoded.
 */
function convertBody(
  { headers, body }: IntegrationAnswer,
  handling: ContentHandling | undefined,
  encodesAll: boolean,
): Payload {
  const type = bareType(lastHeader(headers, 'content-type') ?? 'application/json');
  const isBinary = handling === 'CONVERT_TO_TEXT' && (encodesAll || !TEXTUAL.test(type));
  return convertResponseBody(body, { isBinary, wantsBinary: false }, handling);
}

function printPayload(payload: Payload): string {
  return payload.kind === 'text' ? payload.text : payload.bytes.toString('utf8');
}
