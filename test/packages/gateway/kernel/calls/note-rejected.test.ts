import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ControlReply, ControlRequest } from '../../../../../packages/gateway/core/api-call.ts';
import type { EventJournal } from '../../../../../packages/gateway/kernel/event-journal.ts';
import { noteRejected } from '../../../../../packages/gateway/kernel/calls/note-rejected.ts';

type Sent = {
  readonly service: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
};

/** Returns the steps that are noted for a call of the function `work`. */
function noted(sent: Sent, reply: Partial<ControlReply> = {}): readonly Record<string, unknown>[] {
  const steps: Record<string, unknown>[] = [];
  const { service, method = 'POST', path = '/', query = '', headers = [], body = '' } = sent;
  const request: ControlRequest = {
    method,
    path,
    query,
    host: 'localhost',
    rawHeaders: headers,
    body: Buffer.from(body),
  };
  const facts = new Map([
    ['lambda:sourcefunctionarn', ['arn:aws:lambda:us-east-1:123456789012:function:work']],
  ]);
  const call = { request, service, region: 'us-east-1', caller: { name: 'work', role: { facts } } };
  const journal = { cause: '1-a-b', note: (step: Record<string, unknown>) => void steps.push(step) };
  const refusal = { status: 400, headers: [], body: '{"__type":"Refused","message":"no"}', ...reply };
  noteRejected(call as never, refusal, journal as unknown as EventJournal);
  return steps;
}

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'];

const CALLS: readonly {
  name: string;
  sent: Sent;
  operation: string;
  target?: string | undefined;
  source: string;
}[] = [
  {
    name: 'by the name that SDKs for JavaScript send, whatever the method is',
    sent: { service: 's3', method: 'GET', path: '/b', query: 'list-type=2&x-id=ListObjectsV2' },
    operation: 'ListObjectsV2',
    target: '/b',
    source: 'https://github.com/smithy-lang/smithy-typescript',
  },
  ...[
    ['GET', 'GetObject'],
    ['PUT', 'PutObject'],
    ['DELETE', 'DeleteObject'],
  ].map(([method = '', operation = '']) => ({
    name: `by the method and the path of an object of S3, as boto3 sends ${operation}`,
    sent: { service: 's3', method, path: '/b/a%20k' },
    operation,
    target: '/b/a k',
    source: `https://docs.aws.amazon.com/AmazonS3/latest/API/API_${operation}.html`,
  })),
  {
    name: 'by the path of Lambda for an invocation',
    sent: { service: 'lambda', path: '/2015-03-31/functions/other/invocations' },
    operation: 'Invoke',
    target: '/2015-03-31/functions/other/invocations',
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html',
  },
  {
    name: 'by method, path and parameters if no name is known, without a target that repeats the path',
    sent: { service: 's3', method: 'GET', path: '/b/k', query: 'partNumber=1' },
    operation: 'GET /b/k?partNumber',
    target: undefined,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html',
  },
  {
    name: 'by method and path if the Action of a query call is a text of the caller',
    sent: { service: 'sns', headers: FORM, body: 'Action=Send(&TopicArn=arn:a' },
    operation: 'POST /',
    target: 'arn:a',
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html',
  },
  {
    name: 'by method and path if x-id is a text of the caller',
    sent: { service: 's3', method: 'GET', path: '/b', query: 'x-id=(a%2B)%2B$' },
    operation: 'GET /b',
    target: undefined,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html',
  },
];

describe('a refused call of a function', () => {
  for (const { name, sent, operation, target, source } of CALLS)
    it(`is named ${name} (${source})`, () => {
      const [step] = noted(sent);
      assert.deepEqual([step?.['operation'], step?.['target']], [operation, target]);
    });
});

const AGAIN: readonly { reply: Partial<ControlReply>; sent: string | undefined; isNoted: boolean }[] = [
  { reply: { status: 500 }, sent: 'attempt=1; max=3', isNoted: false },
  { reply: { status: 503 }, sent: 'attempt=2; max=3', isNoted: false },
  { reply: { status: 503 }, sent: 'attempt=3; max=3', isNoted: true },
  { reply: { status: 503 }, sent: 'ttl=20261130T190000Z; attempt=5; max=5', isNoted: true },
  { reply: { status: 503 }, sent: 'attempt=1', isNoted: false },
  { reply: { status: 503 }, sent: undefined, isNoted: false },
  { reply: { body: '{"__type":"ThrottlingException"}' }, sent: 'attempt=1; max=3', isNoted: false },
  { reply: { body: '{"__type":"ThrottlingException"}' }, sent: 'attempt=1; max=1', isNoted: true },
  { reply: { body: '<Error><Code>SlowDown</Code></Error>' }, sent: undefined, isNoted: false },
  { reply: { status: 501 }, sent: 'attempt=1; max=3', isNoted: true },
  { reply: { status: 400 }, sent: 'attempt=1; max=3', isNoted: true },
  { reply: { status: 200 }, sent: 'attempt=1; max=3', isNoted: false },
];

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
describe('a refused call that the SDK sends again', () => {
  for (const { reply, sent, isNoted } of AGAIN)
    it(`is ${isNoted ? '' : 'not '}noted for ${JSON.stringify(reply)} to ${sent ?? 'a call without a count of attempts'}`, () => {
      const headers = ['X-Amz-Target', 'A.Do', ...(sent === undefined ? [] : ['amz-sdk-request', sent])];
      assert.equal(noted({ service: 'sqs', headers }, reply).length, isNoted ? 1 : 0);
    });
});
