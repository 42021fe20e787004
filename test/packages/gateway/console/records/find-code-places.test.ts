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

  const NO_POLICY = {
    phase: 'authenticate',
    error: {
      code: 'AUTHORIZER_CONFIGURATION_ERROR',
      detail: { defect: { kind: 'authorizer', code: 'malformed', part: 'policyDocument' } },
    },
  } as unknown as Parameters<typeof findAuthorizerLine>[0];
  const RIGHT = "  return {\n    principalId: 'carl',\n    policyDocument: allow(event),\n  };\n};";
  // A drawn story named the line that returns a policy, although the policy was missing.
  for (const [name, before, places] of [
    ['the only return without it', "  if (odd) return { principalId: 'carl' };", ['auth.js:2']],
    ['no line if several lack it', "  if (a) return { principalId: 'a' };\n  if (b) return {};", []],
    ['no line if each return has it', '', []],
  ] as const)
    it(`is, if the result has no policyDocument: ${name}`, () => {
      const text = `exports.handler = async (event) => {\n${before}\n${RIGHT}\n`;
      const found = findAuthorizerLine(NO_POLICY, { file: 'auth.js', text }, []).map(({ place }) => place);

      assert.deepEqual(found, places);
    });
});
