import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPoolIssuer } from '../../../../../packages/gateway/core/issuers/issuer-names.ts';

const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc';

describe('readPoolIssuer', () => {
  it('recognizes pools by their form, those in China too', () => {
    assert.deepEqual(readPoolIssuer(POOL), { region: 'eu-west-1', poolId: 'eu-west-1_Abc' });
    assert.equal(
      readPoolIssuer('https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A')?.region,
      'cn-north-1',
    );
    for (const other of [`${POOL}/`, `${POOL}/x`, 'https://example.eu.auth0.com/'])
      assert.equal(readPoolIssuer(other), undefined);
  });
});
