import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAuthorizerLine } from '../../../../../packages/gateway/console/records/find-code-places.ts';

const HANDLER = {
  file: 'auth.js',
  text: "exports.handler = async () => {\n  throw new Error('Unauthorized');\n};\n",
};

/** API Gateway developer guide, "Use API Gateway Lambda authorizers": the function is not called without its sources. */
describe('the line of the code of an authorizer', () => {
  for (const [code, isNamed] of [
    ['unauthorized', true],
    ['identity-missing', false],
    ['identity-mismatch', false],
  ] as const)
    it(`is ${isNamed ? 'named' : 'not named, because the function was not called'}: ${code}`, () => {
      const recorded = {
        phase: 'authenticate',
        error: { code: 'BAD_REQUEST', detail: { defect: { kind: 'authorizer', code } } },
      } as unknown as Parameters<typeof findAuthorizerLine>[0];
      const places = findAuthorizerLine(recorded, HANDLER, []).map(({ place }) => place);

      assert.deepEqual(places, isNamed ? ['auth.js:2'] : []);
    });
});
