/**
 * Expands the SAM transform (`AWS::Serverless-2016-10-31`), as far as the gateway serves it. As in SAM, an API resource
 * becomes an API with an OpenAPI document. Parts that are not served are reported, and the rest of the template is
 * expanded.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
 */
import { isDeepStrictEqual } from 'node:util';
import { REFUSING } from '../../core/errors.ts';
import type { DefinitionError, Tolerance } from '../../core/errors.ts';
import { asText, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import { memberAt } from '../template-place.ts';
import { closeApi } from './sam-closed.ts';
import { expandConnectors } from './sam-connectors.ts';
import { applyChanges } from './sam-event.ts';
import { SamExpansion, pick } from './sam-expansion.ts';
import type { SamApi } from './sam-expansion.ts';
import { closeFunctionRoutes, expandFunction, localOrS3 } from './sam-function.ts';
import { allowHttpRoute, expandHttpApi } from './sam-http-api.ts';
import { refuseResource } from './sam-refusals.ts';
import { leaveOutReplaced } from './sam-replaced-apis.ts';
import { fillParameters, parameterValues, resolveReferences } from './sam-references.ts';
import { allowRestRoute, expandRestApi } from './sam-rest-api.ts';
import { expandStateMachine } from './sam-state-machine.ts';
import { expandWebSocketApi } from './sam-websocket-api.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';

const OF_TABLE = [
  'TableName',
  'ProvisionedThroughput',
  'SSESpecification',
  'Tags',
  'PointInTimeRecoverySpecification',
];
const OF_LAYER = ['Description', 'LicenseInfo', 'CompatibleRuntimes', 'CompatibleArchitectures'];

const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' };

function expandTable(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('SimpleTable', resource);
  expansion.reportUnknown(logicalId, 'AWS::Serverless::SimpleTable', properties, [...OF_TABLE, 'PrimaryKey']);
  const key = mapOf(properties, 'PrimaryKey');
  const name: Json = key['Name'] ?? 'id';
  const type = key['Type'] ?? 'String';
  const attributeType = typeof type === 'string' ? ATTRIBUTE_TYPES[type] : undefined;
  if (attributeType === undefined) {
    return expansion.fail(
      logicalId,
      `PrimaryKey.Type must be String, Number or Binary, not ${JSON.stringify(type)}`,
    );
  }
  expansion.make(logicalId, logicalId, 'AWS::DynamoDB::Table', {
    ...pick(properties, OF_TABLE),
    AttributeDefinitions: [{ AttributeName: name, AttributeType: attributeType }],
    KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
    ...(properties['ProvisionedThroughput'] === undefined ? { BillingMode: 'PAY_PER_REQUEST' } : {}),
  });
}

function expandLayer(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('LayerVersion', resource);
  const known = [...OF_LAYER, 'LayerName', 'ContentUri', 'RetentionPolicy', 'PublishLambdaVersion'];
  expansion.reportUnknown(logicalId, 'AWS::Serverless::LayerVersion', properties, known);
  const content = properties['ContentUri'];
  if (content === undefined) return expansion.fail(logicalId, 'ContentUri is required');
  expansion.make(logicalId, logicalId, 'AWS::Lambda::LayerVersion', {
    ...pick(properties, OF_LAYER),
    LayerName: properties['LayerName'] ?? logicalId,
    Content: localOrS3(content),
  });
}

function expandApplication(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('Application', resource);
  const known = ['Location', 'Parameters', 'NotificationARNs', 'Tags', 'TimeoutInMinutes'];
  expansion.reportUnknown(logicalId, 'AWS::Serverless::Application', properties, known);
  const location = properties['Location'];
  if (location === undefined) return expansion.fail(logicalId, 'Location is required');
  const repository = membersOf(location)['ApplicationId'];
  if (repository !== undefined)
    expansion.report(
      logicalId,
      'AWS::Serverless::Application',
      'Location',
      'an application of the Serverless Application Repository is not on this machine, so its resources do not exist',
    );
  expansion.make(logicalId, logicalId, 'AWS::CloudFormation::Stack', {
    ...pick(properties, ['Parameters', 'NotificationARNs', 'Tags', 'TimeoutInMinutes']),
    ...(typeof location === 'string' ? { TemplateURL: location } : {}),
  });
}

const RECORDED: Readonly<Record<string, string>> = {
  'AWS::Serverless::GraphQLApi': 'AWS::AppSync::GraphQLApi',
  'AWS::Serverless::CapacityProvider': 'AWS::Lambda::CapacityProvider',
};

/** Keeps the resource in the stack with its CloudFormation type, so that references to it resolve. */
function recordType(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const type = typeof resource['Type'] === 'string' ? resource['Type'] : '';
  expansion.make(logicalId, logicalId, Object.hasOwn(RECORDED, type) ? (RECORDED[type] ?? type) : type, {});
}

export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';

type Expanded = {
  readonly template: JsonObject;
  originOf(path: Path): Path;
  isPassedOn(path: Path): boolean;
  /** The resources that are not expanded, with the error of each. */
  readonly omitted: ReadonlyMap<string, DefinitionError>;
  readonly findings: readonly Finding[];
};

type Expand = (expansion: SamExpansion, logicalId: string, resource: JsonObject) => void;

const TYPES: Readonly<Record<string, Expand>> = {
  'AWS::Serverless::Function': expandFunction,
  'AWS::Serverless::Api': (expansion, logicalId, resource) => {
    expansion.declareApi('rest', logicalId, resource);
  },
  'AWS::Serverless::HttpApi': (expansion, logicalId, resource) => {
    expansion.declareApi('http', logicalId, resource);
  },
  'AWS::Serverless::WebSocketApi': expandWebSocketApi,
  'AWS::Serverless::SimpleTable': expandTable,
  'AWS::Serverless::LayerVersion': expandLayer,
  'AWS::Serverless::StateMachine': expandStateMachine,
  'AWS::Serverless::Application': expandApplication,
  // Connectors are expanded after all other resources.
  'AWS::Serverless::Connector': () => undefined,
};

/**
 * Expands a SAM template.
 * @throws DefinitionError for settings that SAM refuses, if errors are not tolerated
 */
export function expandSam(
  written: JsonObject,
  tree: SourceTree,
  parameters: Readonly<Record<string, string>> = {},
  tolerance: Tolerance = REFUSING,
): Expanded {
  const { template, findings } = leaveOutReplaced(
    fillServerless(written, parameterValues(written, parameters)),
    tree,
  );
  const expansion = new SamExpansion(tree, template, tolerance);
  expansion.refuseGlobals();
  const declared = mapOf(template, 'Resources');
  for (const [logicalId, resource] of Object.entries(declared)) {
    const type = membersOf(resource)['Type'];
    if (!isJsonObject(resource) || typeof type !== 'string' || !type.startsWith('AWS::Serverless::'))
      expansion.copy(logicalId, withoutConnectors(resource));
    else expandResource(expansion, logicalId, resource, type);
  }
  applyChanges(expansion);
  for (const api of expansion.apis()) expandApi(expansion, api);
  allowForeignRoutes(expansion);
  expandConnectors(expansion, declared);
  for (const [logicalId, resource] of Object.entries(declared))
    if (isJsonObject(resource)) refuseResource(expansion, logicalId, resource);
  const known = mapOf(template, 'Conditions');
  const all = { ...known, ...Object.fromEntries(expansion.conditions) };
  const sections = Object.entries(template).filter(([name]) => name !== 'Globals' && name !== 'Conditions');
  const expanded = {
    ...Object.fromEntries(sections),
    ...(Object.keys(all).length === 0 ? {} : { Conditions: all }),
    Resources: Object.fromEntries(expansion.resources),
  };
  const resolved = resolveReferences(expanded, expansion.references);
  return {
    template: isJsonObject(resolved) ? resolved : expanded,
    originOf: (path) => expansion.originOf(path),
    isPassedOn: (path) => isPassedOn(path, expansion, declared),
    omitted: expansion.omitted,
    findings: [...findings, ...expansion.findings],
  };
}

function allowForeignRoutes(expansion: SamExpansion): void {
  for (const { kind, apiId, route } of expansion.foreign.filter((each) => each.route.fault === undefined))
    expansion.attempt(
      'the API is not allowed to call the function',
      () => {
        (kind === 'rest' ? allowRestRoute : allowHttpRoute)(expansion, apiId, route);
      },
      () => undefined,
    );
}

/**
 * Returns whether SAM passes an object on as the template has it, together with Globals. SAM adds no members to such an
 * object, so the members that it lacks are missing on AWS too.
 */
function isPassedOn(path: Path, expansion: SamExpansion, declared: JsonObject): boolean {
  const [section = '', name = '', ...made] = path;
  const origin = expansion.origins.get(name) ?? name;
  const [from, owner, ...written] = expansion.originOf(path);
  const resource = declared[origin];
  const type = asText(membersOf(resource)['Type']) ?? '';
  if (section !== 'Resources' || !isJsonObject(resource) || !type.startsWith(OWN_TYPES)) return false;
  const properties = expansion.properties(type.slice(OWN_TYPES.length), resource);
  // A path in Globals has no step `Properties`.
  const place = from === 'Globals' ? written : owner === origin ? written.slice(1) : [];
  const given = memberAt(properties, place);
  return (
    place.length > 0 &&
    given !== undefined &&
    isDeepStrictEqual(given, memberAt(expansion.resources.get(name), made))
  );
}

const OWN_TYPES = 'AWS::Serverless::';

function expandResource(
  expansion: SamExpansion,
  logicalId: string,
  resource: JsonObject,
  type: string,
): void {
  const expand = Object.hasOwn(TYPES, type) ? (TYPES[type] ?? recordType) : recordType;
  expansion.attempt(
    `${logicalId} is omitted`,
    () => {
      expand(expansion, logicalId, resource);
    },
    (error) => {
      expansion.omitted.set(logicalId, error);
      if (expand === expandFunction) closeFunctionRoutes(expansion, logicalId, resource, error);
    },
  );
}

function expandApi(expansion: SamExpansion, api: SamApi): void {
  expansion.attempt(
    'every route of the API returns 500',
    () => {
      if (api.kind === 'rest') expandRestApi(expansion, api);
      else expandHttpApi(expansion, api);
    },
    (error) => {
      closeApi(expansion, api, error);
    },
  );
}

function fillServerless(template: JsonObject, values: ReadonlyMap<string, Json>): JsonObject {
  const declared = mapOf(template, 'Resources');
  const resources = Object.entries(declared).map(([logicalId, resource]): [string, Json] => {
    const type = membersOf(resource)['Type'];
    const isServerless = typeof type === 'string' && type.startsWith('AWS::Serverless::');
    if (!isJsonObject(resource) || !isServerless || resource['Properties'] === undefined)
      return [logicalId, resource];
    return [logicalId, { ...resource, Properties: fillParameters(resource['Properties'], values) }];
  });
  const globals = template['Globals'];
  return {
    ...template,
    ...(globals === undefined ? {} : { Globals: fillParameters(globals, values) }),
    Resources: Object.fromEntries(resources),
  };
}

/** Removes the connectors from a resource that is not SAM's. */
function withoutConnectors(resource: Json): Json {
  if (!isJsonObject(resource) || resource['Connectors'] === undefined) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([member]) => member !== 'Connectors'));
}
