import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldRoutes } from '../../layers/fold-routes.ts';
import type { Template } from '../../layers/edit-template.ts';

const ofApi = { ApiId: { Ref: 'HttpApi' } };
const aRoute = (key: string, integration: string, type = 'AWS_IAM') => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ...ofApi,
    RouteKey: key,
    AuthorizationType: type,
    Target: { 'Fn::Join': ['/', ['integrations', { Ref: integration }]] },
  },
});
const anIntegration = (name: string) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: {
    ...ofApi,
    IntegrationUri: { 'Fn::GetAtt': [name, 'Arn'] },
    PayloadFormatVersion: '2.0',
    TimeoutInMillis: 30_000,
  },
});

function aTemplate(): Template {
  return {
    Resources: {
      HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'admin', ProtocolType: 'HTTP' } },
      Keys: anIntegration('KeysFunction'),
      Hooks: anIntegration('HooksFunction'),
      List: aRoute('GET /keys', 'Keys'),
      Make: aRoute('POST /keys', 'Keys'),
      Rest: aRoute('ANY /keys/{proxy+}', 'Keys'),
      Hook: aRoute('POST /hooks/{source}', 'Hooks', 'NONE'),
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: {}, DependsOn: ['Hook', 'LogGroup'] },
      OfSocket: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: { ApiId: { Ref: 'WebsocketsApi' }, RouteKey: '$connect' },
      },
    },
  };
}

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown }>>>>;

describe('foldRoutes', () => {
  const template = aTemplate();
  foldRoutes(template, 'HttpApi');
  const { Body } = template.Resources['HttpApi']?.Properties as { readonly Body: { readonly paths: Paths } };
  const operations = Object.entries(Body.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ route: `${verb} ${path}`, operation })),
  );

  it('leaves no route and no integration of the API, and what is of another', () => {
    assert.deepEqual(Object.keys(template.Resources), ['HttpApi', 'Stage', 'OfSocket']);
    assert.deepEqual(template.Resources['Stage']?.DependsOn, ['LogGroup']);
  });

  it('has each route with its function, and asks for signatures if the route did', () => {
    const found = operations.map(({ route, operation }) => {
      const [, name = ''] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(operation)) ?? [];
      return `${route} ${name} ${JSON.stringify(operation.security ?? 'open')}`;
    });
    assert.deepEqual(found, [
      'get /keys KeysFunction [{"AWS_IAM":[]}]',
      'post /keys KeysFunction [{"AWS_IAM":[]}]',
      'x-amazon-apigateway-any-method /keys/{proxy+} KeysFunction [{"AWS_IAM":[]}]',
      'post /hooks/{source} HooksFunction "open"',
    ]);
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-api.html: a change of
  // ProtocolType is a replacement, and https://github.com/aws/aws-cdk/issues/15754: it may not be next to Body.
  it('does not change an API whose routes are deployed one by one, because CloudFormation would replace the API', () => {
    for (const deployed of [['HttpApi', 'List'], ['Keys']]) {
      const kept = aTemplate();
      foldRoutes(kept, 'HttpApi', deployed);
      assert.deepEqual(kept, aTemplate());
    }
    for (const deployed of [[], ['HttpApi', 'Stage', 'OfSocket'], new Error('no rights')]) {
      const folded = aTemplate();
      foldRoutes(folded, 'HttpApi', deployed);
      assert.deepEqual(folded, template);
    }
  });

  it('refuses a kind of authorization that it does not write', () => {
    const jwt = aTemplate();
    jwt.Resources['List'] = aRoute('GET /keys', 'Keys', 'JWT');
    assert.throws(() => {
      foldRoutes(jwt, 'HttpApi');
    }, /GET \/keys/);
  });

  it('writes the routes of an API that has no settings', () => {
    const bare: Template = { Resources: { HttpApi: { Type: 'AWS::ApiGatewayV2::Api' } } };
    foldRoutes(bare, 'HttpApi');
    assert.partialDeepStrictEqual(bare.Resources['HttpApi']?.Properties, { Body: { paths: {} } });
  });

  it('does nothing without such an API', () => {
    const without: Template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } };
    foldRoutes(without, 'HttpApi');
    assert.deepEqual(Object.keys(without.Resources), ['Table']);
  });
});
