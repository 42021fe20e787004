/** The smallest stack that serves requests: one function behind an HTTP API. */

const ROLE = 'arn:aws:iam::123456789012:role/any';

/** The function `Answer` runs the given JavaScript, and receives the requests to every path. */
export function anHttpApiTemplate(source: string, more: Readonly<Record<string, object>> = {}): object {
  const api = { ApiId: { Ref: 'Api' } };
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'small', ProtocolType: 'HTTP' } },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ...api, StageName: '$default', AutoDeploy: true },
      },
      Answer: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Timeout: 10,
          Role: ROLE,
          Code: { ZipFile: source },
        },
      },
      AnswerPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'Answer' },
          Principal: 'apigateway.amazonaws.com',
        },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ...api,
          IntegrationType: 'AWS_PROXY',
          PayloadFormatVersion: '2.0',
          IntegrationUri: { 'Fn::GetAtt': ['Answer', 'Arn'] },
        },
      },
      Route: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ...api,
          RouteKey: '$default',
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
        },
      },
      ...more,
    },
  };
}
