import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  distributionDomainName,
  regionalDomainName,
} from '../../../../../packages/gateway/control/resource-types/domain-addresses.ts';
import { DOMAIN_TYPES } from '../../../../../packages/gateway/control/resource-types/domain-types.ts';
import type { Namer } from '../../../../../packages/gateway/core/resource-types/namers.ts';

const NAME = 'api.example.com';

describe('the address of a custom domain', () => {
  // AWS CLI reference, get-domain-names and apigatewayv2 create-domain-name
  for (const [region, form] of [
    ['eu-west-1', /^d-[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/],
    ['cn-north-1', /^d-[a-z0-9]{10}\.execute-api\.cn-north-1\.amazonaws\.com\.cn$/],
  ] as const)
    it(`has AWS's form in ${region}`, () => {
      assert.match(regionalDomainName(NAME, region), form);
    });

  it('differs between regions, and does not depend on the case of the name', () => {
    assert.notEqual(regionalDomainName(NAME, 'eu-west-1'), regionalDomainName(NAME, 'us-east-1'));
    assert.equal(regionalDomainName('API.example.com', 'eu-west-1'), regionalDomainName(NAME, 'eu-west-1'));
  });

  it('is the same in templates as in calls', () => {
    const resource = {
      stackName: 'stack',
      logicalId: 'Domain',
      type: 'AWS::ApiGateway::DomainName',
      region: 'eu-west-1',
      accountId: '123456789012',
      partition: 'aws',
      urlSuffix: 'amazonaws.com',
      text: (property: string) => (property === 'DomainName' ? NAME : undefined),
    };
    const attributes: Readonly<Record<string, Namer>> =
      DOMAIN_TYPES['AWS::ApiGateway::DomainName'].names.attributes;

    assert.equal(attributes['RegionalDomainName']?.(resource), regionalDomainName(NAME, 'eu-west-1'));
    assert.equal(attributes['DistributionDomainName']?.(resource), distributionDomainName(NAME));
  });
});
