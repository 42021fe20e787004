import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextVariable } from '../../../../../packages/gateway/core/events/context-variables.ts';
import { aRequest } from './a-request.ts';
import type { CallerFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

const TOKEN: CallerFacts = { kind: 'jwt', claims: { sub: 'alice', 'cognito:groups': 'a,b' }, scopes: null };
const LAMBDA: CallerFacts = {
  kind: 'lambda',
  principalId: 'alice',
  integrationLatencyMs: 7,
  context: { level: 3, none: null, principalId: 'root' },
};
const SIGNER: CallerFacts = {
  kind: 'iam',
  accessKey: 'AKIA',
  accountId: '123456789012',
  callerId: 'AIDA',
  userId: 'AIDA',
  userArn: 'arn:aws:iam::123456789012:user/alice',
};

const ROWS: [name: string, caller: CallerFacts | undefined, value: string | undefined][] = [
  ['authorizer.claims.sub', TOKEN, 'alice'],
  ['authorizer.claims.cognito:groups', TOKEN, 'a,b'],
  ['authorizer.claims.constructor', TOKEN, undefined],
  ['authorizer.principalId', TOKEN, undefined],
  ['authorizer.principalId', LAMBDA, 'alice'],
  ['authorizer.level', LAMBDA, '3'],
  ['authorizer.none', LAMBDA, undefined],
  ['authorizer.toString', LAMBDA, undefined],
  ['identity.userArn', SIGNER, 'arn:aws:iam::123456789012:user/alice'],
  ['identity.user', SIGNER, 'AIDA'],
  ['identity.principalOrgId', SIGNER, undefined],
  ['identity.principalOrgId', { ...SIGNER, organizationId: 'o-a1b2c3d4e5' }, 'o-a1b2c3d4e5'],
  ['identity.userArn', LAMBDA, undefined],
  ['authorizer.principalId', undefined, undefined],
  ['httpMethod', undefined, 'GET'],
];

describe('contextVariable', () => {
  for (const [name, caller, value] of ROWS)
    it(`reads ${name} of a ${caller?.kind ?? 'nameless'} caller as ${value ?? 'nothing'} (docs/aws §7.3)`, () => {
      assert.equal(contextVariable({ ...aRequest(), caller }, name), value);
    });
});
