import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodyOf, headersOf, queryOf, readRequest, receivedAtOf, signerOf } from '#shared/aws/read-request.ts';

describe('receivedAtOf', () => {
  const CASES = [
    { name: 'HTTP API 2.0', event: { requestContext: { timeEpoch: 5 } }, expected: 5 },
    { name: 'REST and HTTP API 1.0', event: { requestContext: { requestTimeEpoch: 6 } }, expected: 6 },
    { name: 'an ALB, which has none', event: { requestContext: { elb: {} } }, expected: undefined },
    { name: 'no request context', event: {}, expected: undefined },
    { name: 'a stamp that is text', event: { requestContext: { timeEpoch: '7' } }, expected: undefined },
  ];
  for (const { name, event, expected } of CASES)
    it(`reads ${name}`, () => {
      assert.equal(receivedAtOf(readRequest(event)), expected);
    });
});

describe('headersOf', () => {
  const ROWS: readonly (readonly [
    name: string,
    event: object,
    expected: readonly (readonly [string, string[]])[],
  ])[] = [
    [
      'uses all values of the map of lists, whatever the case of the names', // REST
      { headers: { 'X-A': '2' }, multiValueHeaders: { 'X-A': ['1', '2'], 'x-a': ['3'] } },
      [['x-a', ['1', '2', '3']]],
    ],
    ['keeps a value that was sent twice', { multiValueHeaders: { a: ['1', '1'] } }, [['a', ['1', '1']]]],
    [
      'overlooks no value that only the single map has',
      { headers: { a: '2', b: '3' }, multiValueHeaders: { a: ['1'] } },
      [
        ['a', ['1', '2']],
        ['b', ['3']],
      ],
    ],
    [
      'has the cookies of payload 2.0 as one header',
      { headers: { a: '1' }, cookies: ['s=1', 't=2'] },
      [
        ['a', ['1']],
        ['cookie', ['s=1; t=2']],
      ],
    ],
    [
      'has cookies once if an event has them in both places',
      { headers: { cookie: 's=1' }, cookies: ['s=1'] },
      [['cookie', ['s=1']]],
    ],
    [
      'has both if they differ',
      { headers: { Cookie: 's=2' }, cookies: ['s=1'] },
      [['cookie', ['s=2', 's=1']]],
    ],
    ['takes null for no headers', { headers: null, multiValueHeaders: null }, []],
  ];
  for (const [name, event, expected] of ROWS)
    it(name, () => {
      assert.deepEqual([...headersOf(readRequest(event))], expected);
    });
});

describe('queryOf', () => {
  const ROWS: readonly (readonly [
    name: string,
    event: object,
    expected: readonly (readonly [string, string[]])[],
  ])[] = [
    [
      'separates the values that payload 2.0 joins',
      { rawQueryString: 'a=1&a=2,3&b=%20', queryStringParameters: { a: '1,2,3', b: ' ' } },
      [
        ['a', ['1', '2,3']],
        ['b', [' ']],
      ],
    ],
    [
      'splits at semicolons, as API Gateway does',
      { rawQueryString: 'a=1;b=2' },
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    ],
    [
      'reads the maps if nothing else is known',
      { queryStringParameters: { a: '2' }, multiValueQueryStringParameters: { a: ['1', '2'] } },
      [['a', ['1', '2']]],
    ],
    [
      'reads the map of an event made by hand',
      { rawQueryString: '', queryStringParameters: { a: '1' } },
      [['a', ['1']]],
    ],
  ];
  for (const [name, event, expected] of ROWS)
    it(name, () => {
      assert.deepEqual([...queryOf(readRequest(event))], expected);
    });
});

describe('signerOf', () => {
  const ARN = 'arn:aws:iam::123456789012:user/ada';
  const ROWS: readonly (readonly [name: string, context: object, expected: string | undefined])[] = [
    ['of payload 2.0 is in authorizer.iam', { http: {}, authorizer: { iam: { userArn: ARN } } }, ARN],
    ['of payload 1.0 is in identity', { identity: { userArn: ARN } }, ARN],
    [
      'of payload 1.0 is not what a Lambda authorizer answers',
      { authorizer: { iam: { userArn: ARN } } },
      undefined,
    ],
    ['of payload 2.0 is not in identity', { http: {}, identity: { userArn: ARN } }, undefined],
    ['is not text of an authorizer', { http: {}, authorizer: { iam: ARN } }, undefined],
  ];
  for (const [name, requestContext, expected] of ROWS)
    it(name, () => {
      assert.equal(signerOf(readRequest({ requestContext })), expected);
    });
});

describe('bodyOf', () => {
  it('refuses base64 that does not decode without loss', () => {
    assert.throws(() => bodyOf(readRequest({ body: 'QQ==QQ==', isBase64Encoded: true })), {
      code: 'EVENT_MALFORMED',
    });
  });
});
