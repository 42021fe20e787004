import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bundleFunctions } from '../../layers/bundle-functions.ts';

const LIMIT_BYTES = 64 * 1024;

// access test 20 (size): what an authorizer loads before its first answer.
describe('the bundles of the authorizers', () => {
  it('stay under 64 KB, without the AWS SDK and without anything that reads documents', async () => {
    const bundles = await bundleFunctions(join(import.meta.dirname, '../..'));
    const authorizers = bundles.filter(({ name }) => name.endsWith('-authorizer'));

    assert.equal(authorizers.length, 2);
    for (const { name, code } of authorizers) {
      const text = Buffer.from(code).toString();
      assert.ok(code.length <= LIMIT_BYTES, `${name}: ${code.length} bytes`);
      assert.doesNotMatch(text, /@aws-sdk|from"yaml"|from"ajv"|is missing: write/, name);
    }
  });
});
