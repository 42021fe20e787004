/**
 * Finds the line that causes a surprise, for the surprises that do not depend on the code of a function: a setting of
 * the method, of its integration, of the stage or of the API, if the owner of the API has written one.
 */
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { memberOfSettings } from './deciding-members.ts';
import { findIntegration, hasMember, memberAt, named, placeOf, placeOfFirst } from './find-places.ts';
import { placesOfResponseTemplate } from './find-reply-places.ts';
import { placesInTemplate, propertyOfRequestTemplate } from './template-lines.ts';
import { isEvent } from './recorded-request.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { Surprise } from '../surprises/surprise.ts';
import type { Recorded } from './recorded-request.ts';
import type { ReadLines } from './template-lines.ts';

type Deciding =
  /** The members of the resource. The explanation names the first of them that the template contains. */
  | {
      readonly of: 'method' | 'integration' | 'stage' | 'deployment' | 'api';
      readonly members: readonly string[];
    }
  /** A setting of the route in MethodSettings of the stage. */
  | { readonly of: 'setting'; readonly name: string }
  /** The client, a response of the backend, or a rule of AWS without a setting decides. */
  | { readonly of: 'client' | 'backend' | 'aws' }
  /** The template that was applied, at the line with what the surprise names. */
  | { readonly of: 'request-template' | 'response-template' }
  /** `findApiPlaces` or the sentence of the surprise names the place. */
  | { readonly of: 'place' };

const REQUEST = 'Integration.RequestParameters';
const method = (...members: readonly string[]): Deciding => ({ of: 'method', members });

/** The key is the code of the surprise. */
export const DECIDED_BY: Readonly<Record<string, Deciding>> = {
  AUTHORIZER_CACHED: { of: 'place' },
  AUTHORIZER_INPUT_NOT_KEYED: { of: 'place' },
  AUTHORIZER_VALUE_MISSING: { of: 'request-template' },
  BODY_NOT_SENT: method('Integration.IntegrationHttpMethod'),
  BODY_NOT_VALIDATED: method('RequestModels', 'RequestValidatorId'),
  BODY_READ_AS_EMPTY: { of: 'place' },
  BYTES_AS_BASE64: { of: 'place' },
  CACHE_NOT_REFRESHED: { of: 'setting', name: 'CachingEnabled' },
  CACHE_WITHOUT_CLUSTER: { of: 'stage', members: ['CacheClusterEnabled', 'MethodSettings'] },
  CERTIFICATE_NOT_ASKED: { of: 'api', members: ['DisableExecuteApiEndpoint'] },
  CONTENT_ENCODING_REMOVED: { of: 'backend' },
  CORS_WITHOUT_CREDENTIALS: { of: 'place' },
  DEFAULT_ROUTE_CHOSEN: { of: 'place' },
  ENDPOINT_DISABLED: { of: 'place' },
  ENTRIES_FAILED: { of: 'backend' },
  ERROR_PAGE_REPLACES: { of: 'place' },
  EXECUTION_FAILED: { of: 'backend' },
  EXECUTION_NOT_RUN: { of: 'aws' },
  EXECUTION_REPEATED: { of: 'integration', members: ['RequestParameters.Name'] },
  EXTRA_STAGE: { of: 'deployment', members: ['StageName'] },
  FORM_VALUE_NOT_ENCODED: { of: 'request-template' },
  FROM_STAGE_CACHE: { of: 'setting', name: 'CachingEnabled' },
  HEADERS_NOT_MAPPED: method('Integration.IntegrationResponses'),
  HEAD_WITHOUT_BODY: { of: 'aws' },
  ID_TOKEN_ACCEPTED: method('AuthorizerId', 'AuthorizationType'),
  KEY_NOT_REQUIRED: method('ApiKeyRequired', 'HttpMethod'),
  MAPPING_QUOTED: method(REQUEST, 'Integration.IntegrationResponses'),
  METHOD_NOT_CACHED: { of: 'setting', name: 'CachingEnabled' },
  MOCK_WITHOUT_BODY: { of: 'place' },
  PAGE_WITHOUT_MATCHES: { of: 'request-template' },
  PARAMETER_UNCHECKED: { of: 'place' },
  PATH_NOT_PASSED: method('Integration.Uri'),
  PATH_VALUE_MISSING: method('Integration.Uri'),
  PRIVATE_ADDRESS: { of: 'api', members: ['EndpointConfiguration'] },
  PROXY_CALLED_SYNCHRONOUSLY: method(
    'Integration.RequestParameters.integration.request.header.X-Amz-Invocation-Type',
    'Integration.Type',
  ),
  QUERY_NOT_ENCODED: { of: 'client' },
  QUERY_NOT_PASSED: method(REQUEST, 'Integration.Type'),
  QUERY_SPLIT: { of: 'client' },
  QUERY_REPEATED_IN_TEMPLATE: { of: 'request-template' },
  REFERENCE_EMPTY: { of: 'request-template' },
  REFUSAL_NOT_JSON: { of: 'aws' },
  REPLY_BYTES_LOST: { of: 'place' },
  REQUEST_TEMPLATE_EMPTY: { of: 'request-template' },
  RESOURCE_POLICY_NOT_NEEDED: { of: 'place' },
  REQUEST_PARAMETER_EMPTY: { of: 'request-template' },
  RESPONSE_MAPPING_EMPTY: method('Integration.IntegrationResponses'),
  RESPONSE_PATH_EMPTY: { of: 'response-template' },
  RESPONSE_TEMPLATE_EMPTY: { of: 'response-template' },
  STAGE_SENT_TO_BACKEND: { of: 'integration', members: ['RequestParameters', 'IntegrationUri'] },
  STAGE_VARIABLE_MISSING: { of: 'stage', members: ['Variables', 'StageVariables'] },
  STATUS_OVERWRITTEN: { of: 'integration', members: ['ResponseParameters'] },
  TEMPLATE_BODY_NOT_JSON: { of: 'place' },
  TEMPLATE_PATH_EMPTY: { of: 'request-template' },
  TEMPLATE_PRINTS_OBJECT: { of: 'response-template' },
  TEMPLATE_SKIPPED: method('Integration.PassthroughBehavior', 'Integration.RequestTemplates'),
};

/** Settings that decide together with the code: the other way to correct the reply is to change the setting. */
const BESIDE_CODE: Readonly<Record<string, Deciding>> = {
  PROXY_RESULT_AS_BODY: method('Integration.Type'),
};

export function placesOfSurprises(
  recorded: Recorded,
  surprises: readonly Surprise[],
  { stacks, readLines }: { readonly stacks: readonly ResolvedStack[]; readonly readLines: ReadLines },
): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const { api, route, stage } = recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api.stackName);
  if (stack === undefined) return [];
  const { resources } = stack;
  const ofRoute = resources.get(route?.logicalId ?? '');
  const owners = {
    method: ofRoute,
    integration: findIntegration(stack, ofRoute),
    api: resources.get(api.logicalId),
    // A Deployment that SAM makes has the place of its API, which the remedy names.
    deployment: [...resources.values()].find(
      ({ type, logicalId, properties }) =>
        type === 'AWS::ApiGateway::Deployment' &&
        properties['RestApiId'] === api.apiId &&
        properties['StageName'] === stage?.name &&
        stack.source?.made?.has(logicalId) !== true,
    ),
    stage: [...resources.values()].find(
      ({ type, properties }) =>
        /^AWS::ApiGateway(?:V2)?::Stage$/.test(type) &&
        properties['StageName'] === stage?.name &&
        [properties['RestApiId'], properties['ApiId']].includes(api.apiId),
    ),
  };
  return surprises.flatMap((surprise) => {
    const deciding = DECIDED_BY[surprise.code] ?? BESIDE_CODE[surprise.code];
    const within = { texts: textsOf(surprise) };
    if (deciding?.of === 'response-template')
      return placesOfResponseTemplate(recorded, owners.method, { within, readLines });
    // A method of a REST API prints in its request template what an HTTP API has as parameters of the integration.
    const isPrinted = deciding?.of === 'integration' && owners.integration === undefined;
    if (deciding?.of === 'request-template' || isPrinted)
      return placesInTemplate(
        'its request template',
        owners.method,
        propertyOfRequestTemplate(recorded, owners.method),
        { within, readLines },
      );
    if (deciding?.of === 'setting') {
      const { properties = {} } = owners.stage ?? {};
      const paths = memberOfSettings(properties, route?.routeKey ?? '', deciding.name);
      return named(deciding.name, owners.stage && placeOfFirst(owners.stage, [...paths, 'MethodSettings']));
    }
    if (deciding === undefined || !('members' in deciding)) return [];
    const places = placeOfMember(owners[deciding.of], deciding.members, surprise);
    // The API or the stage lacks the setting, so that the setting has to be added there.
    if (places.length > 0) return places;
    if (deciding.of === 'api') return named(`API ${owners.api?.logicalId ?? ''}`, placeOf(owners.api));
    return deciding.of === 'stage' ? named(`stage ${stage?.name ?? ''}`, placeOf(owners.stage)) : [];
  });
}

/** Returns what a surprise names: expressions, paths and parameters, as a template contains them. */
function textsOf({ code, ...values }: Surprise): readonly string[] {
  return code.length === 0
    ? []
    : Object.values(values).flatMap((value) =>
        typeof value === 'string' ? [value] : typeof value === 'number' ? [] : [...value],
      );
}

/** A member that is a map has a line for each of the names that the surprise lists. */
function placeOfMember(
  owner: ResolvedResource | undefined,
  members: readonly string[],
  surprise: Surprise,
): readonly NamedPlace[] {
  const { names, variables } = membersOf(surprise);
  const listed = asList(names ?? variables).flatMap((name) => asText(name) ?? []);
  const paths = members.flatMap((member) => [
    ...listed.map((name) => `${member}.${name}`),
    ...pathsOfStatus(owner, member, surprise),
    member,
  ]);
  const found = paths.find((path) => hasMember(owner?.properties, path.split('.')));
  if (found === undefined) return [];
  const member = members.find((one) => found === one || found.startsWith(`${one}.`)) ?? found;
  return named(member.split('.').at(-1) ?? member, placeOf(owner, found));
}

/**
 * Returns the path of the mapping that overwrites the status in the parameter mapping of an integration of an HTTP API.
 */
function pathsOfStatus(
  owner: ResolvedResource | undefined,
  member: string,
  surprise: Surprise,
): readonly string[] {
  const { own } = membersOf(surprise);
  if (typeof own !== 'number') return [];
  const list = `${member}.${own}.ResponseParameters`;
  const index = asList(memberAt(owner?.properties, list.split('.'))).findIndex(
    (one) => membersOf(one)['Destination'] === 'overwrite:statuscode',
  );
  return [`${list}.${index}.Destination`, `${member}.${own}`];
}
