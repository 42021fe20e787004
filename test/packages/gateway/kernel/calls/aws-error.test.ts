import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCbor } from '@gatewright/aws/cbor';
import { awsError, denialOf } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';

const REFUSAL = { status: 403, type: 'Refused', message: 'a < b' };
const FORM = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'];
const XML_ERROR = '<Code>Refused</Code><Message>a &#60; b</Message>';

// Source: "Common Errors" and "Error responses" of the API references.
describe('awsError', () => {
  for (const { service, path = '/', headers = [], status = 403, type, body } of [
    {
      service: 'dynamodb',
      status: 400,
      type: 'application/x-amz-json-1.0',
      body: '{"__type":"com.amazon.coral.service#Refused","message":"a < b"}',
    },
    { service: 's3', type: 'application/xml', body: `<Error>${XML_ERROR}</Error>` },
    {
      service: 'sns',
      headers: FORM,
      type: 'text/xml',
      body: `<ErrorResponse><Error><Type>Sender</Type>${XML_ERROR}</Error><RequestId>local</RequestId></ErrorResponse>`,
    },
    // `curl -d` sends the content type of a form, whatever the body is.
    {
      service: 'sqs',
      headers: [...FORM, 'X-Amz-Target', 'AmazonSQS.SendMessage'],
      type: 'application/json',
      body: '{"__type":"Refused","message":"a < b"}',
    },
    {
      service: 'monitoring',
      headers: ['smithy-protocol', 'rpc-v2-cbor'],
      type: 'application/cbor',
      body: encodeCbor({ __type: 'Refused', message: 'a < b' }),
    },
    {
      service: 'cloudfront',
      type: 'text/xml',
      body: `<ErrorResponse><Error><Type>Sender</Type>${XML_ERROR}</Error><RequestId>local</RequestId></ErrorResponse>`,
    },
    { service: 'lambda', type: 'application/json', body: '{"__type":"Refused","message":"a < b"}' },
    // The APIs of Lambda, API Gateway and X-Ray are JSON, whatever the content type is.
    ...[
      { service: 'lambda', path: '/2015-03-31/functions/a/invocations' },
      { service: 'apigateway', path: '/restapis' },
      { service: 'xray', path: '/TraceSegments' },
    ].map((call) => ({
      ...call,
      status: 403,
      headers: FORM,
      type: 'application/json',
      body: '{"__type":"Refused","message":"a < b"}',
    })),
  ])
    it(`has the form of ${service} at ${path}, sent as ${headers[1] ?? 'nothing'}`, () => {
      const request = {
        method: 'POST',
        path,
        query: '',
        host: '127.0.0.1:4000',
        body: Buffer.of(),
        rawHeaders: headers,
      };
      const reply = awsError(request, service, REFUSAL);

      assert.deepEqual([reply.status, reply.headers[1], reply.body], [status, type, body]);
      const named = reply.headers.indexOf('x-amzn-ErrorType');
      assert.equal(
        named === -1 ? undefined : reply.headers[named + 1],
        type === 'application/json' ? 'Refused' : undefined,
      );
    });
});

describe('denialOf', () => {
  for (const [service, status, type] of [
    ['events', 400, 'AccessDeniedException'],
    ['kinesis', 400, 'AccessDeniedException'],
    ['states', 400, 'AccessDeniedException'],
    ['s3', 403, 'AccessDenied'],
    ['sqs', 403, 'AccessDenied'],
    ['sns', 403, 'AuthorizationError'],
    ['lambda', 403, 'AccessDeniedException'],
  ] as const)
    it(`is ${status} ${type} of ${service}`, () => {
      assert.deepEqual(denialOf(service), { status, type });
    });
});
