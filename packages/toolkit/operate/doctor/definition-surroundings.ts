/**
 * Reads facts about an API that is only defined in a template. They are its functions with their source, the
 * permissions, and line numbers.
 */
import { relative } from 'node:path';
import { readHandlerSources } from '../../../gateway/engine/index.ts';
import type { DefinitionPlane, ResolvedResource } from '../../../gateway/engine/index.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { apiArnOf, mayCall } from '../attach/authorizer-function.ts';
import { listAll, PlaneError } from '../attach/control-plane.ts';
import type { ControlPlane } from '../attach/control-plane.ts';
import type { Surroundings } from './read-api-view.ts';

/** Returns a read-only control plane. It contains the resources that the templates would create. */
export function planeOfDefinition({ get }: DefinitionPlane): ControlPlane {
  const read: ControlPlane['read'] = async (_, path) => {
    const { status, body } = await get(path);
    if (status === 404) return undefined;
    const found = parseJsonObject(body);
    if (status === 200 && found !== undefined) return found;
    throw new PlaneError(`GET ${path}`, String(status), body.slice(0, 200));
  };
  return {
    read,
    list: (path) => listAll(read, path),
    write: ({ method, path }) =>
      Promise.reject(new PlaneError(`${method} ${path}`, '', 'a template is read-only')),
  };
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  api: ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'],
  authorizer: ['AWS::ApiGateway::Authorizer', 'AWS::ApiGatewayV2::Authorizer'],
  plan: ['AWS::ApiGateway::UsagePlan'],
  key: ['AWS::ApiGateway::ApiKey'],
};

export function surroundingsOf({ stacks }: DefinitionPlane): Surroundings {
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  const functions = stacks.flatMap((stack) => stack.functions);
  const definitionOf = (name: string) => functions.find((one) => one.name === name.split(':')[0]);
  const grants = resources
    .filter(({ type }) => type === 'AWS::Lambda::Permission')
    .map((grant) => ({
      functionName: nameIn(grant.properties['FunctionName']),
      statement: statementOf(grant),
    }));
  return {
    async facts(functionName, isAuthorizer) {
      const definition = definitionOf(functionName);
      if (definition === undefined) return undefined;
      const { name, timeoutSeconds, place, runtime } = definition;
      const sources = isAuthorizer ? await readHandlerSources(definition) : [];
      return {
        name,
        timeoutSeconds,
        runtime,
        where: placeText(place),
        sources: sources.map(({ file, text }) => ({ text, file: relative(process.cwd(), file) })),
      };
    },
    isPermitted(functionName, source, apiId) {
      const definition = definitionOf(functionName);
      if (definition === undefined) return Promise.resolve(undefined);
      const arn = apiArnOf(definition.arn, apiId);
      return Promise.resolve(
        grants.some((grant) => grant.functionName === functionName && mayCall(grant.statement, arn, source)),
      );
    },
    where(part, id, more) {
      const found = resources.find((resource) => isMeant(resource, part, id, more));
      return found === undefined
        ? `${part} ${more ?? id}`
        : `${found.logicalId}, ${placeText(found.place())}`;
    },
    webAcls: () =>
      resources.flatMap((resource) => {
        const { type, properties } = resource;
        const target = JSON.stringify(properties['ResourceArn'] ?? '');
        const api = /\/(?:apis|restapis)\/([\w]+)/.exec(target)?.[1];
        return type === 'AWS::WAFv2::WebACLAssociation' && api !== undefined
          ? [{ where: `${resource.logicalId}, ${placeText(resource.place())}`, api }]
          : [];
      }),
  };
}

function isMeant(resource: ResolvedResource, part: string, id: string, more: string | undefined): boolean {
  const { type, physicalId, properties } = resource;
  if (part === 'stage')
    return (
      (type === 'AWS::ApiGateway::Stage' ||
        type === 'AWS::ApiGatewayV2::Stage' ||
        type === 'AWS::ApiGateway::Deployment') &&
      properties['StageName'] === id &&
      (properties['RestApiId'] ?? properties['ApiId']) === more
    );
  if (part === 'route')
    return type === 'AWS::ApiGateway::Method'
      ? properties['ResourceId'] === id && properties['HttpMethod'] === more?.split(' ')[0]
      : type === 'AWS::ApiGatewayV2::Route' && physicalId === id;
  return physicalId === id && TYPES[part]?.includes(type) === true;
}

export function placeText({
  file,
  line,
}: {
  readonly file: string;
  readonly line?: number | undefined;
}): string {
  const named = relative(process.cwd(), file);
  return line === undefined ? named : `${named}:${line}`;
}

function nameIn(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return /:function:(.+)$/.exec(text)?.[1] ?? text;
}

function statementOf({ properties }: ResolvedResource) {
  const { Principal, Action, SourceArn, SourceAccount } = properties;
  return {
    Effect: 'Allow',
    Action,
    Principal: { Service: Principal },
    Condition: {
      ...(SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': SourceArn } }),
      ...(SourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
    },
  };
}
