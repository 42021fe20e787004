/**
 * Finds APIs of a template that SAM replaces with an implicit API, because they have its logical id and an event names
 * either no API or this id. Nothing that the template says about such an API is deployed or checked.
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/plugins/api/implicit_api_plugin.py
 */
import { asText, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import type { SourceTree } from '../cloudformation/template-source.ts';
import type { Finding } from '../raw-stack.ts';

const KINDS = [
  { id: APIS_ADDED_BY_SAM.rest, eventType: 'Api', naming: 'RestApiId' },
  { id: APIS_ADDED_BY_SAM.http, eventType: 'HttpApi', naming: 'ApiId' },
];
const WITH_EVENTS = ['AWS::Serverless::Function', 'AWS::Serverless::StateMachine'];

/** Returns the template without the APIs that SAM replaces, and a finding for each of these APIs. */
export function leaveOutReplaced(
  template: JsonObject,
  tree: SourceTree,
): {
  readonly template: JsonObject;
  readonly findings: readonly Finding[];
} {
  const resources = mapOf(template, 'Resources');
  const findings = KINDS.filter(({ id }) => resources[id] !== undefined).flatMap(
    ({ id, eventType, naming }): Finding[] => {
      const event = findImplicitEvent(resources, id, eventType, naming);
      if (event === undefined) return [];
      return [
        {
          // The resource with this id is the implicit API, which belongs to the function of the event.
          logicalId: '',
          type: '',
          rule: 'sam-replaces',
          message: `SAM replaces "${id}" with the API that it generates for events whose ${naming} is missing or ${id}, such as ${event}, so none of its properties is deployed`,
          place: { file: tree.file, line: tree.lineOf(['Resources', id]), logicalId: id },
          consequence: 'the API is served without the properties of this resource, as on AWS',
          remedy: `give the API another logical id, such as Api, and write ${naming}: !Ref Api into each ${eventType} event whose ${naming} is missing or ${id}; an API that is already deployed then gets a new id and address`,
        },
      ];
    },
  );
  if (findings.length === 0) return { template, findings };
  const replaced = findings.map(({ place }) => place?.logicalId);
  const kept = Object.entries(resources).filter(([id]) => !replaced.includes(id));
  return { template: { ...template, Resources: Object.fromEntries(kept) }, findings };
}

/** Returns the first event that belongs to the implicit API, as `Function.Event`. */
function findImplicitEvent(
  resources: JsonObject,
  api: string,
  eventType: string,
  naming: string,
): string | undefined {
  for (const [owner, resource] of Object.entries(resources)) {
    if (!isJsonObject(resource) || !WITH_EVENTS.includes(asText(resource['Type']) ?? '')) continue;
    for (const [name, event] of Object.entries(mapOf(mapOf(resource, 'Properties'), 'Events'))) {
      const { Type: type, Properties: properties } = membersOf(event);
      const named = membersOf(properties)[naming];
      const id = isJsonObject(named) ? named['Ref'] : named;
      if (type === eventType && (id === undefined || id === api)) return `${owner}.${name}`;
    }
  }
  return undefined;
}
