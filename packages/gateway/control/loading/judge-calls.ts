/**
 * Checks resources as API Gateway's calls check them when they are created. It covers only the checks that are not
 * already made when the APIs are loaded.
 */
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { MODEL_EXISTS } from '../../core/deployment/models/models.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';
import { DEFAULT_MODELS } from '../api/rest/default-models.ts';
import { ControlError } from '../control-error.ts';
import { NO_SUCH_DEPLOYMENT } from '../edits/edit-stages.ts';
import { describeNamesake, notSupported } from '../resource-types/api-type.ts';
import type { ApiType, PartCalls } from '../resource-types/api-type.ts';
import { V2_TYPES } from '../resource-types/v2-types.ts';
import { locationKey, PART_EXISTS, readContent, readLocation } from '../export/documentation.ts';

type RefusedPart = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

type Question = (
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
) => Omit<RefusedPart, 'resource'> | undefined;

const QUESTIONS: Readonly<Record<string, readonly Question[]>> = {
  'AWS::ApiGateway::DocumentationPart': [judgeLocation, judgeContent, judgeSecondPart],
  'AWS::ApiGateway::Model': [judgeDefaultModel],
  'AWS::ApiGateway::Stage': [judgeDeployment],
  'AWS::ApiGatewayV2::Stage': [judgeDeployment],
  'AWS::ApiGatewayV2::RouteResponse': [judgeProtocol, judgeNamesake],
  'AWS::ApiGatewayV2::IntegrationResponse': [judgeNamesake],
};

export function judgeCalls(
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
): readonly RefusedPart[] {
  return (QUESTIONS[resource.type] ?? []).flatMap((question) => {
    const refused = question(resource, all);
    return refused === undefined ? [] : [{ resource, ...refused }];
  });
}

/** Returns the location of a documentation part as a call writes it. */
function locationOf({ properties }: ResolvedResource): JsonObject {
  const entries = Object.entries(mapOf(properties, 'Location'));
  return Object.fromEntries(
    entries.map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  );
}

function judgeLocation(part: ResolvedResource): ReturnType<Question> {
  const location = locationOf(part);
  // The type of the location is checked by the schema of the resource type.
  const wrong = Object.keys(location).find(
    (name) =>
      name !== 'type' && refusalOf(() => readLocation({ type: location['type'], [name]: location[name] })),
  );
  if (wrong === undefined) return undefined;
  const message = refusalOf(() => readLocation({ type: location['type'], [wrong]: location[wrong] })) ?? '';
  const member = `${wrong.charAt(0).toUpperCase()}${wrong.slice(1)}`;
  return { property: `Location.${member}`, message, remedy: `remove ${member}` };
}

function judgeContent({ properties: { Properties: content } }: ResolvedResource): ReturnType<Question> {
  const message = refusalOf(() => readContent(content));
  const remedy = `write Properties as the text of a JSON object, such as '{"description": "…"}'`;
  return message === undefined || content === undefined
    ? undefined
    : { property: 'Properties', message, remedy };
}

function judgeSecondPart(part: ResolvedResource, all: readonly ResolvedResource[]): ReturnType<Question> {
  const keyOf = ({ properties }: ResolvedResource): string =>
    `${textOf(properties, 'RestApiId')} ${locationKey(mapOf(properties, 'Location'))}`;
  const isTaken = all
    .slice(0, all.indexOf(part))
    .some((one) => one.type === part.type && keyOf(one) === keyOf(part));
  return isTaken
    ? {
        property: 'Location',
        message: PART_EXISTS,
        remedy: 'put the properties of both parts into one of them',
      }
    : undefined;
}

/**
 * Refuses a model that API Gateway creates with the API (snyk/driftctl#1631). An API that is imported from a document
 * has only the models of the document.
 */
function judgeDefaultModel(
  { properties }: ResolvedResource,
  all: readonly ResolvedResource[],
): ReturnType<Question> {
  const name = textOf(properties, 'Name');
  const api = all.find(({ physicalId }) => physicalId === properties['RestApiId']);
  const isImported = api?.isImported === true || api?.properties['BodyS3Location'] !== undefined;
  return DEFAULT_MODELS.includes(name) && api !== undefined && !isImported
    ? {
        property: 'Name',
        message: MODEL_EXISTS,
        remedy: `give the model another name; API Gateway itself creates the models ${DEFAULT_MODELS.join(' and ')} in every API`,
      }
    : undefined;
}

/** Refuses a stage whose deployment belongs to another API of the stack. */
function judgeDeployment(stage: ResolvedResource, all: readonly ResolvedResource[]): ReturnType<Question> {
  const owner = stage.type === 'AWS::ApiGateway::Stage' ? 'RestApiId' : 'ApiId';
  const { DeploymentId: id, [owner]: apiId } = stage.properties;
  const deployment = all.find(({ type, physicalId }) => type.endsWith('::Deployment') && physicalId === id);
  return deployment === undefined || deployment.properties[owner] === apiId
    ? undefined
    : {
        property: 'DeploymentId',
        message: NO_SUCH_DEPLOYMENT,
        remedy: `name a deployment that belongs to the API of the stage; ${deployment.logicalId} belongs to another API`,
      };
}

/** Refuses a part of an HTTP API that only WebSocket APIs can have (API Gateway V2 API reference). */
function judgeProtocol(part: ResolvedResource, all: readonly ResolvedResource[]): ReturnType<Question> {
  const api = all.find(({ physicalId }) => physicalId === part.properties['ApiId']);
  const calls = callsOf(part);
  return calls?.only !== undefined && textOf(api?.properties ?? {}, 'ProtocolType') === 'HTTP'
    ? {
        property: 'ApiId',
        message: notSupported(calls, 'http'),
        remedy: 'remove the resource, or set ProtocolType: WEBSOCKET on the API',
      }
    : undefined;
}

function judgeNamesake(part: ResolvedResource, all: readonly ResolvedResource[]): ReturnType<Question> {
  const calls = callsOf(part);
  const { unique = '', below } = calls ?? {};
  const ofOwner = ['ApiId', unique, below?.property ?? unique];
  const isTaken = all
    .slice(0, all.indexOf(part))
    .some(
      (one) =>
        one.type === part.type && ofOwner.every((name) => one.properties[name] === part.properties[name]),
    );
  return isTaken && calls !== undefined
    ? {
        property: unique,
        message: describeNamesake(calls, textOf(part.properties, unique)),
        remedy: `remove one of the two resources, or give one of them another ${unique}`,
      }
    : undefined;
}

function callsOf({ type }: ResolvedResource): PartCalls | undefined {
  const row: ApiType | undefined = Object.hasOwn(V2_TYPES, type)
    ? V2_TYPES[type as keyof typeof V2_TYPES]
    : undefined;
  return row?.calls;
}

function refusalOf(ask: () => unknown): string | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof ControlError) return error.message;
    throw error;
  }
}
