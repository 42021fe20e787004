/** Definitions of SAM functions, and of the section Globals, that SAM or AWS refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const SAM_FUNCTION = (more: string): string => `
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
