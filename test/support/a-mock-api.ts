/** A REST API on stage `dev` whose methods have mock integrations. */

/**
 * `GET /` and `POST /` answer 200.
 * @param integration replaces the mock integration
 */
export function aMockApi(integration: object = MOCK): object {
  const api = { RestApiId: { Ref: 'Api' } };
  const resource = { ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] } };
  const method = (HttpMethod: string): object => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      ...api,
      ...resource,
      HttpMethod,
      AuthorizationType: 'NONE',
      Integration: integration,
      MethodResponses: [{ StatusCode: '200' }],
    },
  });
  return {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'mock' } },
    Get: method('GET'),
    Post: method('POST'),
    Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: ['Get', 'Post'], Properties: api },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { ...api, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
    },
  };
}

const MOCK = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{"statusCode": 200}' },
  IntegrationResponses: [{ StatusCode: '200' }],
};
