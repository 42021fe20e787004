import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateSecret } from '../../../../../packages/gateway/core/stack/generated-secret.ts';

/** Always the first. */
const first = (): number => 0;

// Source: Secrets Manager API reference, "GetRandomPassword".
describe('generateSecret', () => {
  it('has 32 characters with one of each kind by default', () => {
    const made = generateSecret({}, first);

    assert.equal(made.length, 32);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) assert.match(made, kind);
  });

  for (const [drawn, draw] of [
    ['first', first],
    ['last', (count: number): number => count - 1],
  ] as const)
    it(`has one of each kind in its first characters, whatever the ${drawn} ones are`, () => {
      const made = generateSecret({ PasswordLength: 4 }, draw);

      for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) assert.match(made, kind);
    });

  it('omits excluded characters', () => {
    const made = generateSecret(
      { ExcludeLowercase: true, ExcludePunctuation: 'true', ExcludeCharacters: '0A', PasswordLength: 8 },
      first,
    );

    assert.match(made, /^[B-Z1-9]{8}$/);
  });

  it('puts it into the object of a template', () => {
    const options = { SecretStringTemplate: '{"user":"root"}', GenerateStringKey: 'key', PasswordLength: 4 };

    assert.match(generateSecret(options, first), /^\{"user":"root","key":".{4,8}"\}$/);
  });
});
