/**
 * The SAM transform (`AWS::Serverless-2016-10-31`), as far as the gateway serves it. APIs become an API with
 * an OpenAPI document, as in SAM. Unserved parts are reported; the rest of the template is expanded.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
 */
import { REFUSING } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import { closeApi } from './sam-closed.ts';
import { connectApis } from './sam-connectors.ts';
import { applyChanges } from './sam-event.ts';
import { SamExpansion } from './sam-expansion.ts';
import type { SamApi } from './sam-expansion.ts';
import { closeFunctionRoutes, expandFunction } from './sam-function.ts';
import { allowHttpRoute, expandHttpApi } from './sam-http-api.ts';
import { fillParameters, parameterValues, resolveReferences } from './sam-references.ts';
import { allowRestRoute, expandRestApi } from './sam-rest-api.ts';
import { expandApplication, expandLayer, expandTable, recordType } from './sam-simple.ts';
import { expandStateMachine } from './sam-state-machine.ts';
import { expandWebSocketApi } from './sam-websocket-api.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';

export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';

type Expanded = {
  readonly template: JsonObject;
  originOf(path: Path): Path;
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
};

/** @throws DefinitionError for what SAM refuses, where nothing is tolerated */
export function expandSam(
  written: JsonObject,
  tree: SourceTree,
  parameters: Readonly<Record<string, string>> = {},
  tolerance: Tolerance = REFUSING,
): Expanded {
  const template = fillServerless(written, parameterValues(written, parameters));
  const expansion = new SamExpansion(tree, template, tolerance);
  const declared = mapOf(template, 'Resources');
  for (const [logicalId, resource] of Object.entries(declared)) {
    const type = membersOf(resource)['Type'];
    if (!isJsonObject(resource) || typeof type !== 'string' || !type.startsWith('AWS::Serverless::'))
      expansion.copy(logicalId, withoutConnectors(resource));
    else expandResource(expansion, logicalId, resource, type);
  }
  applyChanges(expansion);
  for (const api of expansion.apis()) expandApi(expansion, api);
  for (const { kind, apiId, route } of expansion.foreign.filter((each) => each.route.fault === undefined))
    expansion.attempt(
      'the API is not allowed to call the function',
      () => {
        (kind === 'rest' ? allowRestRoute : allowHttpRoute)(expansion, apiId, route);
      },
      () => undefined,
    );
  connectApis(expansion, declared);
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
    findings: expansion.findings,
  };
}

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
      if (expand === expandFunction) closeFunctionRoutes(expansion, logicalId, resource, error);
    },
  );
}

function expandApi(expansion: SamExpansion, api: SamApi): void {
  expansion.attempt(
    'every route of the API answers 500',
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

/** Grants of connectors are not computed; `sam-role.ts` opens the roles of their functions. */
function withoutConnectors(resource: Json): Json {
  if (!isJsonObject(resource) || resource['Connectors'] === undefined) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([member]) => member !== 'Connectors'));
}
