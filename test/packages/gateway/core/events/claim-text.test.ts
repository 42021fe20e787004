import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  printCognitoClaims,
  printHttpClaims,
} from '../../../../../packages/gateway/core/events/claim-text.ts';

const CLAIMS: Record<string, unknown> = {
  sub: 'alice',
  'cognito:groups': ['admin', 'editor'],
  exp: 1_587_283_574,
  auth_time: 1_587_038_744,
  email_verified: true,
  address: { city: 'Oslo' },
  middle_name: null,
};

describe('printHttpClaims', () => {
  it('writes lists in brackets, numbers as digits, structures as JSON, and omits null', () => {
    assert.deepEqual(
      printHttpClaims(CLAIMS),
      {
        sub: 'alice',
        'cognito:groups': '[admin editor]',
        exp: '1587283574',
        auth_time: '1587038744',
        email_verified: 'true',
        address: '{"city":"Oslo"}',
      },
      'captured on AWS 2026-08-05, floci pull request 2011',
    );
  });

  it('keeps a claim named __proto__ a claim', () => {
    const claims = printHttpClaims(JSON.parse('{"__proto__":"x"}') as Record<string, unknown>);

    assert.deepEqual(Object.entries(claims), [['__proto__', 'x']]);
  });
});

describe('printCognitoClaims', () => {
  it('writes lists with commas and exp and iat as Java dates, auth_time as digits', () => {
    assert.deepEqual(
      printCognitoClaims(CLAIMS),
      {
        sub: 'alice',
        'cognito:groups': 'admin,editor',
        exp: 'Sun Apr 19 08:06:14 UTC 2020',
        auth_time: '1587038744',
        email_verified: 'true',
        address: '{"city":"Oslo"}',
      },
      'public captures of 2018 to 2023; docs/aws §4.6',
    );
  });

  it('writes a date that no calendar has as digits', () => {
    assert.deepEqual(printCognitoClaims({ exp: 1e300 }), { exp: '1e+300' });
  });
});
