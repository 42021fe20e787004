import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { badRequest } from '../../control-error.ts';
import { deleteRule, getDomain, getRule, putRule } from '../../domains/edit-domains.ts';
import { readRoutingRule } from '../../domains/read-routing-rules.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { DefinitionError } from '../../../core/errors.ts';
import { requireMembers, pageReply, v2Collection } from './v2-wire.ts';
import type { Domain } from '../../domains/domains.ts';
import type { RoutingRule } from '../../../core/routing/routing-rules.ts';
import type { ApiDirectory, RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

const RULES = '/v2/domainnames/{domainName}/routingrules';
const RULE = `${RULES}/{routingRuleId}`;
const ID_LENGTH = 6;
const MEMBERS = ['actions', 'conditions', 'priority'];

export function routingRuleRoutes({ apis, random, accountId }: RestControl): readonly WireRoute[] {
  const { domains } = apis;
  const domainOf = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  const put = (call: WireCall, id: string): RoutingRule => {
    requireMembers(call.body, MEMBERS);
    const rule = readRule(call, id, apis);
    putRule(domains, domainOf(call), rule);
    return rule;
  };
  const show = (rule: RoutingRule, call: WireCall): object => showRule(rule, call, accountId);
  const get = (call: WireCall): RoutingRule => getRule(domainOf(call), call.path('routingRuleId'));
  return [
    {
      method: 'GET',
      path: RULES,
      serve: (call) =>
        pageReply(
          domainOf(call).rules.map((rule) => show(rule, call)),
          call.query,
          'routingRules',
        ),
    },
    {
      method: 'PUT',
      path: RULE,
      serve: (call) => jsonReply(200, show(put(call, get(call).id), call)),
    },
    ...v2Collection({
      all: RULES,
      one: RULE,
      show,
      create: (call) => put(call, random.hex(ID_LENGTH)),
      get,
      remove(call) {
        deleteRule(domains, domainOf(call), call.path('routingRuleId'));
      },
    }),
  ];
}

/**
 * Reads a routing rule. Its members are first renamed as in templates.
 * @throws ControlError for a call that AWS refuses
 */
function readRule({ body }: WireCall, id: string, apis: ApiDirectory): RoutingRule {
  const properties: JsonObject = Object.fromEntries(
    MEMBERS.map((name) => [capitalise(name), renameMembers(body[name], capitalise)]),
  );
  try {
    const item = { id, logicalId: id, properties, place: (property?: string) => ({ file: '', property }) };
    return readRoutingRule(item, (apiId) => apis.state(apiId));
  } catch (error) {
    if (error instanceof DefinitionError) throw badRequest(error.message);
    throw error;
  }
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Renames all members of a value. This is safe, because a routing rule contains no keys that users choose. */
function renameMembers(value: unknown, format: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renameMembers(item, format));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [format(name), renameMembers(item, format)]),
    );
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function showRule(rule: RoutingRule, { region, path }: WireCall, accountId: string): object {
  const { id, priority, conditions, apiId, stage, stripsBasePath: stripBasePath } = rule;
  return {
    actions: [{ invokeApi: { apiId, stage, stripBasePath } }],
    conditions: conditions.map((condition) =>
      condition.kind === 'base-paths'
        ? { matchBasePaths: { anyOf: condition.anyOf } }
        : {
            matchHeaders: {
              anyOf: condition.anyOf.map(({ name, glob }) => ({ header: name, valueGlob: glob })),
            },
          },
    ),
    priority,
    // Unlike the ARN of the domain, the ARN of a rule contains the account (AWS CLI reference, create-routing-rule).
    routingRuleArn: `arn:aws:apigateway:${region}:${accountId}:/domainnames/${path('domainName')}/routingrules/${id}`,
    routingRuleId: id,
  };
}
