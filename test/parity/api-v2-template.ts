/** HTTP and WebSocket part of a case's template. */
import type { Draft } from './draft.ts';
import type { JsonObject } from './parity-case.ts';

export function addApiV2(draft: Draft): void {
  const { setup, api } = draft.parityCase;
  const apiId = { Ref: draft.id('Api') };
  draft.add(draft.id('Api'), {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: draft.id('ParityApi'), ...draft.fillAll(setup.httpApi ?? {}) },
  });
  for (const [name, properties] of Object.entries(setup.authorizers ?? {})) {
    const Properties = { ApiId: apiId, Name: name, ...draft.fillAll(properties) };
    draft.add(draft.id('Authorizer', name), { Type: 'AWS::ApiGatewayV2::Authorizer', Properties });
  }
  const routes = (setup.routes ?? []).map((route, index) => addRoute(draft, route, index));
  const stage = { ApiId: apiId, StageName: setup.stage, ...draft.fillAll(setup.stageProps ?? {}) };
  if (api === 'http') {
    const Properties = { AutoDeploy: true, ...stage };
    draft.add(draft.id('Stage'), { Type: 'AWS::ApiGatewayV2::Stage', DependsOn: routes, Properties });
    return;
  }
  const deployment = draft.id('Deployment');
  draft.add(deployment, {
    Type: 'AWS::ApiGatewayV2::Deployment',
    DependsOn: routes,
    Properties: { ApiId: apiId },
  });
  draft.add(draft.id('Stage'), {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { DeploymentId: { Ref: deployment }, ...stage },
  });
}

function addRoute(draft: Draft, route: JsonObject, index: number): string {
  const { Integration, Authorizer, RouteResponses, ...properties } = route;
  const ApiId = { Ref: draft.id('Api') };
  const integration = draft.id('Integration', index);
  draft.add(integration, {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId, ...draft.fillAll((Integration ?? {}) as JsonObject) },
  });
  const logicalId = draft.id('Route', index);
  draft.add(logicalId, {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: integration }]] },
      ...(typeof Authorizer === 'string'
        ? { AuthorizerId: { Ref: draft.id('Authorizer', Authorizer) } }
        : {}),
      ...draft.fillAll(properties),
    },
  });
  for (const [at, response] of ((RouteResponses ?? []) as readonly JsonObject[]).entries()) {
    const Properties = { ApiId, RouteId: { Ref: logicalId }, ...draft.fillAll(response) };
    draft.add(draft.id('RouteResponse', index, 'At', at), {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties,
    });
  }
  return logicalId;
}
