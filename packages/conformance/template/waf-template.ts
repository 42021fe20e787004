/** The web ACL of a case: its sets and rule groups, and the stage that it guards. */
import type { Draft } from './draft.ts';
import type { Json, JsonObject, WafSetup } from '../schema/parity-case.ts';

const VISIBILITY = { CloudWatchMetricsEnabled: false, SampledRequestsEnabled: true };

/** `${waf:name}` stands for the ARN of a set or group. */
export function addWebAcl(
  draft: Draft,
  { webAcl, ipSets = {}, patternSets = {}, ruleGroups = {} }: WafSetup,
): void {
  const scoped = (name: string): JsonObject => ({ Name: draft.id('Waf', name), Scope: 'REGIONAL' });
  for (const [name, Addresses] of Object.entries(ipSets)) {
    const IPAddressVersion = Addresses.some((address) => address.includes(':')) ? 'IPV6' : 'IPV4';
    draft.add(draft.id('Waf', name), {
      Type: 'AWS::WAFv2::IPSet',
      Properties: { ...scoped(name), Addresses, IPAddressVersion },
    });
  }
  for (const [name, RegularExpressionList] of Object.entries(patternSets))
    draft.add(draft.id('Waf', name), {
      Type: 'AWS::WAFv2::RegexPatternSet',
      Properties: { ...scoped(name), RegularExpressionList },
    });
  for (const [name, group] of Object.entries(ruleGroups))
    draft.add(draft.id('Waf', name), {
      Type: 'AWS::WAFv2::RuleGroup',
      Properties: { ...scoped(name), Capacity: 500, ...withRules(draft, group, name) },
    });
  draft.add(draft.id('WebAcl'), {
    Type: 'AWS::WAFv2::WebACL',
    Properties: { ...scoped('WebAcl'), DefaultAction: { Allow: {} }, ...withRules(draft, webAcl, 'WebAcl') },
  });
  const stage = { Ref: draft.id('Stage') };
  const parts = [
    'arn:aws:apigateway:',
    { Ref: 'AWS::Region' },
    '::/restapis/',
    { Ref: draft.id('Api') },
    '/stages/',
    stage,
  ];
  draft.add(draft.id('Association'), {
    Type: 'AWS::WAFv2::WebACLAssociation',
    Properties: {
      ResourceArn: { 'Fn::Join': ['', parts] },
      WebACLArn: { 'Fn::GetAtt': [draft.id('WebAcl'), 'Arn'] },
    },
  });
}

/** Rules without priority, action or metric get theirs by place: a block, unless they refer to a group. */
function withRules(draft: Draft, properties: JsonObject, MetricName: string): JsonObject {
  const filled = draft.fillAll(properties);
  const rules = (filled['Rules'] ?? []) as readonly JsonObject[];
  return {
    VisibilityConfig: { ...VISIBILITY, MetricName },
    ...filled,
    Rules: rules.map((rule, index): Json => {
      const statement = (rule['Statement'] ?? {}) as JsonObject;
      const isGroup = Object.keys(statement).some((name) => name.includes('RuleGroup'));
      const action: JsonObject = isGroup ? { OverrideAction: { None: {} } } : { Action: { Block: {} } };
      const Name = `Rule${index}`;
      return {
        Name,
        Priority: index,
        VisibilityConfig: { ...VISIBILITY, MetricName: Name },
        ...action,
        ...rule,
      };
    }),
  };
}
