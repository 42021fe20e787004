import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkWiring } from '@gatewright/authoring/check/check-wiring';
import { aDocument } from '../../../../support/an-access-document.ts';

const header = (over: object) => ({ in: 'header', name: 'authorization', issuers: ['main'], ...over });

// As Cognito's authorizers take it (docs/guides/protect/coming-from.md): one place, so every caller of it has the
// identity source.
describe('a header that is read with Bearer and without it', () => {
  const wired = {
    name: 'request',
    payload: 'rest-request',
    calls: 'request-authorizer',
    ttlSeconds: 60,
    simpleResponses: false,
    identitySources: [{ kind: 'header', name: 'authorization' }],
  } as const;
  const check = (...sources: readonly object[]) => checkWiring(aDocument({ sources }), wired).join();

  it('may be the identity source', () => {
    assert.equal(check(header({ scheme: 'Bearer' }), header({})), '');
  });

  it('may not if another header is read, too', () => {
    assert.match(
      check(header({}), header({ name: 'x-token' })),
      /also accepts a credential in another part of the request/,
    );
  });
});
