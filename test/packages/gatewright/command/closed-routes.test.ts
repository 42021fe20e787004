import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDrift } from '../../../../packages/toolkit/stack/access/commands/access-check.ts';
import type { InspectedRoute } from '../../../../packages/gateway/engine/index.ts';

const document = { kind: 'rest', routes: [{ method: 'GET', path: '/users' }] } as const;
const open: InspectedRoute = { method: 'GET', path: '/users', apiKeyRequired: false, authorizer: undefined };

describe('checkDrift', () => {
  it('names a protected route that is open now', () => {
    assert.match(
      checkDrift(document, { routes: [open] })[0] ?? '',
      /^GET \/users was behind the authorizer and is open now;/,
    );
  });

  // "authorizationType: the authorization type for the route" (API Gateway's reference of Route and Method)
  for (const guard of ['JWT', 'COGNITO_USER_POOLS', 'AWS_IAM', 'CUSTOM'] as const)
    it(`does not call a route behind ${guard} open`, () => {
      const [drift = ''] = checkDrift(document, { routes: [{ ...open, guard }] });

      assert.match(drift, new RegExp(`^GET /users was behind the authorizer and is behind ${guard} now;`));
    });

  it('does not call a closed route open, nor gone', () => {
    assert.deepEqual(checkDrift(document, { routes: [{ ...open, isClosed: true }] }), []);
    assert.deepEqual(checkDrift(document, { routes: [{ ...open, method: 'ANY', isClosed: true }] }), []);
  });
});
