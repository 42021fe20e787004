/** Finds the CORS settings of a reply, and the settings that make the gateway treat a body as binary. */
import { isUtf8 } from 'node:buffer';
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { HeaderList } from '../../core/events/header-list.ts';
import { bareType } from '../../core/events/media-types.ts';
import { named, placeOf, placeOfFirst } from './find-places.ts';
import { placesInTemplate } from './template-lines.ts';
import { isEvent } from './recorded-request.ts';
import { chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { selectResponse } from '../surprises/selected-response.ts';
import { SurpriseFacts } from '../surprises/surprise-facts.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { Recorded, RecordedRequest } from './recorded-request.ts';

/**
 * Returns the place of the CORS settings of an HTTP API or a function URL. For an error that a REST API makes itself,
 * it is the place of the API, because the API has no gateway response that sets CORS headers.
 */
export function placesOfCors(
  recorded: Recorded,
  own: ResolvedResource,
  method?: ResolvedResource,
): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.received.headers.last('origin') === undefined) return [];
  const { failure, replyHeaders } = recorded;
  const isHidden =
    recorded.received.api.protocol === 'rest' &&
    failure !== undefined &&
    new HeaderList(replyHeaders).last('access-control-allow-origin') === undefined;
  if (isHidden) return named('the API', placeOf(own));
  const property = ['CorsConfiguration', 'Cors'].find((name) => own.properties[name] !== undefined);
  if (property === undefined) return placesOfPreflight(recorded, method);
  const member = `${property}.${memberOfCors(recorded)}`;
  return named('CORS configuration', placeOfFirst(own, [member, property]));
}

const HEADERS = {
  AllowOrigins: 'Access-Control-Allow-Origin',
  AllowMethods: 'Access-Control-Allow-Methods',
  AllowHeaders: 'Access-Control-Allow-Headers',
} as const;

/** Returns the place of the header of a preflight that an OPTIONS method of a REST API answers with fixed headers. */
function placesOfPreflight(
  recorded: RecordedRequest,
  method: ResolvedResource | undefined,
): readonly NamedPlace[] {
  const { received } = recorded;
  if (received.route?.integration.kind !== 'mock' || received.route.httpMethod !== 'OPTIONS') return [];
  const member = memberOfResponse(new SurpriseFacts(recorded), method);
  if (member === undefined) return [];
  const header = HEADERS[memberOfCors(recorded)];
  const parameters = `${member}.ResponseParameters`;
  return named(
    header,
    placeOfFirst(method, [`${parameters}.method.response.header.${header}`, parameters, member]),
  );
}

/** Returns the place of the gateway response that changed the status of an error, or that lacks the CORS headers. */
export function placesOfGatewayResponse(
  recorded: Recorded,
  {
    stack,
    api,
  }: { readonly stack: Pick<ResolvedStack, 'resources'>; readonly api: Pick<ApiIdentity, 'apiId'> },
): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.error === undefined) return [];
  const type = recorded.received.stage?.deployment.errors.worderOf?.(recorded.error.code);
  const found = [...stack.resources.values()].find(
    ({ type: kind, properties }) =>
      kind === 'AWS::ApiGateway::GatewayResponse' &&
      properties['ResponseType'] === type &&
      properties['RestApiId'] === api.apiId,
  );
  return type === undefined ? [] : named(`gateway response ${type}`, placeOfFirst(found, ['StatusCode']));
}

/**
 * Returns the list that does not have what the page asks for, or else the list of origins, which every response depends
 * on.
 */
function memberOfCors({ received, replyHeaders }: RecordedRequest): keyof typeof HEADERS {
  const reply = new HeaderList(replyHeaders);
  const listed = (name: string): readonly string[] => (reply.last(name) ?? '').toLowerCase().split(/\s*,\s*/);
  const isRefused = (asked: string | undefined, name: string): boolean => {
    const allowed = listed(name);
    return (asked ?? '')
      .toLowerCase()
      .split(/\s*,\s*/)
      .some((one) => one !== '' && !allowed.includes(one) && !allowed.includes('*'));
  };
  if (reply.last('access-control-allow-origin') === undefined) return 'AllowOrigins';
  const { headers } = received;
  if (isRefused(headers.last('access-control-request-method'), 'access-control-allow-methods'))
    return 'AllowMethods';
  return isRefused(headers.last('access-control-request-headers'), 'access-control-allow-headers')
    ? 'AllowHeaders'
    : 'AllowOrigins';
}

/**
 * Returns the place of the API whose list of binary media types decided: a body that is not text was decoded, or was
 * sent as base64.
 */
export function placesOfBinary(recorded: Recorded, own: ResolvedResource): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.received.api.protocol !== 'rest') return [];
  const { received, outcome, sizes, error } = recorded;
  const defect = error?.detail.defect;
  if (defect?.kind === 'mapping' && defect.problem === 'binary-body') {
    const types = asList(own.properties['BinaryMediaTypes']);
    const index = types.findIndex((type) => asText(type)?.replace('~1', '/') === defect.entry);
    return index === -1
      ? []
      : named('BinaryMediaTypes', placeOfFirst(own, [`BinaryMediaTypes.${index}`, 'BinaryMediaTypes']));
  }
  const { body } = received;
  const isBytes = body !== undefined && sizes.request <= body.length && !isUtf8(body);
  const isBase64 = outcome?.kind === 'returned' && /"isBase64Encoded":\s*true/.test(outcome.payload);
  const property = 'BinaryMediaTypes';
  if (!isBytes && !isBase64) return placesOfEncoded(recorded, own);
  return named(property, placeOf(own, own.properties[property] === undefined ? undefined : property));
}

/** Finds the binary media type because of which a failed function got a text as base64. */
function placesOfEncoded(
  { received: { body, headers }, outcome, status }: RecordedRequest,
  own: ResolvedResource,
): readonly NamedPlace[] {
  const property = 'BinaryMediaTypes';
  const type = bareType(headers.last('content-type') ?? '');
  const index = asList(own.properties[property]).findIndex((one) =>
    [type, '*/*'].includes(asText(one)?.replaceAll('~1', '/') ?? ''),
  );
  const isMisread = outcome?.kind === 'failed' || status >= 400;
  return body === undefined || index === -1 || !isMisread
    ? []
    : named(property, placeOfFirst(own, [`${property}.${index}`, property]));
}

/** Returns the place of the response template that wrote the reply. */
export function placesOfResponseTemplate(
  recorded: RecordedRequest,
  method: ResolvedResource | undefined,
  at: Parameters<typeof placesInTemplate>[3],
): readonly NamedPlace[] {
  // If a template fails, the response that was selected becomes a failure.
  const facts = new SurpriseFacts({ ...recorded, failure: undefined });
  const selected = selectResponse(facts);
  const type = selected && chooseResponseTemplate(selected.templates, facts.accept)?.template.name;
  const member = memberOfResponse(facts, method);
  if (type === undefined || method === undefined || member === undefined) return [];
  return placesInTemplate('its response template', method, `${member}.ResponseTemplates.${type}`, at);
}

/**
 * Returns the place of the integration response that turned an error of the function, or of the service that was
 * called, into a reply.
 */
export function placesOfIntegrationResponse(
  recorded: RecordedRequest,
  method: ResolvedResource | undefined,
): readonly NamedPlace[] {
  const defect = recorded.error?.detail.defect;
  if (defect?.kind === 'mapping' && defect.problem === 'no-method-response')
    return placesOfStatus(defect.status, method);
  const { outcome } = recorded;
  const isError = outcome?.kind === 'failed' || (outcome?.kind === 'answered' && outcome.status >= 400);
  if (!isError || recorded.error !== undefined || method === undefined) return [];
  const member = memberOfResponse(new SurpriseFacts(recorded), method);
  if (member === undefined) return [];
  return named(
    'integration response',
    placeOfFirst(method, [`${member}.SelectionPattern`, `${member}.StatusCode`, member]),
  );
}

/** Returns the place of the integration response with a status that the method does not declare. */
function placesOfStatus(status: number, method: ResolvedResource | undefined): readonly NamedPlace[] {
  const responses = asList(membersOf(method?.properties['Integration'])['IntegrationResponses']);
  const index = responses.findIndex((one) => Number(membersOf(one)['StatusCode']) === status);
  const member = `Integration.IntegrationResponses.${index}`;
  return index === -1
    ? []
    : named('integration response', placeOfFirst(method, [`${member}.StatusCode`, member]));
}

/** Returns the path of the selected integration response in the properties of the method. */
function memberOfResponse(facts: SurpriseFacts, method: ResolvedResource | undefined): string | undefined {
  const selected = selectResponse(facts);
  const responses = asList(membersOf(method?.properties['Integration'])['IntegrationResponses']);
  const index = responses.findIndex((one) => {
    const { StatusCode, SelectionPattern } = membersOf(one);
    return (
      Number(StatusCode) === selected?.status && (asText(SelectionPattern) ?? '') === (selected.pattern ?? '')
    );
  });
  return selected === undefined || index === -1 ? undefined : `Integration.IntegrationResponses.${index}`;
}
