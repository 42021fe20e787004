import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultJwksUri, isLoopbackUrl } from '#shared/access/tokens/issuers.ts';

describe('isLoopbackUrl', () => {
  for (const [url, expected] of [
    ['http://127.0.0.1:4000', true],
    ['http://127.9.9.9', true],
    ['http://[::1]:4000', true],
    ['http://localhost:4000', true],
    ['http://0.0.0.0:4000', false],
    ['http://127.0.0.1.example', false],
    ['http://localhost.example', false],
    ['http://127.0.0.1@evil.example', false],
    ['http://evil.example@127.0.0.1', false],
    ['http://10.0.0.1', false],
    ['http://169.254.169.254', false],
    ['file:///etc/passwd', false],
    ['127.0.0.1', false],
    ['', false],
  ] as const)
    it(`${expected ? 'takes' : 'refuses'} "${url}"`, () => {
      assert.equal(isLoopbackUrl(url), expected);
    });
});

describe('defaultJwksUri', () => {
  it('does not double the slash', () => {
    assert.equal(defaultJwksUri('https://i.example/a/'), 'https://i.example/a/.well-known/jwks.json');
    assert.equal(defaultJwksUri('https://i.example/a'), 'https://i.example/a/.well-known/jwks.json');
  });
});
