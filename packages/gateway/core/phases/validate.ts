/**
 * Checks required parameters, then the body. The checks run after authorization, so an unauthorized caller does not
 * learn which parameters and body a request needs. They also run after API key and quota, so a request with a
 * validation error still counts.
 * reads: route, parameters, body · adds: nothing · may answer: no · fails with: BAD_REQUEST_PARAMETERS,
 * BAD_REQUEST_BODY
 * @see docs/aws §6
 */
import { gatewayError } from '../errors.ts';
import { bareType } from '../events/media-types.ts';
import { lastQueryValue } from '../events/query-text.ts';
import { readHeaderValues } from '../events/request-headers.ts';
import { hasTooManyNames, MAX_NAMES } from '@gatewright/velocity/java/member-names';
import { getEntry } from '../routing/text-map.ts';
import type { MessageRoutePlan, RequestValidation, RequiredParameter } from '../deployment/model.ts';
import type { Admitted } from '../exchange.ts';

export function validate(admitted: Admitted): void {
  const { validation } = admitted.route;
  if (validation === undefined) return;
  checkParameters(admitted, validation);
  checkBody(admitted, validation);
}

/**
 * Checks the message of a WebSocket route with a `ModelSelectionExpression`.
 * @throws GatewayError BAD_REQUEST_BODY if the message is invalid, or if the expression selects no model and there is
 * no `$default` model
 */
export function validateMessage({ messageCheck }: MessageRoutePlan, body: string): void {
  if (messageCheck === undefined) return;
  const { select, checks } = messageCheck;
  const key = select(body);
  const check = (key === undefined ? undefined : checks.get(key)) ?? checks.get('$default');
  if (check === undefined) throw invalidBody(`[no model for "${key ?? ''}"]`, 'application/json');
  const verdict = check(parseJson(body, 'application/json'), body.length);
  if (!verdict.isValid) throw invalidBody(verdict.details, 'application/json');
}

const WHERE = { header: 'header', path: 'path parameter', querystring: 'query parameter' } as const;

function checkParameters(admitted: Admitted, { parameters }: RequestValidation): void {
  const missing = parameters.filter((parameter) => isBlank(readParameter(admitted, parameter)));
  if (missing.length === 0) return;
  const message = `Missing required request parameters: [${missing.map(({ name }) => name).join(', ')}]`;
  const places = missing.map(({ where, name }) => `${WHERE[where]} ${name}`).join(', ');
  throw gatewayError('BAD_REQUEST_PARAMETERS', {
    source: 'client',
    message,
    reason: `${message}: ${places}`,
  });
}

function readParameter(admitted: Admitted, { where, name }: RequiredParameter): string | undefined {
  switch (where) {
    case 'header':
      return readHeaderValues(admitted, name.toLowerCase()).at(-1);
    case 'path':
      return admitted.pathParameters === null ? undefined : getEntry(admitted.pathParameters, name);
    case 'querystring':
      return lastQueryValue(admitted.rawQuery, name);
  }
}

/** Whether a value is missing or empty. The empty parameter in `?q1=` counts as missing. */
function isBlank(value: string | undefined): boolean {
  return value === undefined || value.trim() === '';
}

/**
 * Checks the body against the model for its media type. If the media type has no model, the `$default` model
 * applies. Without a `$default` model, the body is not checked.
 */
function checkBody(admitted: Admitted, { bodies }: RequestValidation): void {
  if (bodies.size === 0) return;
  const mediaType = bareType(admitted.headers.last('content-type') ?? 'application/json');
  const check = bodies.get(mediaType) ?? bodies.get('$default');
  if (check === undefined) return;
  const text = admitted.body === undefined || admitted.body.length === 0 ? '{}' : admitted.body.toString();
  const verdict = check(parseJson(text, mediaType), text.length);
  if (!verdict.isValid) throw invalidBody(verdict.details, mediaType);
}

function parseJson(text: string, mediaType: string): unknown {
  if (hasTooManyNames(text))
    throw invalidBody(`[the body has more than ${MAX_NAMES} different names]`, mediaType);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidBody('[Unknown error parsing request body]', mediaType);
  }
}

/** The client gets the details only if a gateway response includes them. */
function invalidBody(details: string, mediaType: string): Error {
  return gatewayError('BAD_REQUEST_BODY', {
    source: 'client',
    validationErrorString: details,
    reason: `Request body does not match model schema for content type ${mediaType}: ${details}`,
  });
}
