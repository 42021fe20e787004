/**
 * A sample event of each source, as Lambda receives it, reduced to what handlers read.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html and the pages of the services
 */

import type { SampledSource } from '../../endpoints/inspect-model.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const AT = '2026-01-02T03:04:05.000Z';
const AT_MS = 1_767_323_045_000;

const arnOf = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;

const BODY = { hello: 'world' };
const HEADERS = { 'content-type': 'application/json', host: 'example.com' };

/** One log line as compressed JSON in base64. */
const LOG_LINES =
  'H4sIAAAAAAAAAz3QwWrDMBAE0F8JQ48Gr1ayZOtmqJtLSyH2LYSixGowxJaRnIYS8u8lKe11Bh7MXDH6lNzRd9+z' +
  'h8Vz3dUfb03b1usGGcJl8hEWgqUqtCkrEowMp3Bcx3CeYZG7S8pPbtz3Lg+x9zH99u0SvRthwcQ6J5ET59un17pr' +
  '2m5H/57bH3r/iQzpvE+HOMzLEKaX4bTcIbuFjzHEhN3DbL78tNzjK4YeFrJSpLmUJIzSXElioURhSq4US6FNIVQp' +
  'WJqKqWShlZYFGVVoZFiG0afFjTOsMNpIlqQKIsr+/oBFs9m8b1ZTWD12rQxuu9sPR6VOOzABAAA=';

const EVENTS: Readonly<Record<SampledSource, object>> = {
  'REST API': {
    resource: '/orders/{id}',
    path: '/orders/7',
    httpMethod: 'POST',
    headers: HEADERS,
    multiValueHeaders: Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { id: '7' },
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'abcdef1234',
      stage: 'dev',
      httpMethod: 'POST',
      resourcePath: '/orders/{id}',
      path: '/dev/orders/7',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTimeEpoch: AT_MS,
      identity: { sourceIp: '203.0.113.7', userAgent: 'console' },
    },
    body: JSON.stringify(BODY),
    isBase64Encoded: false,
  },
  'HTTP API': {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    rawQueryString: '',
    headers: HEADERS,
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'abcdef1234',
      domainName: 'abcdef1234.execute-api.us-east-1.amazonaws.com',
      http: {
        method: 'POST',
        path: '/orders',
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'console',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /orders',
      stage: '$default',
      timeEpoch: AT_MS,
    },
    body: JSON.stringify(BODY),
    isBase64Encoded: false,
  },
  'WebSocket API': {
    requestContext: {
      routeKey: '$default',
      messageId: 'OlDKmfJZoAMCIGw=',
      eventType: 'MESSAGE',
      messageDirection: 'IN',
      connectionId: 'OlDKtdB6oAMCIGw=',
      connectedAt: AT_MS,
      requestTimeEpoch: AT_MS,
      requestId: 'OlDKmHZPIAMFQtA=',
      domainName: 'abcdef1234.execute-api.us-east-1.amazonaws.com',
      stage: 'dev',
      apiId: 'abcdef1234',
      identity: { sourceIp: '203.0.113.7' },
    },
    body: JSON.stringify({ action: '$default', ...BODY }),
    isBase64Encoded: false,
  },
  'Authorizer, TOKEN': {
    type: 'TOKEN',
    authorizationToken: 'Bearer …',
    methodArn: `${arnOf('execute-api', 'abcdef1234')}/dev/GET/orders`,
  },
  SQS: {
    Records: [
      {
        messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
        receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCg',
        body: JSON.stringify(BODY),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(AT_MS),
          SenderId: ACCOUNT,
          ApproximateFirstReceiveTimestamp: String(AT_MS),
        },
        messageAttributes: {},
        md5OfBody: 'fbc24bcc7a1794758fc1327fcfebdaf6',
        eventSource: 'aws:sqs',
        eventSourceARN: arnOf('sqs', 'jobs'),
        awsRegion: REGION,
      },
    ],
  },
  SNS: {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${arnOf('sns', 'notes')}:21be56ed-a058-49f5-8c98-aedd2564c486`,
        Sns: {
          Type: 'Notification',
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          TopicArn: arnOf('sns', 'notes'),
          Subject: 'Test',
          Message: JSON.stringify(BODY),
          Timestamp: AT,
          MessageAttributes: {},
        },
      },
    ],
  },
  EventBridge: {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Order placed',
    source: 'shop',
    account: ACCOUNT,
    time: '2026-01-02T03:04:05Z',
    region: REGION,
    resources: [],
    detail: BODY,
  },
  Schedule: {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: '2026-01-02T03:04:05Z',
    region: REGION,
    resources: [arnOf('events', 'rule/nightly')],
    detail: {},
  },
  S3: {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: AT,
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
          object: { key: 'picture.png', size: 1024, eTag: '0123456789abcdef0123456789abcdef' },
        },
      },
    ],
  },
  'DynamoDB stream': {
    Records: [
      {
        eventID: '1',
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: REGION,
        dynamodb: {
          ApproximateCreationDateTime: AT_MS / 1000,
          Keys: { id: { S: '7' } },
          NewImage: { id: { S: '7' }, hello: { S: 'world' } },
          SequenceNumber: '111',
          SizeBytes: 26,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: `${arnOf('dynamodb', 'table/orders')}/stream/2026-01-02T03:04:05.000`,
      },
    ],
  },
  Kinesis: {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: '1',
          sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
          data: btoa(JSON.stringify(BODY)),
          approximateArrivalTimestamp: AT_MS / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: 'shardId-000000000006:49590338271490256608559692538361571095921575989136588898',
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
        awsRegion: REGION,
        eventSourceARN: arnOf('kinesis', 'stream/clicks'),
      },
    ],
  },
  'CloudWatch Logs': {
    awslogs: { data: LOG_LINES },
  },
  'Cognito trigger': {
    version: '1',
    triggerSource: 'PreSignUp_SignUp',
    region: REGION,
    userPoolId: `${REGION}_AbCdEf123`,
    userName: 'ada',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
    request: { userAttributes: { email: 'ada@example.com' }, validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  },
};

export const SAMPLE_EVENTS = Object.entries(EVENTS).map(([source, event]) => ({ source, event }));
