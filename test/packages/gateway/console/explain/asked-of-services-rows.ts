/**
 * Questions about integrations that call an AWS service, whose refusal the default integration response makes a
 * success.
 */
import { OK } from './deciding-rows.ts';
import type { AskedRow } from './asked-of-functions-rows.ts';

type Called = {
  readonly uri: string;
  readonly more?: string;
  readonly template?: string;
  readonly allow?: string;
};

const service = ({ uri, more = '', template = '', allow = '*' }: Called): string => `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: api } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: 200 }]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Credentials: !GetAtt Role.Arn
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:${uri}
        IntegrationResponses: [{ StatusCode: 200 }]
${template}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: a, PolicyDocument: { Statement: [{ Effect: Allow, Action: '${allow}', Resource: '*' }] } }]
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
${more}`;

const SEND =
  "        RequestTemplates: { application/json: 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)' }";
const FORM =
  '        RequestParameters: { integration.request.header.Content-Type: "\'application/x-www-form-urlencoded\'" }\n';
const MACHINE = `
  Machine: { Type: AWS::StepFunctions::StateMachine, Properties: { RoleArn: !GetAtt Role.Arn, Definition: { StartAt: A, States: { A: { Type: Pass, End: true } } } } }`;
const start = (input: string): string =>
  `        RequestTemplates: { application/json: !Sub '{"input": ${input}, "stateMachineArn": "\${Machine}"}' }`;
const PUT = (bus: string): string => `        RequestParameters:
          integration.request.header.X-Amz-Target: "'AWSEvents.PutEvents'"
          integration.request.header.Content-Type: "'application/x-amz-json-1.1'"
        RequestTemplates:
          application/json: '{"Entries": [{"Source": "shop", "DetailType": "order", "Detail": "{}", "EventBusName": "${bus}"}]}' # here`;
const BUS = '\n  Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders-events } }';
const REQUEST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
const common = { code: OK, request: REQUEST, status: 200 };

export const ASKED_OF_SERVICES: readonly AskedRow[] = [
  {
    ...common,
    // https://github.com/DanielDaCosta/apiGateway-sqs-lambda/issues/1
    source: 'docs/aws §8',
    cause: 'SQS finds no Action, because the content type is not mapped',
    template: service({ uri: 'sqs:path/${AWS::AccountId}/jobs', template: SEND }),
    because: /refused the call within \d+ ms with 403\.\nThe reply says: Access to the resource .* is denied/,
    change: /^Send the Action as a form: .*so no permission is missing\.\nAdd an integration response/,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html',
    cause: 'the queue does not exist',
    template: service({ uri: 'sqs:path/${AWS::AccountId}/jobz', template: FORM + SEND }),
    because: /The specified queue does not exist/,
    change: /^Name an existing queue/m,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html',
    cause: 'StartSyncExecution of a STANDARD state machine',
    template: service({ uri: 'states:action/StartSyncExecution', template: start('"{}"'), more: MACHINE }),
    because: /This operation is not supported by this type of state machine/,
    change: /[Ss]et StateMachineType: EXPRESS on the state machine/,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html',
    cause: 'the input of an execution is an object',
    template: service({ uri: 'states:action/StartExecution', template: start('{"a": 1}'), more: MACHINE }),
    because: /Start of structure or map found where not expected/,
    change: /^Write input as a string in the request template/m,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html',
    cause: 'the object does not exist',
    template: service({
      uri: 's3:path/pets-bucket/a.txt',
      more: '\n  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: pets-bucket } }',
    }).replace('IntegrationHttpMethod: POST', 'IntegrationHttpMethod: GET'),
    because: /The specified key does not exist/,
    change: /^Ask for an object that exists/m,
  },
  {
    ...common,
    source: 'https://github.com/aws/aws-sdk/issues/186',
    cause: 'the bus does not exist, and another has almost its name',
    template: service({ uri: 'events:action/PutEvents', template: PUT('order-events'), more: BUS }),
    because:
      /was sent to the bus order-events \(template\.yaml:\d+\), and no loaded stack has a bus of this name: the most similar name is orders-events \(template\.yaml:\d+\)/,
    change: /^Write orders-events in place of order-events in template\.yaml:\d+\.$/m,
  },
  {
    ...common,
    source: 'https://github.com/aws/aws-sdk/issues/186',
    cause: 'the bus does not exist',
    template: service({ uri: 'events:action/PutEvents', template: PUT('audit') }),
    because: /was sent to the bus audit .* reports no error/,
    change: /or add an AWS::Events::EventBus with the Name audit/,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectSentiment.html',
    cause: 'the operation is not served here',
    template: service({ uri: 'comprehend:action/DetectSentiment' }),
    status: 500,
    because: /^The call was not sent: DetectSentiment of comprehend .*is not supported by this gateway/m,
    change:
      /^To send all calls to this service to AWS, start the gateway with `--aws comprehend` and AWS credentials\. .*AWS_ENDPOINT_URL_COMPREHEND/m,
  },
  {
    ...common,
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html',
    cause: 'the operation that was refused has a name in the story',
    template: service({ uri: 'states:action/StartSyncExecution', template: start('"{}"'), more: MACHINE }),
    because: /^StartSyncExecution of states in us-east-1 (responded|refused the call) .*with 400/m,
    change: /[Ss]et StateMachineType: EXPRESS on the state machine/,
  },
];
