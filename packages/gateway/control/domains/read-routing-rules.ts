/** Routing rules in templates and API calls, with AWS's limits (developer guide, "Routing rules"). */
import { DefinitionError } from '../../core/errors.ts';
import { isBasePath } from '../../core/routing/base-path.ts';
import { readInteger } from '../../core/deployment/properties.ts';
import { isTrue, listOf, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { RoutingRule, RuleCondition } from '../../core/routing/routing-rules.ts';
import type { ApiState } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

/** Whether a domain uses rules or mappings. AWS's older API calls the mappings "base path mappings". */
type RoutingMode = 'mappings' | 'rules' | 'rules-then-mappings';

const MODES: Readonly<Record<string, RoutingMode>> = {
  BASE_PATH_MAPPING_ONLY: 'mappings',
  API_MAPPING_ONLY: 'mappings',
  ROUTING_RULE_ONLY: 'rules',
  ROUTING_RULE_THEN_BASE_PATH_MAPPING: 'rules-then-mappings',
  ROUTING_RULE_THEN_API_MAPPING: 'rules-then-mappings',
};

export const ROUTING_MODES = Object.keys(MODES);

/**
 * Returns the routing mode. For an unknown mode it returns AWS's default; the check of property classes reports the
 * unknown mode.
 */
export function routingModeOf(properties: JsonObject): RoutingMode {
  return MODES[textOf(properties, 'RoutingMode')] ?? 'mappings';
}

const PRIORITY = { min: 1, max: 1_000_000, usual: 0 };
const MAX_HEADER_CONDITIONS = 2;
/** The maximum number of wildcards. A value with more wildcards is a mistake and would slow down each request. */
const MAX_WILDCARDS = 10;
const MAX_GLOB_LENGTH = 1_024;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
/** Matches the rule id, which is the last part of the rule's ARN. */
const ID = /\/routingrules\/([^/]+)$/;

/**
 * Reads a routing rule.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readRoutingRule(
  item: ControlResource,
  findApi: (apiId: string) => ApiState | undefined,
): RoutingRule {
  const fail = (property: string, message: string): never => {
    throw new DefinitionError(item.place(property), message);
  };
  const { properties } = item;
  const priority = readInteger(item, 'Priority', PRIORITY);
  if (priority === 0) fail('Priority', 'Priority is required');
  const actions = listOf(properties, 'Actions');
  if (actions.length !== 1) fail('Actions', 'A routing rule must have exactly one action');
  const [action = null] = actions;
  const invoke = mapOf(membersOf(action), 'InvokeApi');
  const [apiId, stage] = [textOf(invoke, 'ApiId'), textOf(invoke, 'Stage')];
  const api = findApi(apiId);
  if (api?.identity.protocol !== 'rest') fail('Actions', `Invalid REST API identifier specified: "${apiId}"`);
  if (api?.stage(stage) === undefined) fail('Actions', `Invalid stage identifier specified: "${stage}"`);
  return {
    id: ID.exec(item.id)?.[1] ?? item.id,
    priority,
    apiId,
    stage,
    conditions: readConditions(item, fail),
    stripsBasePath: isTrue(invoke['StripBasePath']),
  };
}

type Fail = (property: string, message: string) => never;

function readConditions({ properties }: ControlResource, fail: Fail): readonly RuleCondition[] {
  const conditions = listOf(properties, 'Conditions').map((written) => {
    const condition = membersOf(written);
    const [headers, basePaths] = [
      listOf(mapOf(condition, 'MatchHeaders'), 'AnyOf'),
      listOf(mapOf(condition, 'MatchBasePaths'), 'AnyOf'),
    ];
    if (headers.length > 0 === basePaths.length > 0)
      return fail('Conditions', 'A condition must match either headers or base paths');
    if (headers.length > 0)
      return {
        kind: 'headers' as const,
        anyOf: headers.map((one) => readHeader(membersOf(one), fail)),
      };
    return { kind: 'base-paths' as const, anyOf: basePaths.map((one) => readBasePath(one, fail)) };
  });
  const ofHeaders = conditions.filter(({ kind }) => kind === 'headers').length;
  if (ofHeaders > MAX_HEADER_CONDITIONS)
    fail('Conditions', 'A routing rule can have at most two header conditions');
  if (conditions.length - ofHeaders > 1)
    fail('Conditions', 'A routing rule can have at most one base path condition');
  return conditions;
}

function readHeader(one: JsonObject, fail: Fail): { name: string; glob: string } {
  const [name, glob] = [textOf(one, 'Header'), textOf(one, 'ValueGlob')];
  if (!HEADER_NAME.test(name)) fail('Conditions', `Invalid header name: "${name}"`);
  const isBounded = glob.length <= MAX_GLOB_LENGTH && glob.split('*').length - 1 <= MAX_WILDCARDS;
  if (glob === '' || !isBounded)
    fail(
      'Conditions',
      `Invalid ValueGlob for the header ${name}: it must have 1 to ${MAX_GLOB_LENGTH} characters and at most ${MAX_WILDCARDS} wildcards`,
    );
  return { name, glob };
}

function readBasePath(value: unknown, fail: Fail): string {
  const basePath = typeof value === 'string' ? value : '';
  return basePath !== '' && isBasePath(basePath)
    ? basePath
    : fail('Conditions', `Invalid base path: "${basePath}"`);
}
