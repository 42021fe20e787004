/** Finds the route that a request without a route probably meant: another API has it. */
import { asText } from '@gatewright/aws/json-object';
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import { fits, isGreedy, segmentsOf } from '../../core/routing/template-fit.ts';
import { findMappings } from '../surprises/template-text.ts';
import { placeOf, placeOfFirst } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { Circumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

const API_TYPE = /^AWS::ApiGateway(?:V2::Api|::RestApi)$/;

export function findRouteOfOtherApi(
  { received }: RecordedRequest,
  stacks: readonly ResolvedStack[],
): Circumstances['otherApi'] {
  const { api, stage, route, method, path } = received;
  if (stage === undefined || route !== undefined || api.protocol === 'websocket') return undefined;
  const all = [...(stacks.find(({ stackName }) => stackName === api.stackName)?.resources.values() ?? [])];
  for (const one of all) {
    const [verb = '', template = ''] = routeOf(one, all);
    const apiId = apiOf(one);
    if (apiId === undefined || apiId === api.apiId || template === '') continue;
    if (verb !== 'ANY' && verb !== method) continue;
    if (segmentsOf(template).some(isGreedy) || !fits(template, path)) continue;
    const other = all.find(({ type, physicalId }) => API_TYPE.test(type) && physicalId === apiId);
    if (other === undefined) continue;
    const { logicalId } = other;
    const own = all.find((each) => /::Stage$/.test(each.type) && apiOf(each) === apiId);
    return {
      logicalId,
      stageName: asText(own?.properties['StageName']),
      route: `${verb} ${template}`,
      place: placeOf(one),
      ...(Object.values<string>(APIS_ADDED_BY_SAM).includes(logicalId) && { isAddedBySam: true as const }),
    };
  }
  return undefined;
}

/**
 * Finds the API whose route a longer mapping key hides. A custom domain chooses the mapping with the longest key with
 * which the path begins, and does not try another mapping if the API of this one has no route
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html).
 */
export function findHidden(
  { received }: RecordedRequest,
  stacks: readonly ResolvedStack[],
): Circumstances['hidden'] {
  const { api, stage, route, method, path, rawPath } = received;
  if (stage === undefined || route !== undefined || api.basePathMatched === undefined) return undefined;
  const name = api.domainName;
  const ofDomain = (apiId: string) => findMappings(stacks, apiId).filter(({ domain }) => domain === name);
  const own = ofDomain(api.apiId).find(({ path: key }) => key !== '' && rawPath === `/${key}${path}`);
  if (own === undefined) return undefined;
  for (const { resources } of stacks) {
    const all = [...resources.values()];
    for (const other of all.filter(({ type }) => API_TYPE.test(type)))
      for (const { path: key } of ofDomain(other.physicalId)) {
        const start = key === '' ? '' : `/${key}`;
        if (key.length >= own.path.length || !rawPath.startsWith(`${start}/`)) continue;
        const found = all
          .filter((one) => apiOf(one) === other.physicalId)
          .map((one) => routeOf(one, all))
          .find(
            ([verb = '', template = '']) =>
              [method, 'ANY'].includes(verb) &&
              template !== '' &&
              fits(template, rawPath.slice(start.length)),
          );
        if (found !== undefined)
          return {
            logicalId: other.logicalId,
            route: found.join(' '),
            key,
            ownKey: own.path,
            place: placeOfFirst(own.resource, ['ApiMappingKey', 'BasePath']),
          };
      }
  }
  return undefined;
}

function apiOf({ properties }: ResolvedResource): string | undefined {
  return asText(properties['RestApiId'] ?? properties['ApiId']);
}

/** Returns the method and the path of a route; nothing for other resources. */
function routeOf(
  { type, properties }: ResolvedResource,
  all: readonly ResolvedResource[],
): readonly string[] {
  if (type === 'AWS::ApiGatewayV2::Route') return (asText(properties['RouteKey']) ?? '').split(' ');
  if (type !== 'AWS::ApiGateway::Method') return [];
  return [asText(properties['HttpMethod']) ?? '', pathOf(asText(properties['ResourceId']), all) || '/'];
}

/** A stack has no resource for the root of an API. */
function pathOf(id: string | undefined, all: readonly ResolvedResource[]): string {
  const own = all.find(({ type, physicalId }) => type === 'AWS::ApiGateway::Resource' && physicalId === id);
  if (own === undefined) return '';
  return `${pathOf(asText(own.properties['ParentId']), all)}/${asText(own.properties['PathPart']) ?? ''}`;
}
