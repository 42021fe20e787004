import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createLambdaAuthorizer } from '#shared/access/lambda-authorizer.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { aDocument, anAccess } from '../../support/an-access-document.ts';

function setEnvironment(t: TestContext, environment: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env = { ...before, GATEWRIGHT_STAGE: 'prod', ...environment };
}

describe('an authorizer of documents that take API keys', () => {
  const access = anAccess(
    aDocument({
      issuers: [{ id: 'keys', type: 'apiKey', prefix: 'shop_live' }],
      sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    }),
  );

  it('starts with the table that its stack names', (t) => {
    setEnvironment(t, { GATEWRIGHT_ACCESS_TABLE: 'access' });
    assert.doesNotThrow(() => createLambdaAuthorizer(access, UNOBSERVED));
  });

  it('says what is missing if its stack names none', (t) => {
    setEnvironment(t, { GATEWRIGHT_ACCESS_TABLE: '' });
    assert.throws(() => createLambdaAuthorizer(access, UNOBSERVED), {
      code: 'CONFIG_INVALID',
      message: 'GATEWRIGHT_ACCESS_TABLE is missing, but a document accepts API keys',
    });
  });
});
