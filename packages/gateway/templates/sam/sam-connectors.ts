/**
 * Connectors from an API to a function → the permission that lets the API call it. Connectors' other grants
 * go to roles of functions, which `sam-role.ts` opens. @see SAM developer guide, "Managing resource
 * permissions with connectors"
 */
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { permission } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

const APIS = [
  'AWS::Serverless::Api',
  'AWS::Serverless::HttpApi',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGatewayV2::Api',
];
const FUNCTIONS = ['AWS::Serverless::Function', 'AWS::Lambda::Function'];

type Connector = {
  readonly origin: string;
  readonly name: string;
  readonly sourceId: string;
  readonly properties: JsonObject;
};

export function connectApis(expansion: SamExpansion, declared: JsonObject): void {
  const typeOf = (id: Json | undefined): string => {
    const resource = typeof id === 'string' ? declared[id] : undefined;
    const type = membersOf(resource)['Type'];
    return typeof type === 'string' ? type : '';
  };
  for (const { origin, name, sourceId, properties } of connectorsOf(declared)) {
    const { Permissions: permissions, Destination: destination } = properties;
    const isCalling = isJsonList(permissions) && permissions.includes('Write');
    if (!isCalling || !APIS.includes(typeOf(sourceId))) continue;
    const ends = isJsonList(destination) ? destination : [destination ?? null];
    for (const [index, end] of ends.entries()) {
      const functionId = idOf(end);
      if (functionId === undefined || !FUNCTIONS.includes(typeOf(functionId))) continue;
      const id = `${name}${index === 0 ? '' : index}WriteLambdaPermission`;
      const allow = permission({ 'Fn::GetAtt': [functionId, 'Arn'] }, sourceId, '*');
      expansion.attempt(
        'the API is not allowed to call the function',
        () => expansion.make(origin, id, 'AWS::Lambda::Permission', allow),
        () => undefined,
      );
    }
  }
}

/** Connectors that are resources, and those inside of a resource, whose source is that resource. */
function connectorsOf(declared: JsonObject): readonly Connector[] {
  return Object.entries(declared).flatMap(([origin, resource]) => {
    if (!isJsonObject(resource)) return [];
    if (resource['Type'] === 'AWS::Serverless::Connector') {
      const properties = mapOf(resource, 'Properties');
      const sourceId = idOf(properties['Source']);
      return sourceId === undefined ? [] : [{ origin, name: origin, sourceId, properties }];
    }
    return Object.entries(mapOf(resource, 'Connectors')).map(([name, connector]) => ({
      origin,
      name: `${origin}${name}`,
      sourceId: origin,
      properties: isJsonObject(connector) ? mapOf(connector, 'Properties') : {},
    }));
  });
}

function idOf(end: Json | undefined): string | undefined {
  const id = membersOf(end)['Id'];
  return typeof id === 'string' ? id : undefined;
}
