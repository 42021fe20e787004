/** The names of the corpus are in `packages/gateway/console/records/secret-corpus.test.ts`; these are the rules. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSecretName, isSecretOf } from '@gatewright/aws/text/secret-names';

describe('isSecretName', () => {
  for (const spelling of ['SIGNING_KEY', 'signingKey', 'signing-key', 'Signing.Key', 'SigningKey'])
    it(`recognizes the words of ${spelling}`, () => {
      assert.equal(isSecretName(spelling), true);
    });

  it('judges by the last word', () => {
    assert.equal(isSecretName('TOKEN_TTL'), false);
    assert.equal(isSecretName('TTL_TOKEN'), true);
  });

  it('treats any key in a variable as a secret, unless it is known to be something else', () => {
    assert.deepEqual(
      ['ACME_KEY', 'acmeKey', 'PARTITION_KEY', 'KEY'].map((name) => isSecretName(name)),
      [true, false, false, false],
    );
  });

  it('takes salts for secrets, and what a variable calls auth', () => {
    assert.deepEqual(
      ['SALT', 'API_TOKEN_SALT', 'REDIS_AUTH', 'auth', 'requiresAuth'].map((name) => isSecretName(name)),
      [true, true, true, false, false],
    );
  });

  it('reads members of a form', () => {
    assert.equal(isSecretName('user%5Bpassword%5D'), true);
    assert.equal(isSecretName('user[password]'), true);
  });

  it('bounds what it remembers, and judges the end of a long name', () => {
    for (let index = 0; index < 2_500; index += 1) assert.equal(isSecretName(`name${index}`), false);
    assert.equal(isSecretName(`${'x'.repeat(100_000)}_password`), true);
  });
});

describe('isSecretOf', () => {
  const settings: readonly (readonly [name: string, value: string])[] = [
    ['DB_SECRET', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf'],
    ['DB_PASSWORD', '${DB_PASSWORD}'],
    ['DB_PASSWORD', '{{resolve:secretsmanager:db:SecretString:password}}'],
    ['apiKey', 'true'],
    ['PRIVATE_KEY', '/etc/ssl/private/server.pem'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['PWD', '/srv/shop'],
    ['total_tokens', '1042'],
    ['token', ''],
  ];
  for (const [name, value] of settings)
    it(`leaves ${name} if it is "${value}"`, () => {
      assert.equal(isSecretOf(name, value), false);
    });

  for (const [name, value] of [
    ['DB_PASSWORD', '/abc+def/ghi'],
    ['DB_PASSWORD', '${abc'],
    ['pwd', 'hunter2'],
    ['token', '1042'],
    ['password', 'x'],
  ] as const)
    it(`hides ${name} if it is "${value}"`, () => {
      assert.equal(isSecretOf(name, value), true);
    });
});
