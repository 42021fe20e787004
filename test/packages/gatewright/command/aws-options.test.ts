import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { readAwsEndpoints, readDaemon } from '../../../../packages/gatewright/command/aws-options.ts';
import { parserOf } from '../../../../packages/toolkit/terminal/options.ts';
import { START_OPTIONS } from '../../../../packages/gateway/engine/start-options.ts';
import { UsageError } from '../../../../packages/base/terminal/output.ts';

const collectServices = parserOf<readonly string[]>(START_OPTIONS.aws);
const collectVpcLink = parserOf<ReadonlyMap<string, readonly string[]>>(START_OPTIONS['vpc-link']);
const collectVpcEndpoint = parserOf<ReadonlyMap<string, string>>(START_OPTIONS['vpc-endpoint']);

describe('readAwsEndpoints', () => {
  it('reads addresses by the names of SDK variables', () => {
    const endpoints = readAwsEndpoints([], {
      AWS_ENDPOINT_URL: 'http://localhost:4566',
      AWS_ENDPOINT_URL_SQS: 'http://localhost:9324',
      AWS_ENDPOINT_URL_SFN: 'http://localhost:8083',
      AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://localhost:4010',
      AWS_ENDPOINT_URL_S3: '',
      LANG: 'C',
    });

    assert.deepEqual(endpoints, {
      urls: {
        '*': 'http://localhost:4566',
        sqs: 'http://localhost:9324',
        states: 'http://localhost:8083',
        events: 'http://localhost:4010',
      },
      live: [],
      credentials: undefined,
    });
  });

  it('takes the usual credentials', () => {
    const { credentials } = readAwsEndpoints(['sns'], {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
    });

    assert.deepEqual(credentials, { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' });
  });

  it('refuses --aws without credentials, and an invalid address', () => {
    assert.throws(() => readAwsEndpoints(['sns'], {}), UsageError);
    assert.throws(() => readAwsEndpoints([], { AWS_ENDPOINT_URL: 'localhost:4566' }), UsageError);
  });
});

describe('readDaemon', () => {
  it('reads whether traces are sent, and nothing if no variable says so', () => {
    assert.deepEqual([readDaemon(undefined), readDaemon('')], [undefined, undefined]);
    assert.equal(JSON.stringify(readDaemon('127.0.0.1:2000')).includes('2000'), true);
    assert.throws(() => readDaemon('nowhere'), /AWS_XRAY_DAEMON_ADDRESS must be host:port, not "nowhere"/);
  });
});

describe('--aws', () => {
  it('gathers names over several options', () => {
    assert.deepEqual(collectServices('SQS, s3', ['sns']), ['sns', 'sqs', 's3']);
  });

  it('refuses an invalid service name', () => {
    assert.throws(() => collectServices('s3,', []), InvalidArgumentError);
  });
});

describe('--vpc-link', () => {
  it('gathers links with their addresses', () => {
    const links = collectVpcLink(
      'b=https://c.example/x',
      collectVpcLink('a=http://a:1,http://b:2/', new Map()),
    );

    assert.deepEqual(
      [...links],
      [
        ['a', ['http://a:1', 'http://b:2']],
        ['b', ['https://c.example']],
      ],
    );
  });

  for (const text of ['orders', '=http://a', 'orders=', 'orders=a:1', 'orders=ftp://a', 'orders=http://a,'])
    it(`refuses "${text}"`, () => {
      assert.throws(() => collectVpcLink(text, new Map()), InvalidArgumentError);
    });
});

describe('--vpc-endpoint', () => {
  it('collects the VPC of each endpoint', () => {
    const first = collectVpcEndpoint('vpce-0123456789abcdef0=vpc-01234567', new Map());

    assert.deepEqual(
      [...collectVpcEndpoint('vpce-01234567=vpc-0123456789abcdef0', first)],
      [
        ['vpce-0123456789abcdef0', 'vpc-01234567'],
        ['vpce-01234567', 'vpc-0123456789abcdef0'],
      ],
    );
  });

  for (const text of [
    'vpce-01234567',
    'vpc-01234567=vpce-01234567',
    'vpce-01234567=',
    'vpce-XYZ=vpc-01234567',
  ])
    it(`refuses "${text}"`, () => {
      assert.throws(() => collectVpcEndpoint(text, new Map()), InvalidArgumentError);
    });
});
