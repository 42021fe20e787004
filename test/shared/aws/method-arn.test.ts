import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseMethodArn, printMethodArn } from '#shared/aws/method-arn.ts';

const rows = [
  {
    name: 'a REST method',
    target: 'GET/users/1',
    stage: 'dev',
    source: 'API Gateway developer guide, execute-api ARN',
  },
  { name: 'the root of a REST API', target: 'GET/', stage: 'dev', source: 'same' },
  {
    name: 'a path with colons and empty segments',
    target: 'GET/a:b//c',
    stage: 'dev',
    source: 'chalice#1775',
  },
  { name: 'an HTTP API without a named stage', target: 'GET/x', stage: '$default', source: 'HTTP API guide' },
  { name: 'a WebSocket connect', target: '$connect', stage: 'dev', source: 'WebSocket API guide' },
  { name: 'an encoded slash', target: 'GET/a%2Fb', stage: 'dev', source: 'the path is not decoded' },
  { name: 'letters beyond ASCII', target: 'GET/cafés/ü', stage: 'dev', source: 'same' },
  {
    name: 'the longest ARN of a method',
    target: `GET/${'a'.repeat(1_530)}`,
    stage: 'dev',
    source: 'API Gateway quotas: 1,600 bytes',
  },
];

// docs/design/authorizers §7.1: every shape of an execute-api ARN, and no part of it that would widen a policy.
describe('parseMethodArn', () => {
  for (const [partition, region] of [
    ['aws', 'us-east-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
  ] as const)
    it(`keeps the partition ${partition}`, () => {
      const text = `arn:${partition}:execute-api:${region}:123456789012:a1b2c3/dev/GET/`;

      assert.equal(printMethodArn(parseMethodArn(text), 'GET/'), text);
    });

  for (const { name, target, stage, source } of rows)
    it(`reads ${name}`, () => {
      const text = `arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3/${stage}/${target}`;

      const arn = parseMethodArn(text);

      assert.equal(arn.target, target, source);
      assert.equal(printMethodArn(arn, target), text, source);
    });

  for (const text of [
    '',
    'arn:aws:lambda:us-east-1:123456789012:function:x',
    'arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev',
    'arn:aws:execute-api:us-east-1:123456789012:*/dev/GET/',
    'arn:aws:execute-api:us-east-1:123456789012:a1b2c3/*/GET/',
    'arn:aws:execute-api:*:123456789012:a1b2c3/dev/GET/',
    'arn:aws:execute-api:us-east-1::a1b2c3/dev/GET/',
  ])
    it(`refuses "${text}", whose parts would widen a policy`, () => {
      assert.throws(() => parseMethodArn(text), { code: 'EVENT_MALFORMED' });
    });

  it('is the inverse of printMethodArn for every target', () => {
    const part = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    fc.assert(
      fc.property(part, part, fc.string({ minLength: 1 }), (apiId, stage, target) => {
        const arn = {
          partition: 'aws',
          region: 'us-east-1',
          accountId: '123456789012',
          apiId,
          stage,
          target,
        };
        assert.deepEqual(parseMethodArn(printMethodArn(arn, target)), arn);
      }),
    );
  });
});
