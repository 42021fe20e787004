/** Finds the route that a request without a route probably meant: another API of the same stack has it. */
import { asText } from '@gatewright/aws/json-object';
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import { fits, isGreedy, segmentsOf } from '../../core/routing/template-fit.ts';
import { placeOf } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { Circumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

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
    const other = all.find(
      ({ type, physicalId }) => /^AWS::ApiGateway(?:V2::Api|::RestApi)$/.test(type) && physicalId === apiId,
    );
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
