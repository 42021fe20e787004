import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  arnOf,
  generated,
  given,
  host,
  iamArn,
  id,
  lowerNamed,
  named,
} from '../../../../../packages/gateway/core/resource-types/namers.ts';
import type { Namer } from '../../../../../packages/gateway/core/resource-types/namers.ts';

/** A resource of the stack `shop` in China, where endpoints have another ending. */
const nameOf = (namer: Namer, properties: Readonly<Record<string, string>> = {}): string =>
  namer({
    stackName: 'shop',
    logicalId: 'Orders',
    type: 'AWS::S3::Bucket',
    region: 'cn-north-1',
    accountId: '123456789012',
    partition: 'aws-cn',
    urlSuffix: 'amazonaws.com.cn',
    text: (property) => properties[property],
  });

describe('a name of a resource', () => {
  const rows: readonly (readonly [
    name: string,
    namer: Namer,
    properties: Readonly<Record<string, string>>,
    expected: RegExp,
  ])[] = [
    ['is the one that the template gives', named('BucketName'), { BucketName: 'mine' }, /^mine$/],
    ["otherwise has CloudFormation's form", named('BucketName'), {}, /^shop-Orders-[A-Z0-9]+$/],
    ['is as long as the service allows', named('BucketName', 24), {}, /^shop-.{5,19}$/],
    ['is in lower case if the service wants that', lowerNamed('BucketName'), {}, /^shop-orders-[a-z0-9]+$/],
    ['is used as the template writes it', lowerNamed('BucketName'), { BucketName: 'aB' }, /^aB$/],
    ['is a property that the type requires', given('Name'), { Name: 'orders' }, /^orders$/],
    ['is empty if that property is missing', given('Name'), {}, /^$/],
    ['is generated if the type accepts none', generated, {}, /^shop-Orders-[A-Z0-9]+$/],
    ['is an id with its own length', id(12), {}, /^[a-z0-9]{12}$/],
    ['is a host of the partition', host(() => 'orders.s3'), {}, /^orders\.s3\.amazonaws\.com\.cn$/],
    [
      'is an ARN of region and account',
      arnOf('sqs', given('Name')),
      { Name: 'orders' },
      /^arn:aws-cn:sqs:cn-north-1:123456789012:orders$/,
    ],
    [
      'is an ARN with what the service puts before names',
      arnOf('dynamodb', given('Name'), 'table/'),
      { Name: 'orders' },
      /^arn:aws-cn:dynamodb:cn-north-1:123456789012:table\/orders$/,
    ],
    [
      'is an ARN of IAM, which has no region',
      iamArn('role', given('Name')),
      { Name: 'reader' },
      /^arn:aws-cn:iam::123456789012:role\/reader$/,
    ],
    [
      'is an ARN of IAM with its path',
      iamArn('role', given('Name')),
      { Name: 'reader', Path: '/teams/' },
      /^arn:aws-cn:iam::123456789012:role\/teams\/reader$/,
    ],
  ];
  for (const [name, namer, properties, expected] of rows)
    it(name, () => {
      assert.match(nameOf(namer, properties), expected);
    });
});
