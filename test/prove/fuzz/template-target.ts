/**
 * Templates, in every step of loading: source, structure, intrinsic functions, resources, and the compiled forms for
 * requests.
 */
import { RESOURCE_TYPES } from '../../../packages/gateway/engine/compose/services/catalogue.ts';
import { Account } from '../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../packages/gateway/control/served-apis.ts';
import { loadStacks } from '../../../packages/gateway/templates/load.ts';
import { DefinitionError } from '../../../packages/gateway/core/errors.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../support/virtual-ports.ts';
import type { FuzzTarget } from './target.ts';

const REST = `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions: { IsDev: !Equals [!Ref Stage, dev] }
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: !Sub 'shop-\${Stage}' } }
  Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{id}' } }
  Get:
    Type: AWS::ApiGateway::Method
    Condition: IsDev
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: { Type: MOCK, RequestTemplates: { application/json: '{"statusCode": 200}' }, IntegrationResponses: [{ StatusCode: '200' }] }
      MethodResponses: [{ StatusCode: '200' }]
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: { RestApiId: !Ref Api } }
  Dev: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: !Ref Stage } }
Outputs: { Url: { Value: !Join ['', ['https://', !Ref Api, !Select [0, !Split [',', 'a,b']]]] } }
`;
const HTTP = JSON.stringify({
  Transform: ['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31'],
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'HTTP' } },
    'Fn::ForEach::Routes': [
      'Name',
      ['A', 'B'],
      {
        'Route${Name}': {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: { ApiId: { Ref: 'Api' }, RouteKey: { 'Fn::Sub': 'GET /${Name}/{id}' } },
        },
      },
    ],
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  },
});

/** Writes one file into a new folder. */
export function templateTarget(): FuzzTarget {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-fuzz-'));
  const file = join(folder, 'template.yml');
  return {
    name: 'template',
    seeds: [REST, HTTP],
    words: [
      '!Ref ',
      '!Sub ',
      '!GetAtt ',
      '!If ',
      '!Join ',
      '!FindInMap ',
      '!ImportValue ',
      'Fn::Transform',
      'AWS::NoValue',
      'Properties:',
      'Type: ',
      'Condition: ',
      'DependsOn: ',
      '&a ',
      '*a',
      '<<: ',
      '- ',
      '|',
      'AWS::ApiGatewayV2::Api',
      'Body: ',
      'openapi: 3.0.1',
      '{proxy+}',
      '$connect',
      'ANY',
      'HTTP_PROXY',
      'AWS_PROXY',
      'JWT',
      'REQUEST',
    ],
    async run(text) {
      writeFileSync(file, text);
      try {
        const stacks = await loadStacks([file], {
          stage: 'dev',
          parameters: {},
          region: 'us-east-1',
          accountId: '123456789012',
          environment: {},
          types: RESOURCE_TYPES,
        });
        new ServedApis(new Account({ clock: new VirtualClock(), isThrottled: false }))
          .prepare(stacks)
          .serve();
      } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
      }
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
