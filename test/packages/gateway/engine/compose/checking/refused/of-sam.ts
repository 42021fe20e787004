/** Definitions of SAM functions, and of the section Globals, that SAM or AWS refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

export const SAM_FUNCTION = (more: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
${more}`;

/** Parts of SAM functions, with the line of what is written in the template. */
export const OF_SAM: readonly RefusedDefinition[] = [
  {
    name: 'a log level in Globals that the format of the log does not have',
    text: `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs22.x
    Handler: index.handler
    LoggingConfig:
      LogFormat: Text
      ApplicationLogLevel: WARN # here
Resources:
  Ping:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: 'exports.handler = async () => ({})'`,
    id: 'lambda-function-loggingconfig',
    source: 'https://github.com/aws/aws-cdk/pull/28045',
  },
  {
    name: 'two events of a bucket whose filters overlap',
    text: `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs22.x, Handler: index.handler } }
Resources:
  Logs: { Type: AWS::S3::Bucket }
  Stream:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: 'exports.handler = async () => ({})'
      Events:
        All: { Type: S3, Properties: { Bucket: !Ref Logs, Events: 's3:ObjectCreated:*' } }
  Parser:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: 'exports.handler = async () => ({})'
      Events:
        Alb:
          Type: S3
          Properties:
            Bucket: !Ref Logs
            Events: s3:ObjectCreated:*
            Filter:
              S3Key:
                Rules:
                  - Name: prefix
                    Value: AWSLogs/ # here`,
    id: 's3-bucket-notificationconfiguration',
    source: 'aws-solutions/aws-waf-security-automations#49',
  },
  {
    name: 'a misspelt resource in a statement of a function that follows a managed policy',
    text: `
Transform: AWS::Serverless-2016-10-31
Resources:
  Metering:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Policies:
        - AWSXRayDaemonWriteAccess
        - Statement:
            - Effect: Allow
              Action: 'sqs:SendMessage'
              Resource: !GetAtt Recrods.Arn # here
        - SQSPollerPolicy: { QueueName: !GetAtt Records.QueueName }
  Records: { Type: AWS::SQS::Queue }`,
    id: 'iam-role-policies',
    source: 'aws-samples/aws-marketplace-serverless-saas-integration#25',
  },
  one(
    'the URL of a queue as the source of an event',
    SAM_FUNCTION(`      Events:
        Work:
          Type: SQS
          Properties:
            BatchSize: 1
            Queue: !Ref Jobs # here`),
    'lambda-eventsourcemapping-eventsourcearn',
    'aws/serverless-application-model#1699: "#/EventSourceArn: failed validation constraint for keyword [pattern]"',
  ),
  one(
    'a function that runs longer than the queue of its topic hides a message',
    SAM_FUNCTION(`      Timeout: 90
      Events:
        Work:
          Type: SNS
          Properties:
            Topic: arn:aws:sns:us-east-1:123456789012:jobs
            SqsSubscription: true # here`),
    'lambda-eventsourcemapping-eventsourcearn',
    'aws/serverless-application-model#3445',
  ),
  one(
    'an authorizer of an event that the API does not have',
    SAM_FUNCTION(`      Events:
        Get:
          Type: HttpApi
          Properties:
            Path: /a
            Method: get
            Auth:
              Authorizer: Login # here`),
    'lambda-function',
    "SAM's translator: Unable to set Authorizer, because it wasn't defined in the API's Authorizers",
  ),
  one(
    'a policy template without its parameter',
    SAM_FUNCTION(`      Policies:
        - AWSLambdaBasicExecutionRole
        - SQSPollerPolicy: { Name: jobs } # here`),
    'lambda-function',
    "SAM's translator: Must specify valid parameter values for policy template 'SQSPollerPolicy'",
  ),
  one(
    'a policy template with a text in place of its parameters',
    SAM_FUNCTION(`      Policies:
        - LambdaInvokePolicy: price-check # here`),
    'lambda-function',
    "SAM's translator, error_function_policy_template_invalid_value: Must specify valid parameter values for policy template 'LambdaInvokePolicy'",
  ),
  {
    name: 'an authorizer without the version of its payload',
    text: `
Transform: AWS::Serverless-2016-10-31
Resources:
  Tickets:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Gate
        Authorizers:
          Gate: # here
            FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:gate`,
    id: 'apigatewayv2-api',
    source:
      "aws/serverless-application-model, error_http_api_invalid_lambda_auth: LambdaAuth Lambda Authorizer must define 'AuthorizerPayloadFormatVersion'",
  },
  one(
    'a policy template whose name is spelt otherwise',
    SAM_FUNCTION(`      Policies:
        - DynamoDbReadPolicy: # here
            TableName: orders`),
    'lambda-function',
    'aws/serverless-application-model, error_function_with_unknown_policy_template: "Policy at index 2 in the \'Policies\' property is not valid"',
  ),
  one(
    'a policy template whose parameter is not indented',
    SAM_FUNCTION(`      Policies:
        - DynamoDBReadPolicy: # here
          TableName: orders`),
    'lambda-function',
    'aws/serverless-application-model#1442: "Policy at index 0 in the \'Policies\' property is not valid"',
  ),
  one(
    'the name of a policy template as a managed policy',
    SAM_FUNCTION(`      Policies:
        - SESBulkTemplatedCrudPolicy_v2 # here`),
    'lambda-function',
    'aws/serverless-application-model#3375: "ARN SESBulkTemplatedCrudPolicy_v2 is not valid."',
  ),
  one(
    'provisioned concurrency without an alias',
    SAM_FUNCTION('      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } # here'),
    'lambda-function',
    "SAM's translator: To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function",
  ),
  one(
    'gradual deployments without an alias',
    SAM_FUNCTION('      DeploymentPreference: # here\n        Type: Canary10Percent5Minutes'),
    'lambda-function',
    "SAM's translator: 'DeploymentPreference' requires AutoPublishAlias property to be specified.",
  ),
  one(
    'the URL of a function without AuthType',
    SAM_FUNCTION('      FunctionUrlConfig: # here\n        InvokeMode: BUFFERED'),
    'lambda-url-authtype',
    "SAM's translator: AuthType is required to configure function property `FunctionUrlConfig`",
  ),
  one(
    'a role as the destination of a function of SAM',
    SAM_FUNCTION(`      EventInvokeConfig:
        DestinationConfig:
          OnFailure:
            Type: SQS
            Destination: arn:aws:iam::123456789012:role/any # here`),
    'lambda-eventinvokeconfig-destinationconfig',
    'localstack/localstack, test_lambda_api.snapshot.json, recorded: "The provided destination config … is invalid."',
  ),
  ...(
    [
      ['a property', '  Api:\n    StageName: v1 # here', "'StageName' is not a supported property of 'Api'"],
      ['a type', '  Application: # here\n    Location: a', "'Application' is not supported"],
    ] as const
  ).map(([what, globals, words]): RefusedDefinition => ({
    name: `${what} that Globals cannot have`,
    text: `
Transform: AWS::Serverless-2016-10-31
Globals:
${globals}
Resources:
  Jobs: { Type: AWS::SQS::Queue }`,
    id: 'template',
    says: new RegExp(words),
    source: `SAM's translator: "'Globals' section is invalid. ${words}"`,
  })),
];

const SAM = "SAM's translator, tests/translator/output";
const API = (more: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
${more}
  Get:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Broken, Path: /, Method: get } }`;

/** Properties, their forms and their combinations, as SAM's transform checks them. */
export const OF_SAM_PROPERTIES: readonly RefusedDefinition[] = [
  one(
    'a property that a function of SAM does not have',
    SAM_FUNCTION('      Enviroment: { Variables: { A: b } } # here'),
    'lambda-function',
    `${SAM}/error_invalid_resource_parameters.json: "property … not defined for resource of type …"`,
  ),
  one(
    'a text in place of a list of layers',
    SAM_FUNCTION('      Layers: arn:aws:lambda:us-east-1:123456789012:layer:a:1 # here'),
    'lambda-function',
    `${SAM}: "Type of property 'Layers' is invalid."`,
  ),
  one(
    'a type of event that does not exist',
    SAM_FUNCTION(`      Events:
        Get:
          Type: API # here
          Properties: { Path: /, Method: get }`),
    'lambda-function',
    `${SAM}/error_function_invalid_event_type.json`,
  ),
  one(
    'a property that an event of SAM does not have',
    SAM_FUNCTION(`      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
            MaxConcurrency: 2 # here`),
    'lambda-function',
    `${SAM}/error_consumer_group_id.json: "property … not defined for resource of type SNS"`,
  ),
  one(
    'the name of an alias with a slash',
    SAM_FUNCTION('      AutoPublishAlias: release/2026 # here'),
    'resource-value',
    `${SAM}/error_function_invalid_autopublishalias_name.json`,
  ),
  one(
    'a handler of an image',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1
      Handler: index.handler # here`,
    'lambda-function',
    'aws/serverless-application-model#1890',
  ),
  one(
    'provisioned concurrency of a function with tenants',
    SAM_FUNCTION(`      AutoPublishAlias: live
      TenancyConfig: { TenantIsolationMode: PER_TENANT }
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } # here`),
    'lambda-function',
    `${SAM}/error_tenancy_with_provisioned_concurrency.json`,
  ),
  one(
    'credentials for every origin',
    API(`      Cors:
        AllowOrigin: "'*'"
        AllowCredentials: true # here`),
    'apigateway-restapi',
    `${SAM}/error_cors_credentials_true_with_wildcard_origin.json`,
  ),
  one(
    'CORS of an API whose document is in a file',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionUri: s3://definitions/api.yaml
      Cors: "'*'" # here`,
    'apigateway-restapi',
    `${SAM}/error_cors_on_external_swagger.json`,
  ),
  one(
    'a dead-letter queue of a state machine in a service other than SQS',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://definitions/flow.json
      Role: arn:aws:iam::123456789012:role/any
      Events:
        Nightly:
          Type: Schedule
          Properties:
            Schedule: rate(1 day)
            DeadLetterConfig:
              Type: SNS # here`,
    'stepfunctions-statemachine',
    `${SAM}/error_state_machine_with_schedule_invalid_dlq_type.json`,
  ),
  one(
    'the key of a table of SAM without its type',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: # here
        Name: id`,
    'dynamodb-table',
    `${SAM}/error_table_primary_key_missing_type.json`,
  ),
  one(
    'a tag that SAM sets itself',
    SAM_FUNCTION(`      Tags:
        team: shop
        lambda:createdBy: pipeline # here`),
    'lambda-function',
    `${SAM}/error_reserved_sam_tag.json`,
  ),
  one(
    'a route of a WebSocket API that begins with $ and is none of the three',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        $message: # here
          FunctionArn: arn:aws:lambda:us-east-1:123456789012:function:chat`,
    'apigatewayv2-api',
    `${SAM}/error_websocket_api_invalid_route_name.json`,
  ),
];
