/** Combinations of properties, and values of policies, that AWS takes although they resemble refused ones. */
export type AcceptedDefinition = { readonly name: string; readonly source: string; readonly text: string };

const SAM = 'Transform: AWS::Serverless-2016-10-31';

export const ACCEPTED_COMBINATIONS: readonly AcceptedDefinition[] = [
  {
    name: 'the name of an alias with a hyphen, which the logical id does not contain',
    source:
      'SAM\'s translator, tests/translator/input/function_with_alias.yaml and sam_resources.py ("-" becomes "D")',
    text: `
${SAM}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      AutoPublishAlias: blue-green_1`,
  },
  {
    name: 'both an inline code and the CodeUri of Globals',
    source: 'aws-samples/serverless-patterns, apigw-cognito-certificate-bound-access-token/template.yaml',
    text: `
${SAM}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: ./
      InlineCode: exports.handler = async () => ({})`,
  },
  {
    name: 'a trust policy with tags and a source identity',
    source: 'getmoto/moto#5750',
    text: `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: sagemaker.amazonaws.com }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] }] }`,
  },
  {
    name: 'functions that the transform AWS::LanguageExtensions adds, listed before the one of SAM',
    source: 'CloudFormation template reference, AWS::LanguageExtensions',
    text: `
AWSTemplateFormatVersion: 2010-09-09
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters: { Stage: { Type: String, Default: dev }, Names: { Type: CommaDelimitedList, Default: 'a,b' }, Ports: { Type: List<Number>, Default: '80,443' } }
Conditions: { IsProduction: !Equals [!Ref Stage, prod] }
Mappings: { Queues: { dev: { Name: a, Zones: [x, y] } } }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    DeletionPolicy: !If [IsProduction, Retain, Delete]
    Properties: { QueueName: !FindInMap [Queues, prod, Name, { DefaultValue: b }] }
  Value:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: { 'Fn::ToJsonString': { count: { 'Fn::Length': !Ref Names } } } }`,
  },
  {
    name: 'settings that resemble refused ones: dualstack, both halves of a VPC, origins of applications, a filter of a group that the stack makes',
    source: 'CloudFormation template reference, pages of the properties',
    text: `
Resources:
  Private:
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: a, EndpointConfiguration: { Types: [PRIVATE], IpAddressType: dualstack } }
  Http:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: b
      ProtocolType: HTTP
      RouteSelectionExpression: $request.method $request.path
      CorsConfiguration: { AllowOrigins: ['https://*', 'http://localhost:3000', 'capacitor://localhost'] }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Handler: index.handler
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/shop
      VpcConfig: { SubnetIds: [subnet-0123456789abcdef0], SecurityGroupIds: [sg-0123456789abcdef0] }
  Outside:
    Type: AWS::Lambda::Function
    Properties:
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Handler: index.handler
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/shop
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] }
  Group: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub '/aws/lambda/\${Function}' } }
  Errors:
    Type: AWS::Logs::MetricFilter
    DependsOn: Group
    Properties:
      LogGroupName: !Sub /aws/lambda/\${Function}
      FilterPattern: ERROR
      MetricTransformations: [{ MetricName: a, MetricNamespace: b, MetricValue: '1' }]`,
  },
];
