import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArn, partitionOf, printArn } from '@gatewright/aws/arn';

describe('parseArn', () => {
  const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live';

  it('takes all after the fifth colon for the resource', () => {
    assert.deepEqual(parseArn(LAMBDA), {
      partition: 'aws',
      service: 'lambda',
      region: 'eu-west-1',
      accountId: '123456789012',
      resource: 'function:orders:live',
    });
  });

  it('reads ARNs without region and account, and prints each as it was read', () => {
    for (const text of [LAMBDA, 'arn:aws:s3:::bucket/key', 'arn:aws-cn:iam::123456789012:role/a']) {
      const arn = parseArn(text);
      assert.ok(arn !== undefined, text);
      assert.equal(printArn(arn), text);
    }
  });

  for (const text of [
    '',
    'arn:aws:s3::bucket',
    'urn:aws:s3:::bucket',
    'arn::s3:::bucket',
    'arn:aws::::bucket',
  ])
    it(`does not accept "${text}"`, () => {
      assert.equal(parseArn(text), undefined);
    });
});

describe('partitionOf', () => {
  for (const [region, partition] of [
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-east-1', 'aws'],
  ] as const)
    it(`is ${partition} of ${region}`, () => {
      assert.equal(partitionOf(region), partition);
    });
});
