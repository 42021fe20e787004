/** What the integration subtypes of HTTP APIs send to services. */
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestRequest } from '../../../support/an-api.ts';

export const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';
export const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:orders';

export const REQUEST: TestRequest = {
  method: 'POST',
  target: '/shoes?id=7',
  headers: ['Content-Type', 'application/json', 'X-Name', 'n1'],
  body: '{"detail":{"a":[1]},"key":"k","count":"5","list":["x","y"],"at":"2026-01-01T00:00:00Z"}',
};

/** The requests to the service by subtype, with the parameters of the developer guide's table. */
export const SUBTYPE_ROWS: readonly {
  readonly subtype: string;
  readonly parameters: JsonObject;
  readonly call: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}[] = [
  {
    subtype: 'EventBridge-PutEvents',
    parameters: {
      Detail: '$request.body.detail',
      DetailType: 'order.${request.path.kind}',
      Source: 'shop',
      EventBusName: 'bus',
      Resources: '$request.body.list',
      Time: '$request.body.at',
    },
    call: {
      service: 'events',
      roleArn: 'arn:aws:iam::123456789012:role/calls',
      region: 'us-east-1',
      method: 'POST',
      path: '/',
      query: '',
    },
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: {
      Entries: [
        {
          Detail: '{"a":[1]}',
          DetailType: 'order.shoes',
          Source: 'shop',
          EventBusName: 'bus',
          Resources: ['x', 'y'],
          Time: 1_767_225_600,
        },
      ],
    },
  },
  {
    subtype: 'SQS-SendMessage',
    parameters: {
      QueueUrl: QUEUE,
      MessageBody: '$request.body',
      DelaySeconds: '$request.body.count',
      MessageAttributes: '{"kind":{"DataType":"String","StringValue":"${request.path.kind}"}}',
    },
    call: { service: 'sqs', region: 'eu-west-1', method: 'POST', path: '/123456789012/orders' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: {
      Action: 'SendMessage',
      Version: '2012-11-05',
      MessageBody: String(REQUEST.body),
      DelaySeconds: '5',
      'MessageAttribute.1.Name': 'kind',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'shoes',
    },
  },
  {
    subtype: 'SQS-ReceiveMessage',
    parameters: { QueueUrl: QUEUE, AttributeNames: 'All, SentTimestamp', MaxNumberOfMessages: '3' },
    call: { service: 'sqs', region: 'eu-west-1', path: '/123456789012/orders' },
    headers: {},
    body: {
      Action: 'ReceiveMessage',
      Version: '2012-11-05',
      'AttributeName.1': 'All',
      'AttributeName.2': 'SentTimestamp',
      MaxNumberOfMessages: '3',
    },
  },
  {
    subtype: 'SQS-DeleteMessage',
    parameters: { QueueUrl: QUEUE, ReceiptHandle: '$request.querystring.id', Region: 'us-west-2' },
    call: { service: 'sqs', region: 'us-west-2' },
    headers: {},
    body: { Action: 'DeleteMessage', Version: '2012-11-05', ReceiptHandle: '7' },
  },
  {
    subtype: 'SQS-PurgeQueue',
    parameters: { QueueUrl: QUEUE },
    call: { service: 'sqs' },
    headers: {},
    body: { Action: 'PurgeQueue', Version: '2012-11-05' },
  },
  {
    subtype: 'AppConfig-GetConfiguration',
    parameters: {
      Application: 'shop app',
      Environment: 'prod',
      Configuration: 'flags',
      ClientId: '$request.header.x-name',
      ClientConfigurationVersion: '2',
    },
    call: {
      service: 'appconfig',
      method: 'GET',
      path: '/applications/shop%20app/environments/prod/configurations/flags',
      query: 'client_id=n1&client_configuration_version=2',
      body: undefined,
    },
    headers: {},
    body: undefined,
  },
  {
    subtype: 'Kinesis-PutRecord',
    parameters: { StreamName: 's', Data: 'aGk=', PartitionKey: '$request.body.key' },
    call: { service: 'kinesis' },
    headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' },
    body: { StreamName: 's', Data: 'aGk=', PartitionKey: 'k' },
  },
  {
    subtype: 'StepFunctions-StartExecution',
    parameters: { StateMachineArn: MACHINE, Input: '$request.body.detail', Name: '$request.header.missing' },
    call: { service: 'states', hostName: undefined },
    headers: {
      'x-amz-target': 'AWSStepFunctions.StartExecution',
      'content-type': 'application/x-amz-json-1.0',
    },
    body: { stateMachineArn: MACHINE, input: '{"a":[1]}' },
  },
  {
    subtype: 'StepFunctions-StartSyncExecution',
    parameters: { StateMachineArn: MACHINE },
    call: { service: 'states', hostName: 'sync-states' },
    headers: { 'x-amz-target': 'AWSStepFunctions.StartSyncExecution' },
    body: { stateMachineArn: MACHINE },
  },
  {
    subtype: 'StepFunctions-StopExecution',
    parameters: { ExecutionArn: `${MACHINE}:x`, Cause: 'asked', Error: 'none' },
    call: { service: 'states' },
    headers: { 'x-amz-target': 'AWSStepFunctions.StopExecution' },
    body: { executionArn: `${MACHINE}:x`, cause: 'asked', error: 'none' },
  },
];
