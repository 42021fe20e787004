import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FORMS, readStore, toSettingTexts } from '../../../../packages/gateway/engine/settings.ts';

const VPCE = 'vpce-0123456789abcdef0';
const VPC = 'vpc-0123456789abcdef0';
const MB = 1024 ** 2;
type Read = (text: string, before: unknown) => unknown;

/** Each form with texts and what they say; undefined = the text is refused. */
const TABLE: readonly (readonly [
  form: keyof typeof FORMS,
  text: string,
  value: unknown,
  before?: unknown,
])[] = [
  ['account', '123456789012', '123456789012'],
  ['account', '1234', undefined],
  ['concurrency', '1', 1],
  ['concurrency', '100000', 100_000],
  ['concurrency', '100001', undefined],
  ['concurrency', '0', undefined],
  ['concurrency', '1e2', undefined],
  ['issuer', 'https://id.example/=local', ['https://id.example/'], []],
  ['issuer', 'https://a.eu.auth0.com=local', ['before', 'https://a.eu.auth0.com/'], ['before']],
  ['issuer', 'https://a.eu.auth0.com/x=local', ['https://a.eu.auth0.com/x'], []],
  ['issuer', 'https://id.example/', undefined, []],
  ['issuer', 'https://id.example/=remote', undefined, []],
  ['issuer', 'http://id.example/=local', undefined, []],
  ['issuer', 'https://id.example/?a=local', undefined, []],
  ['issuer', 'https://id.example/#a=local', undefined, []],
  ['issuer', 'https://me@id.example/=local', undefined, []],
  ['issuer', 'https://:=local', undefined, []],
  ['issuer', '=local', undefined, []],
  ['name', 'shop.dev-1_a', 'shop.dev-1_a'],
  ['name', 'shop dev', undefined],
  ['names', 'a.example, b.example', ['c.example', 'a.example', 'b.example'], ['c.example']],
  ['onOff', 'on', true],
  ['onOff', 'off', false],
  ['onOff', 'yes', undefined],
  ['port', '0', 0],
  ['port', '65535', 65_535],
  ['port', '65536', undefined],
  ['port', '-1', undefined],
  ['records', '0', 0],
  ['records', '100000', 100_000],
  ['records', '100001', undefined],
  ['region', 'eu-central-1', 'eu-central-1'],
  ['region', 'Frankfurt', undefined],
  ['services', 'SNS, s3', ['sqs', 'sns', 's3'], ['sqs']],
  ['services', 'sns;s3', undefined, []],
  ['services', 'x', undefined, []],
  ['size', '1MB', MB],
  ['size', '0.5gb', 512 * MB],
  ['size', '0.9MB', undefined],
  ['size', '64', undefined],
  ['span', '0s', 0],
  ['span', '1.5m', 90_000],
  ['span', '-1s', undefined],
  ['stage', 'dev-1', 'dev-1'],
  ['stage', 'dev/1', undefined],
  ['vpcEndpoint', `${VPCE}=${VPC}`, new Map([[VPCE, VPC]]), new Map()],
  ['vpcEndpoint', `${VPC}=${VPCE}`, undefined, new Map()],
  ['vpcLink', 'abc=http://a:1/x,https://b', new Map([['abc', ['http://a:1', 'https://b']]]), new Map()],
  ['vpcLink', '=http://a', undefined, new Map()],
  ['vpcLink', 'abc=ftp://a', undefined, new Map()],
  ['vpcLink', 'abc=nowhere', undefined, new Map()],
  // Each bound at its edge and one beyond.
  ['account', '1234567890123', undefined],
  ['concurrency', '', undefined],
  ['name', 'a'.repeat(64), 'a'.repeat(64)],
  ['name', 'a'.repeat(65), undefined],
  ['name', '', undefined],
  ['pair', 'a=b=c', { z: '1', a: 'b=c' }, { z: '1' }],
  ['pair', 'a=', { a: '' }, {}],
  ['pair', 'z=2', { z: '2' }, { z: '1' }],
  ['pair', '=b', undefined, {}],
  ['pair', 'a', undefined, {}],
  ['port', '000', 0],
  ['port', '100000', undefined],
  ['records', '-1', undefined],
  ['records', '', undefined],
  ['services', 'ab', ['ab'], []],
  ['services', 'a'.repeat(40), ['a'.repeat(40)], []],
  ['services', 'a'.repeat(41), undefined, []],
  ['services', 'sns,', undefined, []],
  ['signInAs', 'alice', { sub: 'alice', roles: [] }],
  ['signInAs', 'alice:admin,,courier', { sub: 'alice', roles: ['admin', 'courier'] }],
  ['signInAs', 'a'.repeat(255), { sub: 'a'.repeat(255), roles: [] }],
  ['signInAs', 'a'.repeat(256), undefined],
  ['signInAs', `a:${'r'.repeat(1000)}`, { sub: 'a', roles: ['r'.repeat(1000)] }],
  ['signInAs', `a:${'r'.repeat(1001)}`, undefined],
  ['signInAs', 'a:b:c', undefined],
  ['signInAs', ':admin', undefined],
  ['signInAs', 'a b', undefined],
  ['size', '2GB', 2 * 1024 * MB],
  ['size', '1.5MB', 1.5 * MB],
  ['size', '0.99999999MB', undefined],
  ['size', '1KB', undefined],
  ['span', '+1s', 1000],
  ['span', '', undefined],
  ['stage', 'a'.repeat(128), 'a'.repeat(128)],
  ['stage', 'a'.repeat(129), undefined],
  ['stage', '', undefined],
  [
    'vpcEndpoint',
    `vpce-${'0'.repeat(8)}=vpc-${'0'.repeat(8)}`,
    new Map([[`vpce-${'0'.repeat(8)}`, `vpc-${'0'.repeat(8)}`]]),
    new Map(),
  ],
  ['vpcEndpoint', `vpce-${'0'.repeat(7)}=${VPC}`, undefined, new Map()],
  ['vpcEndpoint', `${VPCE}0=${VPC}`, undefined, new Map()],
  ['vpcEndpoint', `${VPCE}=vpc-${'0'.repeat(7)}`, undefined, new Map()],
  ['vpcEndpoint', `${VPCE}=${VPC}0`, undefined, new Map()],
  [
    'vpcLink',
    'b=http://b',
    new Map([
      ['a', ['x']],
      ['b', ['http://b']],
    ]),
    new Map([['a', ['x']]]),
  ],
  ['vpcLink', 'a=http://b', new Map([['a', ['http://b']]]), new Map([['a', ['x']]])],
  ['vpcLink', 'abc', undefined, new Map()],
];

describe('FORMS', () => {
  for (const [form, text, value, before] of TABLE)
    it(`${value === undefined ? 'refuses' : 'reads'} "${text}" as ${form}`, () => {
      assert.deepEqual((FORMS[form].read as Read)(text, before), value);
    });

  it('explains for each form in a sentence what to write', () => {
    for (const [name, { expected }] of Object.entries(FORMS))
      assert.match(expected, /^[A-Z][^]{10,}\.$/, name);
  });
});

describe('toSettingTexts', () => {
  for (const { value, texts } of [
    { value: undefined, texts: [] },
    { value: null, texts: [] },
    { value: 3000, texts: ['3000'] },
    { value: ['a', 1], texts: ['a', '1'] },
    { value: { a: 'b', c: ['d', 2] }, texts: ['a=b', 'c=d,2'] },
    { value: true, texts: undefined },
    { value: [{}], texts: undefined },
    { value: { a: {} }, texts: undefined },
    { value: { a: [true] }, texts: undefined },
  ])
    it(`makes ${JSON.stringify(texts)} of ${JSON.stringify(value)}`, () => {
      assert.deepEqual(toSettingTexts(value), texts);
    });
});

describe('readStore', () => {
  const url = 'http://127.0.0.1:8000';
  const pair = { accessKeyId: 'LOCALGATEWRIGHT', secretAccessKey: 'local' };
  const own = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
  for (const { dynamodb, data, environment = {}, expected } of [
    { dynamodb: undefined, data: undefined, expected: { kind: 'embedded', dataDirectory: undefined } },
    { dynamodb: 'embedded', data: 'kept', expected: { kind: 'embedded', dataDirectory: 'kept' } },
    { dynamodb: url, data: undefined, expected: { kind: 'url', url, ...pair } },
    {
      dynamodb: url,
      data: undefined,
      environment: own,
      expected: { kind: 'url', url, accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    },
    {
      dynamodb: url,
      data: undefined,
      environment: { ...own, AWS_SESSION_TOKEN: 'token' },
      expected: { kind: 'url', url, accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    },
    {
      dynamodb: 'nowhere',
      data: undefined,
      expected: 'dynamodb must be "embedded" or a URL, not "nowhere"',
    },
    { dynamodb: 'ftp://a', data: undefined, expected: 'dynamodb must be "embedded" or a URL, not "ftp://a"' },
    {
      dynamodb: url,
      data: 'kept',
      expected: 'data applies only to the embedded DynamoDB, so it cannot be combined with a URL in dynamodb',
    },
  ])
    it(`takes ${dynamodb} with data in ${data} and ${Object.keys(environment).length} variables`, () => {
      assert.deepEqual(readStore(dynamodb, data, environment), expected);
    });
});
