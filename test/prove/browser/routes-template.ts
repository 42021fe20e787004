/** Stacks with any number of routes. */

export const KEY = 'partner-key-of-the-console-proof';

/** Returns a REST API with `count` routes, one of which requires a key with a quota of one request a day. */
export function routesTemplate(count: number): object {
  const resource = (PathPart: string): object => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart,
    },
  });
  const method = (name: string, more: object = {}): object => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { Ref: name },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode": 200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
      ...more,
    },
  });
  const names = Array.from({ length: count - 1 }, (_, index) => `item${index + 1}`);
  const items = names.flatMap((name) => [
    [`R${name}`, resource(name)],
    [`M${name}`, method(`R${name}`)],
  ]);
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'many' } },
      ...(Object.fromEntries(items) as object),
      Metered: resource('metered'),
      GetMetered: method('Metered', { ApiKeyRequired: true }),
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        DependsOn: ['GetMetered'],
        Properties: { RestApiId: { Ref: 'Api' } },
      },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
      },
      Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Name: 'partner', Value: KEY } },
      Plan: {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: {
          UsagePlanName: 'basic',
          Quota: { Limit: 1, Period: 'DAY' },
          ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }],
        },
      },
      PlanKey: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { UsagePlanId: { Ref: 'Plan' }, KeyId: { Ref: 'Key' }, KeyType: 'API_KEY' },
      },
    },
  };
}
