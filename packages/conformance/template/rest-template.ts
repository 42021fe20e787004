/** REST part of a case's template: resources by path segment in list order, then what hangs on them. */
import { addKeys } from './keys-template.ts';
import { addAlarm } from '../play/alarm-case.ts';
import { addWebAcl } from './waf-template.ts';
import type { Draft } from './draft.ts';
import type { ApiSetup, Json, JsonObject } from '../schema/parity-case.ts';

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

/** Makes the missing resources of `path`; returns the reference to its last one. */
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

/** A canary at another deployment is made later, by calls (deploy-canary.ts): a template has no second state of a method. */
function stageProperties({ stageProps = {}, canaryDeployment }: ApiSetup): JsonObject {
  if (canaryDeployment === undefined) return stageProps;
  return Object.fromEntries(Object.entries(stageProps).filter(([name]) => name !== 'CanarySetting'));
}
