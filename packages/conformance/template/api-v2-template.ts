/** Builds the part of a case's template for HTTP and WebSocket APIs. */
import { TRUSTSTORE_URI } from '../play/client-certificates.ts';
import { addKeys } from './keys-template.ts';
import { ACCESS_LOG } from './draft.ts';
import type { Draft } from './draft.ts';
import type { ApiSetup, JsonObject } from '../schema/parity-case.ts';

export function addApiV2(draft: Draft): void {
  const { setup, api } = draft.parityCase;
  const apiId = { Ref: draft.id('Api') };
  draft.add(draft.id('Api'), {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      Name: draft.id('ParityApi'),
      ProtocolType: api === 'http' ? 'HTTP' : 'WEBSOCKET',
      ...draft.fillAll(setup.httpApi ?? {}),
    },
  });
  for (const [name, properties] of Object.entries(setup.authorizers ?? {})) {
    const Properties = { ApiId: apiId, Name: name, ...draft.fillAll(properties) };
    draft.add(draft.id('Authorizer', name), { Type: 'AWS::ApiGatewayV2::Authorizer', Properties });
  }
  for (const [Name, properties] of Object.entries(setup.models ?? {})) {
    const Properties = { ApiId: apiId, Name, ...draft.fillAll(properties) };
    draft.add(draft.id('Model', Name), { Type: 'AWS::ApiGatewayV2::Model', Properties });
  }
  const routes = (setup.routes ?? []).map((route, index) => addRoute(draft, route, index));
  addStage(draft, 'Stage', { StageName: setup.stage, ...logSettings(setup), ...setup.stageProps }, routes);
  for (const [index, stage] of (setup.moreStages ?? []).entries())
    addStage(draft, `Stage${index}`, stage, routes);
  addDomains(draft);
  if (api === 'websocket') addKeys(draft);
}

function logSettings({ accessLog }: ApiSetup): JsonObject {
  if (accessLog === undefined) return {};
  const DestinationArn = `arn:aws:logs:\${region}:\${accountId}:log-group:${ACCESS_LOG}`;
  return { AccessLogSettings: { DestinationArn, Format: accessLog } };
}

/** Adds a stage, and the deployment of a WebSocket API. HTTP APIs deploy automatically. */
function addStage(draft: Draft, name: string, properties: JsonObject, routes: readonly string[]): void {
  const ApiId = { Ref: draft.id('Api') };
  const stage = draft.fillAll(properties);
  if (draft.parityCase.api === 'http') {
    const Properties = { ApiId, AutoDeploy: true, ...stage };
    draft.add(draft.id(name), { Type: 'AWS::ApiGatewayV2::Stage', DependsOn: routes, Properties });
    return;
  }
  const deployment = draft.id(name, 'Deployment');
  draft.add(deployment, { Type: 'AWS::ApiGatewayV2::Deployment', DependsOn: routes, Properties: { ApiId } });
  draft.add(draft.id(name), {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId, DeploymentId: { Ref: deployment }, ...stage },
  });
}

function addDomains(draft: Draft): void {
  const { setup } = draft.parityCase;
  for (const [index, { name, mutualTls = false, mappings }] of (setup.domains ?? []).entries()) {
    const domain = draft.id('Domain', index);
    const CertificateArn = draft.fill('arn:aws:acm:${region}:${accountId}:certificate/parity');
    draft.add(domain, {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: name,
        DomainNameConfigurations: [{ CertificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
        ...(mutualTls ? { MutualTlsAuthentication: { TruststoreUri: TRUSTSTORE_URI } } : {}),
      },
    });
    for (const [at, { key, stage = setup.stage }] of mappings.entries())
      draft.add(draft.id('Mapping', index, 'At', at), {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        DependsOn: [draft.id('Stage')],
        Properties: {
          ApiId: { Ref: draft.id('Api') },
          DomainName: { Ref: domain },
          Stage: stage,
          ...(key === undefined ? {} : { ApiMappingKey: key }),
        },
      });
  }
}

function addRoute(draft: Draft, route: JsonObject, index: number): string {
  const { Integration, Authorizer, RouteResponses, ...properties } = route;
  const ApiId = { Ref: draft.id('Api') };
  const integration = draft.id('Integration', index);
  addIntegration(draft, integration, (Integration ?? {}) as JsonObject);
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

function addIntegration(draft: Draft, integration: string, given: JsonObject): void {
  const ApiId = { Ref: draft.id('Api') };
  const { IntegrationResponses = [], ...properties } = given;
  draft.add(integration, {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId, ...draft.fillAll(properties) },
  });
  for (const [at, response] of (IntegrationResponses as readonly JsonObject[]).entries())
    draft.add(draft.id(integration, 'Response', at), {
      Type: 'AWS::ApiGatewayV2::IntegrationResponse',
      Properties: { ApiId, IntegrationId: { Ref: integration }, ...draft.fillAll(response) },
    });
}
