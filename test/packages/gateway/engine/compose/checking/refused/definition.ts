/**
 * Definitions that AWS refuses, each with the public source of the refusal. The line that causes it ends with `# here`.
 */

export type RefusedDefinition = {
  readonly name: string;
  /** The text of `Resources`, or of a whole template if it has `Resources:`. */
  readonly text: string;
  /** The parts that the text refers to, which are appended. */
  readonly needs?: readonly (keyof typeof PARTS)[];
  readonly id: string;
  readonly says?: RegExp;
  readonly source: string;
};

export const CFN = 'CloudFormation template reference';

export const PARTS = {
  rest: `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }`,
  http: `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://example.com', IntegrationMethod: GET, PayloadFormatVersion: '1.0' }`,
  websocket: `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true } }`,
  role: `
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }`,
  function: `
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
} as const;

export const FUNCTION = (more: string): string => `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
${more}`;
export const METHOD = (more: string): string => `
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
${more}`;
export const ROUTE = (more: string): string => `
  Broken:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
${more}`;

export const rest = (name: string, text: string, id: string, source: string): RefusedDefinition => ({
  name,
  text,
  needs: ['rest'],
  id,
  source,
});

export const one = (name: string, text: string, id: string, source: string): RefusedDefinition => ({
  name,
  text,
  id,
  source,
});

/** A resource `Broken` of a type, with its properties as lines. */
export const broken = (type: string, ...lines: readonly string[]): string => `
  Broken:
    Type: AWS::${type}
    Properties:
${lines.map((line) => `      ${line}`).join('\n')}`;

/** The source of a refusal that a public project measured by deploying a template to AWS. */
export const deployed = (rule: string): string => `badmintoncryer/cdk-preflight, ${rule}, deployed`;

export const SCOPES = 'aws/aws-cdk#29781, aws/aws-cdk#27576';
