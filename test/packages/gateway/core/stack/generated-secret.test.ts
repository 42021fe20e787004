import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** Always the first. */
const first = (): number => 0;

function generateSecret(spec: UnknownMembers, draw: (bound: number) => number): string {
  return new GeneratedSecrets(draw).textOf('stack Secret', spec);
}

// Source: Secrets Manager API reference, "GetRandomPassword".
describe('the value of a generated secret', () => {
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
