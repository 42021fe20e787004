/** An error about something that does not exist is explained with what the event of the request lacks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeEventGaps,
  findBodyGap,
  findDecodedTwice,
  findEncodedKey,
} from '../../../../../packages/gateway/console/records/event-gaps.ts';
import { recording } from '../../../../support/recorded-apis.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';

type Event = Readonly<Record<string, Readonly<Record<string, string>>>>;

describe('the event of a function that failed', () => {
  it('is described with its members that are null, for a REST API (docs/aws §3.1)', async () => {
    const read = (event: unknown): string =>
      (event as Event)['queryStringParameters']?.['id'] ?? fail('null', 'id');
    const api = recording(anApi(restRoutes({ 'GET /pets': {} }), { echo: read }));

    assert.equal((await api.send({ target: '/dev/pets' })).status, 502);

    assert.match(
      api.last().story.sentences.join('\n'),
      /In this request’s event, body, queryStringParameters, pathParameters and multiValueQueryStringParameters are null\./,
    );
  });

  it('is described with the members that it does not have, for payload format 2.0 (docs/aws §3.3)', async () => {
    const read = (): string => fail('undefined', 'id');
    const api = recording(anApi(httpRoutes(['GET /pets']), { echo: read }));

    assert.equal((await api.send({ target: '/pets' })).status, 500);

    assert.match(
      api.last().story.sentences.join('\n'),
      /has no body, queryStringParameters, pathParameters, .*httpMethod, path.* It has version, routeKey/,
    );
  });

  const ROWS: readonly (readonly [type: string, message: string, event: object, says: RegExp | undefined])[] =
    [
      ['KeyError', "'pathParameters'", { version: '2.0' }, /has no pathParameters\. It has version\./],
      ['KeyError', "'colour'", { colour: 1 }, undefined],
      // DynamoDB's GetItem returns no Item if the table has no such item.
      [
        'KeyError',
        "'Item'",
        { version: '2.0' },
        /^The value that the code reads has no Item\. If that value is a response of get_item: .* read Item with \.get\('Item'\)\.$/,
      ],
      ['TypeError', "'NoneType' object is not subscriptable", { body: null }, /body is null/],
      [
        'SyntaxError',
        'Unexpected token e is not valid JSON',
        { body: 'eyJ9', isBase64Encoded: true },
        /base64/,
      ],
      ['Error', 'no such pet', { body: null }, undefined],
    ];
  for (const [errorType, errorMessage, event, says] of ROWS)
    it(`is described for ${errorType}: ${errorMessage} as ${says === undefined ? 'nothing' : String(says)}`, () => {
      const said = describeEventGaps(JSON.stringify(event), { errorType, errorMessage }).join('\n');
      if (says === undefined) assert.equal(said, '');
      else assert.match(said, says);
    });
});

describe('a member of the body', () => {
  const key = { errorType: 'KeyError', errorMessage: "'name'" };
  const member = {
    errorType: 'TypeError',
    errorMessage: "Cannot read properties of undefined (reading 'trim')",
  };
  for (const { why, body = '{"age":1}', error = key, code } of [
    { why: 'the code reads another value', code: ['body = table.get_item()', 'x = body["name"]'] },
    {
      why: 'the variable has another value since',
      code: ['body = json.loads(event["body"])', 'body = body["user"]', 'x = body["name"]'],
    },
    { why: 'the body has it', body: '{"name":1}', code: ['b = json.loads(event["body"])', 'x = b["name"]'] },
    { why: 'the body is not JSON', body: 'name=1', code: ['b = json.loads(event["body"])', 'x = b["name"]'] },
    { why: 'the code is not known', code: [] },
    {
      why: 'the code reads a member of a member',
      error: member,
      code: ['const body = JSON.parse(event.body);', 'body.user.name.trim()'],
    },
  ])
    it(`is not named if ${why}`, () => {
      assert.equal(findBodyGap(JSON.stringify({ body }), error, code), undefined);
    });

  it('is named in a body that is base64', () => {
    const event = { body: Buffer.from('{"age":1}').toString('base64'), isBase64Encoded: true };
    const code = ['const body = JSON.parse(Buffer.from(event.body, "base64"));', 'return body.name.trim();'];
    assert.deepEqual(findBodyGap(JSON.stringify(event), member, code), { member: 'name', others: ['age'] });
  });
});

function fail(value: string, name: string): never {
  throw new TypeError(`Cannot read properties of ${value} (reading '${name}')`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
describe('the object that an event of S3 names', () => {
  const event = (key: string): string => JSON.stringify({ Records: [{ s3: { object: { key } } }] });
  const missing = { errorType: 'NoSuchKey', errorMessage: 'The specified key does not exist.' };
  for (const [key, error, expected] of [
    ['red+flower.jpg', missing, { inEvent: 'red+flower.jpg', ofObject: 'red flower.jpg' }],
    ['a%2Bb.txt', missing, { inEvent: 'a%2Bb.txt', ofObject: 'a+b.txt' }],
    [
      'in/%C3%A4.csv',
      { errorType: 'ClientError', errorMessage: '… (403) when calling the HeadObject operation: Forbidden' },
      { inEvent: 'in/%C3%A4.csv', ofObject: 'in/\u00e4.csv' },
    ],
    ['plain.txt', missing, undefined],
    ['red+flower.jpg', { errorType: 'TypeError', errorMessage: 'x is not a function' }, undefined],
  ] as const)
    it(`${expected === undefined ? 'is not the cause' : 'has another name'}: ${key}, ${error.errorType}`, () => {
      assert.deepEqual(findEncodedKey(event(key), error), expected);
    });

  it('is not looked for in other events', () => {
    assert.equal(findEncodedKey('{"Records":[{"body":"a+b"}]}', missing), undefined);
    assert.equal(findEncodedKey(undefined, missing), undefined);
  });

  const OF_LINES: readonly (readonly [line: string, isTold: boolean])[] = [
    ['return event.body.id;', true],
    ['const { id } = cookies;', true],
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
    ['return { statusCode: 200, body: AuthenticationResult.id };', false],
    ['return { body: JSON.stringify(found?.id) };', false],
  ];
  for (const [line, isTold] of OF_LINES)
    it(`is described only if the line may read it: ${line}`, () => {
      const error = {
        errorType: 'TypeError',
        errorMessage: "Cannot read properties of undefined (reading 'id')",
      };

      assert.equal(describeEventGaps('{"version": "2.0"}', error, line).length > 0, isTold);
    });
});

describe('a value that is decoded twice', () => {
  const line = 'const label = decodeURIComponent(event.pathParameters.label);';
  const ofPath = { pathParameters: { label: '50%' } };
  const ROWS: readonly (readonly [
    name: string,
    event: object,
    code: string | undefined,
    found: string | undefined,
  ])[] = [
    ['a path parameter of payload 2.0', { version: '2.0', ...ofPath }, line, 'pathParameters.label'],
    [
      'a path parameter of payload 1.0 of an HTTP API',
      { version: '1.0', ...ofPath },
      line,
      'pathParameters.label',
    ],
    // The path parameters of a REST API are encoded as the client sent them.
    ['not a path parameter of a REST API', ofPath, line, undefined],
    [
      'a parameter of the query of a REST API',
      { queryStringParameters: { q: '100% sure' } },
      'return decodeURI(event.queryStringParameters.q);',
      'queryStringParameters.q',
    ],
    [
      'not a value that can be decoded',
      { version: '2.0', pathParameters: { label: '50%25' } },
      line,
      undefined,
    ],
    ['not another value of the line', { version: '2.0', pathParameters: { id: '50%' } }, line, undefined],
    ['nothing without the line of code', { version: '2.0', ...ofPath }, undefined, undefined],
  ];

  for (const [name, event, code, found] of ROWS)
    it(`is found: ${name} (docs/aws §3.1)`, () => {
      const error = { errorMessage: 'URI malformed' };
      assert.equal(findDecodedTwice(JSON.stringify(event), error, code)?.member, found);
    });
});
