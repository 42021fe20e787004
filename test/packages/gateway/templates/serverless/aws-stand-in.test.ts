import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  startAwsStandIn,
  STANDS_IN,
} from '../../../../../packages/gateway/templates/serverless/aws-stand-in.ts';
import type { AwsStandIn } from '../../../../../packages/gateway/templates/serverless/aws-stand-in.ts';

let standIn: AwsStandIn;

before(async () => {
  standIn = await startAwsStandIn({
    region: 'eu-west-1',
    accountId: '123456789012',
    outputsOf: async (stackName) => {
      if (stackName === 'broken') throw new Error('circle');
      return stackName === 'base' ? { Url: 'a<b&"c"' } : undefined;
    },
    parameter: (name, region) =>
      Promise.resolve(
        name === '/known' && region === 'eu-west-1' ? { type: 'SecureString', value: 'secret' } : undefined,
      ),
    object: (address) => (address === 'bucket/a b.json' ? '{}' : undefined),
  });
});
after(() => standIn.close());

function ask(service: string, path: string, init: RequestInit = {}, key?: string): Promise<Response> {
  const accessKeyId = key ?? standIn.environment['AWS_ACCESS_KEY_ID']!;
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return fetch(`${standIn.environment['AWS_ENDPOINT_URL']!}${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), authorization },
  });
}

const query = (service: string, body: string): Promise<Response> =>
  ask(service, '/', { method: 'POST', body });
const ssm = (name: string, target = 'AmazonSSM.GetParameter'): Promise<Response> =>
  ask('ssm', '/', {
    method: 'POST',
    body: JSON.stringify({ Name: name }),
    headers: { 'x-amz-target': target },
  });

describe('startAwsStandIn', () => {
  const rows: { name: string; request: () => Promise<Response>; status: number; body: RegExp }[] = [
    {
      name: 'gives the outputs of a stack',
      request: () => query('cloudformation', 'Action=DescribeStacks&StackName=base'),
      status: 200,
      body: /<OutputKey>Url<\/OutputKey><OutputValue>a&#60;b&#38;&#34;c&#34;<\/OutputValue>/,
    },
    {
      name: 'names a call of CloudFormation that it does not answer',
      request: () => query('cloudformation', 'Action=CreateStack&StackName=base'),
      status: 501,
      body: /<Code>InvalidAction<\/Code><Message>The local stand-in for AWS does not support CloudFormation CreateStack\./,
    },
    {
      name: 'says that an unknown stack does not exist',
      request: () => query('cloudformation', 'Action=DescribeStacks&StackName=nope'),
      status: 400,
      body: /<Code>ValidationError<\/Code><Message>Stack with id nope does not exist/,
    },
    {
      name: 'passes on why outputs cannot be had',
      request: () => query('cloudformation', 'Action=DescribeStacks&StackName=broken'),
      status: 500,
      body: /circle/,
    },
    {
      name: 'has no resources of any stack',
      request: () =>
        query('cloudformation', 'Action=DescribeStackResource&StackName=base&LogicalResourceId=x'),
      status: 400,
      body: /<Message>Stack (?:'|&#39;)base(?:'|&#39;) does not exist/,
    },
    ...['DescribeStackResources', 'ListStackResources'].map((action) => ({
      name: `has no resources of any stack by ${action}`,
      request: () => query('cloudformation', `Action=${action}&StackName=base`),
      status: 400,
      body: /<Code>ValidationError<\/Code><Message>Stack with id base does not exist/,
    })),
    {
      name: 'has no exports',
      request: () => query('cloudformation', 'Action=ListExports'),
      status: 200,
      body: /^<ListExportsResponse xmlns="http:\/\/cloudformation\.amazonaws\.com\/doc\/2010-05-15\/"><ListExportsResult><Exports><\/Exports>/,
    },
    {
      name: 'refuses an action by name',
      request: () => query('cloudformation', 'Action=DeleteStack&StackName=base'),
      status: 501,
      body: /not support CloudFormation DeleteStack/,
    },
    {
      name: 'gives the account',
      request: () => query('sts', 'Action=GetCallerIdentity'),
      status: 200,
      body: /<Account>123456789012<\/Account>/,
    },
    { name: 'gives a parameter', request: () => ssm('/known'), status: 200, body: /"Value":"secret"/ },
    { name: 'misses a parameter', request: () => ssm('/nope'), status: 400, body: /ParameterNotFound/ },
    {
      name: 'refuses another SSM operation',
      request: () => ssm('/known', 'AmazonSSM.PutParameter'),
      status: 501,
      body: /not support AmazonSSM\.PutParameter/,
    },
    { name: 'gives an object', request: () => ask('s3', '/bucket/a%20b.json'), status: 200, body: /^\{\}$/ },
    { name: 'misses an object', request: () => ask('s3', '/bucket/x'), status: 404, body: /NoSuchKey/ },
    { name: 'has every bucket', request: () => ask('s3', '/bucket?location'), status: 200, body: /^$/ },
    {
      name: 'refuses to store an object',
      request: () => ask('s3', '/bucket/x', { method: 'PUT', body: 'x' }),
      status: 501,
      body: /not support S3 PUT/,
    },
    {
      name: 'refuses another service by name',
      request: () => query('dynamodb', ''),
      status: 501,
      body: /not support the service &#34;dynamodb&#34;/,
    },
    {
      name: 'refuses another service in JSON if the client reads that',
      request: () =>
        ask('ecr', '/', {
          method: 'POST',
          headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.X' },
        }),
      status: 501,
      body: /^\{"__type":"NotImplemented","message":"The local stand-in for AWS does not support the service \\"ecr\\"/,
    },
    {
      name: 'finds no object of the root',
      request: () => ask('s3', '/'),
      status: 200,
      body: /^$/,
    },
    {
      name: 'has every bucket, written with a slash',
      request: () => ask('s3', '/bucket/'),
      status: 200,
      body: /^$/,
    },
    {
      name: 'refuses a call of STS by name',
      request: () => query('sts', 'Action=AssumeRole'),
      status: 501,
      body: /not support STS AssumeRole/,
    },
    {
      name: 'reads a body of 1 MiB',
      request: () => query('sts', 'Action=GetCallerIdentity&x='.padEnd(1_048_576, 'x')),
      status: 200,
      body: /<Account>/,
    },
    {
      name: 'refuses a body of one byte more',
      request: () => query('sts', 'Action=GetCallerIdentity&x='.padEnd(1_048_577, 'x')),
      status: 500,
      body: /larger than 1 MiB/,
    },
    {
      name: 'refuses a body without end',
      request: () => query('sts', 'x'.repeat(1_100_000)),
      status: 500,
      body: /larger than 1 MiB/,
    },
    {
      name: 'refuses callers without its key',
      request: () => ask('sts', '/', { method: 'POST', body: 'Action=GetCallerIdentity' }, 'AKIAOTHER'),
      status: 403,
      body: /InvalidClientTokenId/,
    },
  ];
  for (const { name, request, status, body } of rows) {
    it(name, async () => {
      const response = await request();

      assert.equal(response.status, status);
      assert.match(await response.text(), body);
    });
  }

  it('hides profiles, metadata and proxies of the developer from the child', () => {
    const { environment } = standIn;

    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'proxy'])
      assert.equal(environment[name], '');
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) assert.equal(environment[name], 'eu-west-1');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
      assert.equal(environment[name], '/dev/null');
    assert.equal(environment['AWS_EC2_METADATA_DISABLED'], 'true');
    assert.equal(environment['SLS_AWS_REQUEST_MAX_RETRIES'], '0');
    // The form of a key: IAM user guide, "IAM identifiers"; a secret key has 40 characters.
    assert.match(environment['AWS_ACCESS_KEY_ID']!, /^AKIALOCAL[0-9A-F]{24}$/);
    assert.match(environment['AWS_SECRET_ACCESS_KEY']!, /^[0-9a-f]{40}$/);
    assert.equal(environment[STANDS_IN], '1', 'plug-ins of ours ask it for nothing of a deployment');
    assert.match(environment['AWS_ENDPOINT_URL']!, /^http:\/\/127\.0\.0\.1:\d+$/);
  });
});
