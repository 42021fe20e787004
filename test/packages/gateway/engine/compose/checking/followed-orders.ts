/** Remedies about what AWS creates first, and about versions and kinds of SAM, each with the change that follows it. */

export type FollowedRemedy = {
  readonly name: string;
  readonly template: string;
  readonly remedy: string;
  readonly change: readonly [wrong: string | RegExp, right: string];
};

export const OF_ORDER: readonly FollowedRemedy[] = [
  {
    // aws-samples/serverless-patterns, apigw-mutualtls-lambda
    name: 'the section Globals of a template without the transform of SAM',
    template: `Globals: { Function: { Timeout: 10 } }
Resources: { Topic: { Type: AWS::SNS::Topic } }
`,
    remedy:
      'add Transform: AWS::Serverless-2016-10-31 to the template, because Globals is a section of SAM, or remove Globals',
    change: [/^/, 'Transform: AWS::Serverless-2016-10-31\n'],
  },
  {
    // aws/aws-cdk#10676: "Invalid scope requested: todos/get-todos"
    name: 'a custom scope of a new pool without a resource server',
    template: `Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref Pool, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [todos/get] }
`,
    remedy:
      'add an AWS::Cognito::UserPoolResourceServer of the same pool with Identifier: todos, a Name and Scopes: [{ ScopeName: get, ScopeDescription: get }], and list it in DependsOn of Client',
    change: [
      / {2}Client:\n/,
      '  Server: { Type: AWS::Cognito::UserPoolResourceServer, Properties: { UserPoolId: !Ref Pool, Identifier: todos, Name: todos, Scopes: [{ ScopeName: get, ScopeDescription: get }] } }\n  Client:\n    DependsOn: Server\n',
    ],
  },
  {
    // aws-cloudformation/cfn-lint#316: "Fn::If requires a list argument with the first element being a condition"
    name: 'a parameter in the place of a condition',
    template: `Parameters: { KeepLong: { Type: String, Default: 'true' } }
Resources:
  Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: !If [!Ref KeepLong, 365, 7] } }
`,
    remedy:
      "write the name of a condition itself as the first item of Fn::If, without Ref: if KeepLong is a parameter, add a condition to Conditions, such as IsKeepLong: !Equals [!Ref KeepLong, 'true'], and write !If [IsKeepLong, …]",
    change: [
      /Resources:([^]*)!Ref KeepLong/,
      "Conditions: { IsKeepLong: !Equals [!Ref KeepLong, 'true'] }\nResources:$1IsKeepLong",
    ],
  },
  {
    // SAM's translator: an Authorizer of an event must be in Authorizers of its API
    name: 'an event with a misspelt authorizer',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Claims:
    Type: AWS::Serverless::Api
    Properties: { StageName: prod, Auth: { Authorizers: { StaffAuth: { UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a' } } } }
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Events: { New: { Type: Api, Properties: { Path: /, Method: get, RestApiId: !Ref Claims, Auth: { Authorizer: StaffAuthorizer } } } }
`,
    remedy:
      'write StaffAuth instead of StaffAuthorizer, or add StaffAuthorizer to Auth.Authorizers of the API of the event',
    change: ['StaffAuthorizer', 'StaffAuth'],
  },
  {
    // serverless/serverless#6133: "Please use names with only word characters."
    name: 'a stage variable with a colon in its name',
    template: `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: billing } }
  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: { RestApiId: !Ref Api } }
  Live: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployment, Variables: { 'owner:team': billing } } }
`,
    remedy: 'use only letters, digits and underscores in the name',
    change: ["'owner:team'", 'owner_team'],
  },
  {
    // hashicorp/terraform-provider-aws#12120
    name: 'provisioned concurrency for an alias of $LATEST',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Handler:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, InlineCode: 'exports.handler = async () => ({})' }
  Live:
    Type: AWS::Lambda::Alias
    Properties: { FunctionName: !Ref Handler, FunctionVersion: $LATEST, Name: live, ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } }
`,
    remedy:
      'add an AWS::Lambda::Version with FunctionName: !Ref Handler, and set FunctionVersion to !GetAtt VERSION.Version, where VERSION is its logical id; or remove ProvisionedConcurrencyConfig',
    change: [
      /Live:([^]*)\$LATEST/,
      'Published: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Handler } }\n  Live:$1!GetAtt Published.Version',
    ],
  },
  {
    // Step Functions developer guide, "Choosing workflow type": Express workflows have no .waitForTaskToken
    name: 'an express workflow of SAM that waits for a task token',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Mail: { Type: AWS::SQS::Queue }
  Approval:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: { StartAt: Ask, States: { Ask: { Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: { QueueUrl: !Ref Mail, MessageBody.$: $$.Task.Token }, End: true } } }
`,
    remedy:
      'set Type to STANDARD, or Resource to arn:aws:states:::sqs:sendMessage, without $$.Task.Token in its parameters',
    change: ['EXPRESS', 'STANDARD'],
  },
  {
    // lgallard/terraform-aws-cognito-user-pool#72
    name: 'a client that does not wait for a provider which waits for the client',
    template: `Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    DependsOn: Client
    Properties: { UserPoolId: !Ref Pool, ProviderName: Google, ProviderType: Google, ProviderDetails: { client_id: a, client_secret: b, authorize_scopes: email } }
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref Pool, SupportedIdentityProviders: [Google] }
`,
    remedy: 'remove Client from DependsOn of Google, and add DependsOn: Google to Client',
    change: [/^ {4}DependsOn: Client\n([^]*)^ {2}Client:$/m, '$1  Client:\n    DependsOn: Google'],
  },
  {
    // aws/serverless-application-model#32: "The REST API doesn't contain any methods"
    name: 'a deployment of a method that refers to the stage of the deployment',
    template: `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Get:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: !Sub 'https://example.com/\${Live}' } }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Live: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployment } }
`,
    remedy:
      'replace the reference to Live in Get with the name of Live as plain text, because Live has to wait for Get, and add Get to DependsOn of Deployment',
    change: [/\$\{Live\}([^]*)Deployment, Properties/, 'live$1Deployment, DependsOn: Get, Properties'],
  },
];
