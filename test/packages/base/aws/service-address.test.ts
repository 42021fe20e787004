import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awsDomainOf, regionalAddress } from '../../../../packages/base/aws/service-address.ts';

describe('the address of a service', () => {
  // "AWS service endpoints" and "Endpoints and ARNs for AWS in China" of the AWS General Reference.
  for (const [region, domain] of [
    ['eu-central-1', 'amazonaws.com'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
  ] as const)
    it(`ends with ${domain} in ${region}`, () => {
      assert.equal(awsDomainOf(region), domain);
      assert.equal(regionalAddress('sqs', region), `https://sqs.${region}.${domain}`);
    });
});
