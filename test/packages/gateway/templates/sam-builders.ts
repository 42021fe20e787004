/** SAM templates with one function, expanded down to what the control plane reads. */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../../../packages/gateway/core/stack/model.ts';
import { expandDocuments } from '../../../../packages/gateway/templates/openapi/openapi.ts';
import { aStack, SHOP } from './stack-builders.ts';

/** A template of the API `Api` with these properties and the function `F` with these events. */
export function samTemplate(
  type: 'Api' | 'HttpApi',
  api: string,
  events: Readonly<Record<string, string>>,
  more = '',
): string {
  const id = type === 'Api' ? 'RestApiId' : 'ApiId';
  const list = Object.entries(events).map(
    ([name, properties]) =>
      `        ${name}: { Type: ${type}, Properties: { ${id}: !Ref Api, ${properties} } }`,
  );
  return [
    'Transform: AWS::Serverless-2016-10-31',
    'Resources:',
    '  Api:',
    `    Type: AWS::Serverless::${type}`,
    `    Properties: { StageName: live, ${api} }`,
    '  F:',
    '    Type: AWS::Serverless::Function',
    '    Properties:',
    '      Runtime: nodejs24.x',
    '      Handler: a.b',
    ...(list.length === 0 ? [] : ['      Events:', ...list]),
    more,
  ].join('\n');
}

/** Every resource by logical id, documents imported. */
export function samResources(text: string): ReadonlyMap<string, ResolvedResource> {
  return expandDocuments(SHOP, aStack(text).resolveResources()).resources;
}

export function samProperties(text: string, logicalId: string): JsonObject {
  const resources = samResources(text);
  const found = resources.get(logicalId);
  if (found === undefined) throw new Error(`no ${logicalId} in ${[...resources.keys()].join(', ')}`);
  return found.properties;
}

/** One member of a resource, or of its `Integration`, as text. */
export function samText(text: string, logicalId: string, member: string): string {
  const properties = samProperties(text, logicalId);
  const integration = properties['Integration'] as JsonObject | undefined;
  return printMember(properties[member] ?? integration?.[member]);
}

function printMember(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Methods or routes as `GET /x` → what they ask for: authorization, authorizer, key. */
export function samSecurity(text: string): Readonly<Record<string, string>> {
  const resources = [...samResources(text).values()];
  const nameOf = (id: unknown): string =>
    printMember(
      resources.find(({ type, physicalId }) => type.endsWith('::Authorizer') && physicalId === id)
        ?.properties['Name'],
    );
  const entries = resources
    .filter(({ type }) => type.endsWith('::Method') || type.endsWith('::Route'))
    .map(({ logicalId, properties }) => {
      const authorizer =
        properties['AuthorizerId'] === undefined ? '' : ` ${nameOf(properties['AuthorizerId'])}`;
      const key = properties['ApiKeyRequired'] === true ? ' key' : '';
      return [
        logicalId.replace(/^\w+ /, ''),
        `${printMember(properties['AuthorizationType'])}${authorizer}${key}`,
      ];
    });
  return Object.fromEntries(entries) as Record<string, string>;
}
