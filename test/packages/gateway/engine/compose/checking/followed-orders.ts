/** Remedies about what AWS creates first, and about versions and kinds of SAM, each with the change that follows it. */

export type FollowedRemedy = {
  readonly name: string;
  readonly template: string;
  readonly remedy: string;
  readonly change: readonly [wrong: string | RegExp, right: string];
};

export const OF_ORDER: readonly FollowedRemedy[] = [
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
      'add an AWS::Lambda::Version with FunctionName: !Ref Handler, and set FunctionVersion to !GetAtt VERSION.Version, with its logical id for VERSION; or remove ProvisionedConcurrencyConfig',
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
      'set Type to STANDARD, or name in Resource arn:aws:states:::sqs:sendMessage, without $$.Task.Token in its parameters',
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
      'replace the reference to Live in Get by the name of Live as plain text, because Live has to wait for Get, and add Get to DependsOn of Deployment',
    change: [/\$\{Live\}([^]*)Deployment, Properties/, 'live$1Deployment, DependsOn: Get, Properties'],
  },
];
