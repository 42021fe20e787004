/**
 * What Terraform's AWS provider sends when it creates an API Gateway resource is contained in what it reads afterwards.
 * Otherwise its next plan shows a change, or its apply fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import { aRestControl } from '../../../../support/a-rest-control.ts';
import { makeAndRead, sender } from '../../../../support/a-terraform-row.ts';
import { ok, policy } from '../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';
import type { Ids } from '../../../../support/a-terraform-row.ts';
import { ACCOUNT_ROWS } from './terraform-account-rows.ts';
import { MORE_REST_ROWS } from './terraform-more-rows.ts';
import { MORE_V2_ROWS } from './terraform-more-v2-rows.ts';
import { REST_ROWS } from './terraform-rest-rows.ts';
import { V2_ROWS } from './terraform-v2-rows.ts';

describe('a resource that Terraform makes has every sent member when it is read', () => {
  let control: TestRestControl;
  let ids: Ids = {};
  before(async () => {
    control = await aRestControl({}, { list: ok, admit: () => policy('Allow', '*') });
  });
  after(() => control.close());

  for (const row of [...REST_ROWS, ...ACCOUNT_ROWS, ...MORE_REST_ROWS])
    it(`${row.resource} (${row.from})`, async () => {
      ids = await makeAndRead(row, sender(control.sdk, rest), ids);
    });
  const association = {
    domainNameArn: 'arn:aws:apigateway:us-east-1:123456789012:/domainnames/inside.example.com+abcd1234',
    accessAssociationSourceType: 'VPCE',
    accessAssociationSource: 'vpce-0123456789abcdef0',
  };
  it('aws_api_gateway_domain_name_access_association is refused', () =>
    assert.rejects(sender(control.sdk, rest)('CreateDomainNameAccessAssociation', association)));
  it('aws_apigatewayv2_portal_product is refused', () =>
    assert.rejects(sender(control.v2, v2)('CreatePortalProduct', { DisplayName: 'shop' })));

  for (const row of [...V2_ROWS, ...MORE_V2_ROWS])
    it(`${row.resource} (${row.from})`, async () => {
      ids = await makeAndRead(row, sender(control.v2, v2), ids);
    });
});
