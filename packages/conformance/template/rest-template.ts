/**
 * Builds the part of a case's template for REST APIs. The resources of the path segments come first, in list order,
 * then the methods and everything that depends on them.
 */
import { addKeys } from './keys-template.ts';
import { addAlarm } from '../play/alarm-case.ts';
import type { Draft } from './draft.ts';
import type { ApiSetup, Json, JsonObject, WafSetup } from '../schema/parity-case.ts';

export function addRestApi(draft: Draft): void {
  const { setup } = draft.parityCase;
  const api = draft.id('Api');
  draft.add(api, {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: { Name: draft.id('ParityApi'), ...draft.fillAll(setup.restApi ?? {}) },
  });
  addNamed(draft, 'Model', 'AWS::ApiGateway::Model', setup.models);
  addNamed(draft, 'Validator', 'AWS::ApiGateway::RequestValidator', setup.validators);
  addNamed(draft, 'Authorizer', 'AWS::ApiGateway::Authorizer', setup.authorizers);
  const responses = (setup.gatewayResponses ?? []).map((response, index) => {
    const logicalId = draft.id('GatewayResponse', index);
    const Properties = { RestApiId: { Ref: api }, ...draft.fillAll(response) };
    draft.add(logicalId, { Type: 'AWS::ApiGateway::GatewayResponse', Properties });
    return logicalId;
  });
  const methods = addMethods(draft, setup.methods ?? []);
  addDeployment(draft, [...methods, ...responses]);
  addKeys(draft);
  if (setup.waf !== undefined) addWebAcl(draft, setup.waf);
  if (setup.alarm !== undefined) addAlarm(draft, setup.alarm);
}

function addNamed(
  draft: Draft,
  kind: string,
  type: string,
  named: Readonly<Record<string, JsonObject>> = {},
): void {
  for (const [name, properties] of Object.entries(named)) {
    const Properties = { RestApiId: { Ref: draft.id('Api') }, Name: name, ...draft.fillAll(properties) };
    draft.add(draft.id(kind, name), { Type: type, Properties });
  }
}

function addMethods(draft: Draft, methods: readonly JsonObject[]): readonly string[] {
  const api = draft.id('Api');
  const resourceIds = new Map<string, Json>([['', { 'Fn::GetAtt': [api, 'RootResourceId'] }]]);
  const { setup } = draft.parityCase;
  return methods.map((method, index) => {
    const { path, Authorizer, RequestValidator, RequestModels, ...properties } = method;
    const models = Object.entries((RequestModels ?? {}) as JsonObject).map(([contentType, model]) => {
      const declared = typeof model === 'string' && setup.models?.[model] !== undefined;
      return [contentType, declared ? { Ref: draft.id('Model', model) } : model] as const;
    });
    const logicalId = draft.id('Method', index);
    draft.add(logicalId, {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: api },
        ResourceId: addResources(draft, path as string, resourceIds),
        ...draft.fillAll(properties),
        ...(typeof Authorizer === 'string'
          ? { AuthorizerId: { Ref: draft.id('Authorizer', Authorizer) } }
          : {}),
        ...(typeof RequestValidator === 'string'
          ? { RequestValidatorId: { Ref: draft.id('Validator', RequestValidator) } }
          : {}),
        ...(RequestModels === undefined ? {} : { RequestModels: Object.fromEntries(models) }),
      },
    });
    return logicalId;
  });
}

/** Adds the missing resources of `path`; returns the reference to the last one. */
function addResources(draft: Draft, path: string, resourceIds: Map<string, Json>): Json {
  let parent = '';
  for (const segment of path.split('/').filter((part) => part !== '')) {
    const current = `${parent}/${segment}`;
    if (!resourceIds.has(current)) {
      const logicalId = draft.id('Resource', resourceIds.size);
      draft.add(logicalId, {
        Type: 'AWS::ApiGateway::Resource',
        Properties: {
          RestApiId: { Ref: draft.id('Api') },
          ParentId: resourceIds.get(parent) ?? null,
          PathPart: segment,
        },
      });
      resourceIds.set(current, { Ref: logicalId });
    }
    parent = current;
  }
  return resourceIds.get(parent) ?? null;
}

function addDeployment(draft: Draft, dependsOn: readonly string[]): void {
  const { setup } = draft.parityCase;
  const api = draft.id('Api');
  const deployment = draft.id('Deployment');
  draft.add(deployment, {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: dependsOn,
    Properties: { RestApiId: { Ref: api } },
  });
  draft.add(draft.id('Stage'), {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: api },
      DeploymentId: { Ref: deployment },
      StageName: setup.stage,
      ...draft.fillAll(stageProperties(setup)),
    },
  });
}

/**
 * Returns the stage's properties, without the canary if it serves a second deployment. Such a canary is created later
 * with API calls (deploy-canary.ts), because a template cannot contain two versions of a method.
 */
function stageProperties({ stageProps = {}, canaryDeployment }: ApiSetup): JsonObject {
  if (canaryDeployment === undefined) return stageProps;
  return Object.fromEntries(Object.entries(stageProps).filter(([name]) => name !== 'CanarySetting'));
}

/** The `VisibilityConfig` of the web ACL of a case and of its rules, without the metric name. */
const VISIBILITY = { CloudWatchMetricsEnabled: false, SampledRequestsEnabled: true };

/** Adds the web ACL of a case. `${waf:name}` is the ARN of a set or group. */
function addWebAcl(draft: Draft, { webAcl, ipSets = {}, patternSets = {}, ruleGroups = {} }: WafSetup): void {
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

/**
 * Completes rules that lack a priority, action or metric. The priority follows the order; the action is to block,
 * unless the rule refers to a group.
 */
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
