import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readChallenge } from '../../../../../packages/gatewright/mcp-client/sign-in/challenge.ts';

describe('readChallenge', () => {
  const rows = [
    { name: 'nothing without a header', header: undefined, expected: {} },
    { name: 'nothing of another scheme', header: 'Basic realm="a", error="x"', expected: {} },
    { name: 'a scheme without parameters', header: 'Bearer', expected: {} },
    {
      name: 'quoted texts and tokens',
      header: 'bearer error=insufficient_scope, scope="a b a",resource_metadata="https://a/b"',
      expected: { error: 'insufficient_scope', scopes: ['a', 'b'], resourceMetadata: 'https://a/b' },
    },
    {
      name: 'quotes, commas and equals signs in a text',
      header: String.raw`Bearer error_description="say \"a, b=c\"", error="invalid_token"`,
      expected: { error: 'invalid_token' },
    },
    {
      name: 'the Bearer challenge after another one',
      header: 'Basic realm="x", Bearer scope="a"',
      expected: { scopes: ['a'] },
    },
    {
      name: 'no parameter of the next challenge',
      header: 'Bearer scope="a", DPoP algs="ES256", error="x"',
      expected: { scopes: ['a'] },
    },
  ];
  for (const { name, header, expected } of rows)
    it(`reads ${name}`, () => {
      const challenge = readChallenge(
        new Headers(header === undefined ? {} : { 'www-authenticate': header }),
      );
      assert.deepEqual(challenge, { error: undefined, scopes: [], resourceMetadata: undefined, ...expected });
    });
});
