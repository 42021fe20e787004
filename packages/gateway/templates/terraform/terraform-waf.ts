/**
 * Converts the provider's web ACLs and rule groups. In their rules, some names, and the blocks that can be repeated,
 * differ from CloudFormation's.
 */
import { isJsonList, isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Instance } from './terraform-document.ts';
import { pascal } from './terraform-types.ts';
import type { TerraformValues } from './terraform-values.ts';

/** Members whose name in CloudFormation differs from the name that `pascal` would make. */
export const WAF_NAMES: Readonly<Record<string, string>> = {
  ip_set_reference_statement: 'IPSetReferenceStatement',
  ip_set_forwarded_ip_config: 'IPSetForwardedIPConfig',
  forwarded_ip_config: 'ForwardedIPConfig',
  forwarded_ip: 'ForwardedIP',
  ip: 'IP',
  cloudwatch_metrics_enabled: 'CloudWatchMetricsEnabled',
  ja3_fingerprint: 'JA3Fingerprint',
  ja4_fingerprint: 'JA4Fingerprint',
  uri_fragment: 'UriFragment',
  http_method: 'HTTPMethod',
  aws_managed_rules_acfp_rule_set: 'AWSManagedRulesACFPRuleSet',
  aws_managed_rules_atp_rule_set: 'AWSManagedRulesATPRuleSet',
  aws_managed_rules_bot_control_rule_set: 'AWSManagedRulesBotControlRuleSet',
  aws_managed_rules_anti_ddos_rule_set: 'AWSManagedRulesAntiDDoSRuleSet',
};
/** Blocks that are always a list in CloudFormation, even if there is only one. All other blocks are single. */
const LISTS: Readonly<Record<string, string>> = {
  text_transformation: 'TextTransformations',
  rule_action_override: 'RuleActionOverrides',
  excluded_rule: 'ExcludedRules',
  rule_label: 'RuleLabels',
  insert_header: 'InsertHeaders',
  response_header: 'ResponseHeaders',
  custom_key: 'CustomKeys',
  managed_rule_group_configs: 'ManagedRuleGroupConfigs',
};
/** Statements that combine several other statements. */
const COMBINING = new Set(['and_statement', 'or_statement']);

export function webAclShape(instance: Instance, values: TerraformValues): JsonObject {
  const [action] = values.blocks(instance, 'default_action');
  return { ...ruleGroupShape(instance, values), DefaultAction: action === undefined ? {} : members(action) };
}

export function ruleGroupShape(instance: Instance, values: TerraformValues): JsonObject {
  const rules = values.blocks(instance, 'rule').map((rule) => members(rule));
  const [visibility] = values.blocks(instance, 'visibility_config');
  const bodies = values.blocks(instance, 'custom_response_body').map((body) => {
    const { key: _key, ...others } = body;
    return [textOf(body, 'key'), members(others)] as const;
  });
  return {
    ...(rules.length > 0 && { Rules: rules }),
    ...(visibility !== undefined && { VisibilityConfig: members(visibility) }),
    ...(bodies.length > 0 && { CustomResponseBodies: Object.fromEntries(bodies) }),
  };
}

export function patternSetShape(instance: Instance, values: TerraformValues): JsonObject {
  return {
    RegularExpressionList: values
      .blocks(instance, 'regular_expression')
      .map((expression) => textOf(expression, 'regex_string')),
  };
}

function members(block: JsonObject, isCombining = false): JsonObject {
  const entries = Object.entries(block).flatMap(([name, value]): (readonly [string, Json])[] => {
    if (value === null || value === '' || (isJsonList(value) && value.length === 0)) return [];
    const blocks = isJsonList(value) ? value.filter(isJsonObject) : [];
    if (!isJsonList(value) || blocks.length < value.length) return [[WAF_NAMES[name] ?? pascal(name), value]];
    const list = isCombining && name === 'statement' ? 'Statements' : LISTS[name];
    if (list !== undefined) return [[list, blocks.map((each) => members(each))]];
    const [only = {}] = blocks;
    return [[WAF_NAMES[name] ?? pascal(name), members(only, COMBINING.has(name))]];
  });
  return Object.fromEntries(entries);
}
