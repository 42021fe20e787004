import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readServiceUri } from '../../../../../../packages/gateway/core/deployment/integration/service-uri.ts';

const rows: readonly { uri: string; expected: object }[] = [
  {
    uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue',
    expected: { region: 'us-east-1', service: 'sqs', subdomain: undefined, path: '123456789012/queue' },
  },
  {
    uri: 'arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem',
    expected: {
      region: 'eu-west-1',
      service: 'dynamodb',
      subdomain: undefined,
      action: 'PutItem',
      query: '',
    },
  },
  {
    uri: 'arn:aws:apigateway:eu-west-1:s3:action/GetObject&Bucket={bucket}&Key={key}',
    expected: {
      region: 'eu-west-1',
      service: 's3',
      subdomain: undefined,
      action: 'GetObject',
      query: 'Bucket={bucket}&Key={key}',
    },
  },
  {
    uri: 'arn:aws-cn:apigateway:cn-north-1:my-bucket.s3:path/{key}',
    expected: { region: 'cn-north-1', service: 's3', subdomain: 'my-bucket', path: '{key}' },
  },
];

describe('readServiceUri (docs/aws §8)', () => {
  for (const { uri, expected } of rows)
    it(`takes ${uri} apart`, () => {
      const read = readServiceUri(uri);
      assert.ok(read.kind === 'service');
      const { region, service, subdomain, form } = read.target;
      const parts =
        form.kind === 'path'
          ? { path: form.path.render(null) }
          : { action: form.action.render(null), query: form.query.render(null) };
      assert.deepEqual({ region, service, subdomain, ...parts }, expected);
    });

  it('renders stage variables in path and action (docs/aws §10.1)', () => {
    const read = readServiceUri('arn:aws:apigateway:us-east-1:sqs:path/123456789012/${stageVariables.queue}');
    assert.ok(read.kind === 'service' && read.target.form.kind === 'path');
    assert.equal(read.target.form.path.render({ queue: 'q1' }), '123456789012/q1');
  });

  const refused = [
    ['non-valid-arn', 'Invalid ARN specified in the request'],
    ['http://example.com', 'Invalid ARN specified in the request'],
    ['arn:aws:iam::0000000000:role/service-role/asdf', 'AWS ARN for integration must contain path or action'],
    ['arn:aws:apigateway:us-east-1:sqs:test/x', 'AWS ARN for integration must contain path or action'],
    ['arn:aws:apigateway:us-east-1:sqs:path/', 'AWS ARN for integration must contain path or action'],
    ['arn:aws:apigateway:us east:sqs:path/x', 'Invalid ARN specified in the request'],
    ['arn:aws:apigateway:us-east-1:a.b.c.sqs/:path/x', 'Invalid ARN specified in the request'],
  ] as const;
  for (const [uri, message] of refused)
    it(`refuses ${uri} with AWS's message`, () => {
      assert.deepEqual(readServiceUri(uri), { kind: 'invalid', message });
    });
});
