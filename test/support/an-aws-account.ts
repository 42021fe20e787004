/**
 * An AWS account that gives a fixed answer to each operation, in the form of the service's API reference. Calls arrive
 * over HTTP, with signatures.
 */
import type { IncomingMessage } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { createAws } from '../../packages/toolkit/terminal/aws-call.ts';
import type { Aws } from '../../packages/toolkit/terminal/aws-call.ts';
import { aVirtualClock } from './a-virtual-clock.ts';
import { aLoopbackServer } from './signed-tokens.ts';

export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};
/**
 * The answers by `service Operation`, or by `service METHOD /path` without the query. An answer may be a function of
 * the input.
 */
export type Answers = Readonly<
  Record<string, Answer | ((input: Readonly<Record<string, string>>) => Answer)>
>;

type FakeAccount = AsyncDisposable & {
  readonly aws: Aws;
  readonly url: string;
  /** Every call, under the names of `Answers`. */
  readonly calls: string[];
};

export async function anAccount(answers: Answers): Promise<FakeAccount> {
  const calls: string[] = [];
  const server = await aLoopbackServer((request, response) => {
    void readAll(request).then((body) => {
      const { name, input } = operationOf(request, body);
      calls.push(name);
      const found = answers[name];
      const answer = typeof found === 'function' ? found(input) : found;
      const missing = {
        status: 400,
        body: { __type: 'AccessDeniedException', message: `not authorized: ${name}` },
      };
      const { status = 200, body: said, headers = {} }: Answer = answer ?? missing;
      response.writeHead(status, headers);
      response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-of-a-test' };
  return {
    aws: createAws('us-east-1', credentials, { endpointUrl: server.url }, {}, aVirtualClock().ports),
    url: server.url,
    calls,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function operationOf(
  request: IncomingMessage,
  body: string,
): { readonly name: string; readonly input: Readonly<Record<string, string>> } {
  const service =
    /Credential=[^/]+\/\d+\/[\w-]+\/(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string')
    return {
      name: `${service} ${target.split('.')[1] ?? ''}`,
      input: JSON.parse(body) as Record<string, string>,
    };
  const form = new URLSearchParams(body);
  const action = form.get('Action');
  if (action !== null) return { name: `${service} ${action}`, input: Object.fromEntries(form) };
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  return { name: `${service} ${request.method ?? ''} ${path}`, input: { body } };
}

/** An answer of the query protocol; members of lists are `member` elements. */
export function xml(action: string, result: string): Answer {
  const body = `<?xml version="1.0"?><${action}Response xmlns="https://example.amazonaws.com/doc/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`;
  return { body };
}

export function xmlError(code: string, message: string, status = 400): Answer {
  return {
    status,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  };
}

const notFound = (type: string): Answer => ({
  status: 400,
  body: { __type: type, message: 'it is not there' },
});

/** The answers of an account that has used nothing in the region yet. */
export const FRESH: Answers = {
  'sts GetCallerIdentity': xml(
    'GetCallerIdentity',
    '<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>',
  ),
  'cloudformation DescribeStacks': ({ StackName = '' }) =>
    xmlError('ValidationError', `Stack with id ${StackName} does not exist`),
  'cloudformation ListExports': xml('ListExports', '<Exports/>'),
  'apigateway GET /account': { body: { throttleSettings: { burstLimit: 5000, rateLimit: 10_000 } } },
  'apigateway GET /restapis': { body: { item: [] } },
  'apigateway GET /v2/apis': { body: { items: [] } },
  'lambda GET /2016-08-19/account-settings': {
    body: {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: 1000,
        UnreservedConcurrentExecutions: 1000,
      },
      AccountUsage: { TotalCodeSize: 0, FunctionCount: 0 },
    },
  },
  'lambda GET /2015-03-31/functions/menu-prod-orders/configuration': {
    status: 404,
    body: { Type: 'User', __type: 'ResourceNotFoundException', Message: 'Function not found' },
  },
  'lambda GET /2019-09-30/functions/menu-prod-orders/concurrency': {
    status: 404,
    body: { Type: 'User', __type: 'ResourceNotFoundException', Message: 'Function not found' },
  },
  'dynamodb DescribeTable': notFound('com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'),
  'dynamodb ListTagsOfResource': { body: { Tags: [] } },
  'logs DescribeLogGroups': { body: { logGroups: [] } },
  'sqs GetQueueUrl': notFound('com.amazonaws.sqs#QueueDoesNotExist'),
  'sns GetTopicAttributes': xmlError('NotFound', 'Topic does not exist', 404),
  'events DescribeEventBus': notFound('ResourceNotFoundException'),
  'monitoring GetDashboard': xmlError('ResourceNotFound', 'Dashboard menu-prod does not exist', 404),
};
