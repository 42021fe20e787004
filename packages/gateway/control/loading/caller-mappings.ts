import type { DefinitionPlace } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';

export type CallerMapping = { readonly text: string; readonly place: DefinitionPlace };

const READS_CALLER = /\bcontext\.authorizer\b/;
const TEXTS = ['RequestTemplates', 'RequestParameters', 'IntegrationResponses', 'ResponseParameters', 'Uri'];

/**
 * Returns a function that takes the logical id of a route, and lists the route's mappings that read the caller's
 * identity. A method contains its integration, whereas a V2 route refers to its integration.
 */
export function callerMappingsIn(
  resources: ReadonlyMap<string, ResolvedResource>,
): (routeId: string) => readonly CallerMapping[] {
  const integrations = new Map(
    [...resources.values()]
      .filter(({ type }) => type === 'AWS::ApiGatewayV2::Integration')
      .map((integration) => [`integrations/${integration.physicalId}`, integration]),
  );
  return (routeId) => {
    const route = resources.get(routeId);
    const target = route?.properties['Target'];
    return readTexts(typeof target === 'string' ? integrations.get(target) : route);
  };
}

function readTexts(owner: ResolvedResource | undefined): readonly CallerMapping[] {
  if (owner === undefined) return [];
  const inside = owner.properties['Integration'];
  const [properties, prefix] = isJsonObject(inside) ? [inside, 'Integration.'] : [owner.properties, ''];
  return TEXTS.flatMap((name) =>
    textsIn(properties[name])
      .filter((text) => READS_CALLER.test(text))
      .map((text) => ({ text, place: owner.place(`${prefix}${name}`) })),
  );
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((part: Json) => textsIn(part));
}
