import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readAuthorizerResult } from '../../../../../packages/gateway/core/events/authorizer-result.ts';
import type { AuthorizerResultFormat } from '../../../../../packages/gateway/core/events/authorizer-result.ts';

const TOKEN: AuthorizerResultFormat = { payload: 'rest-token', simpleResponses: false };
const HTTP_1: AuthorizerResultFormat = { payload: 'http-1.0', simpleResponses: false };
const HTTP_2: AuthorizerResultFormat = { payload: 'http-2.0', simpleResponses: false };
const SIMPLE: AuthorizerResultFormat = { payload: 'http-2.0', simpleResponses: true };
const WEBSOCKET: AuthorizerResultFormat = { payload: 'websocket', simpleResponses: false };

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123/dev/GET/pets';

function allowing(resource: unknown = ARN): unknown {
  return {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: resource }],
  };
}

const read = (answer: unknown, format = TOKEN): ReturnType<typeof readAuthorizerResult> =>
  readAuthorizerResult(JSON.stringify(answer), format);

describe('readAuthorizerResult', () => {
  it('reads a policy, the principal, the context and the usage key', () => {
    const result = read({
      principalId: 'alice',
      policyDocument: allowing(),
      context: { n: 1, t: true, s: 'x', nothing: null },
      usageIdentifierKey: 'key-value',
    });

    assert.ok(result.kind === 'grant');
    const { principalId, context, usageIdentifierKey, verdict } = result.grant;
    assert.equal(principalId, 'alice');
    assert.deepEqual(context, { n: 1, t: true, s: 'x', nothing: null });
    assert.equal(usageIdentifierKey, 'key-value');
    assert.ok(verdict.kind === 'policy');
    const question = { action: 'execute-api:Invoke', resource: ARN, conditions: new Map() };
    assert.equal(verdict.policy.decide(question), 'allow');
  });

  const invalid: { name: string; answer: unknown; format: AuthorizerResultFormat; source: string }[] = [
    { name: 'null', answer: null, format: TOKEN, source: 'docs/aws §4.3' },
    { name: 'a string', answer: 'Allow', format: TOKEN, source: 'docs/aws §4.3' },
    { name: 'an array', answer: [], format: TOKEN, source: 'docs/aws §4.3' },
    { name: 'no policyDocument', answer: { principalId: 'a' }, format: TOKEN, source: 'docs/aws §4.3' },
    {
      name: 'a policy that is text',
      answer: { policyDocument: '{}' },
      format: TOKEN,
      source: 'docs/aws §4.3',
    },
    {
      name: 'a policy without statements',
      answer: { policyDocument: {} },
      format: TOKEN,
      source: 'docs/aws §4.3',
    },
    {
      name: 'a context value that is an object',
      answer: { policyDocument: allowing(), context: { a: {} } },
      format: TOKEN,
      source: 'docs/aws §4.3 [issue]',
    },
    {
      name: 'a context value that is an array, in payload 1.0',
      answer: { policyDocument: allowing(), context: { a: [] } },
      format: HTTP_1,
      source: 'docs/aws §4.3 [issue]',
    },
    {
      name: 'a context that is a list',
      answer: { policyDocument: allowing(), context: ['a'] },
      format: HTTP_2,
      source: 'inferred',
    },
    {
      name: 'the reserved context key claims',
      answer: { policyDocument: allowing(), context: { claims: 'x' } },
      format: HTTP_1,
      source: 'docs/aws §4.3',
    },
    {
      name: 'the same key on REST',
      answer: { policyDocument: allowing(), context: { claims: 'x' } },
      format: TOKEN,
      source: 'docs/aws §4.3 (may be rejected)',
    },
    {
      name: 'a Resource over 512 characters',
      answer: { policyDocument: allowing(`arn:${'a'.repeat(509)}`) },
      format: TOKEN,
      source: 'docs/aws §4.3',
    },
    {
      name: 'a long NotResource among short ones',
      answer: {
        policyDocument: {
          Statement: { Action: '*', Effect: 'Deny', NotResource: [ARN, `arn:${'a'.repeat(509)}`] },
        },
      },
      format: TOKEN,
      source: 'docs/aws §4.3',
    },
    {
      name: 'a principalId that is an object',
      answer: { principalId: {}, policyDocument: allowing() },
      format: TOKEN,
      source: 'inferred',
    },
    {
      name: 'a usageIdentifierKey that is a list',
      answer: { usageIdentifierKey: [], policyDocument: allowing() },
      format: TOKEN,
      source: 'inferred',
    },
    {
      name: 'more than 8 KB on a WebSocket API',
      answer: { policyDocument: allowing(), context: { a: 'x'.repeat(8192) } },
      format: WEBSOCKET,
      source: 'docs/aws §11.6',
    },
    {
      name: 'a simple answer that is not enabled',
      answer: { isAuthorized: true },
      format: HTTP_2,
      source: 'docs/aws §4.5',
    },
    {
      name: 'a simple answer with REST',
      answer: { isAuthorized: true },
      format: { payload: 'rest-request', simpleResponses: true },
      source: 'docs/aws §4.5',
    },
    {
      name: 'isAuthorized as text',
      answer: { isAuthorized: 'true' },
      format: SIMPLE,
      source: 'docs/aws §4.5: 500, not truthy',
    },
    {
      name: 'no isAuthorized',
      answer: { policyDocument: allowing() },
      format: SIMPLE,
      source: 'docs/aws §4.5',
    },
  ];
  for (const { name, answer, format, source } of invalid)
    it(`refuses ${name}`, () => {
      assert.equal(read(answer, format).kind, 'invalid', source);
    });

  it('refuses text that is not JSON', () => {
    assert.equal(readAuthorizerResult('oops', TOKEN).kind, 'invalid');
  });

  it('takes a policy without a principal', () => {
    const result = read({ policyDocument: allowing() });

    assert.ok(result.kind === 'grant');
    assert.equal(result.grant.principalId, undefined);
    assert.deepEqual(result.grant.context, {});
  });

  it('takes an ARN of 512 characters', () => {
    assert.equal(read({ policyDocument: allowing(`arn:${'a'.repeat(508)}`) }).kind, 'grant');
  });

  for (const isAuthorized of [true, false])
    it(`reads isAuthorized ${isAuthorized} with structures in its context`, () => {
      const result = read({ isAuthorized, context: { roles: ['a'], claims: {} } }, SIMPLE);

      assert.ok(result.kind === 'grant');
      assert.deepEqual(result.grant.verdict, { kind: 'simple', isAuthorized });
      assert.deepEqual(result.grant.context, { roles: ['a'], claims: {} });
    });

  it('keeps a context key named like the prototype', () => {
    const result = readAuthorizerResult('{"isAuthorized":true,"context":{"__proto__":"x"}}', SIMPLE);

    assert.ok(result.kind === 'grant');
    assert.equal(JSON.stringify(result.grant.context), '{"__proto__":"x"}');
  });

  it('throws at no answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        fc.constantFrom(TOKEN, HTTP_2, SIMPLE, WEBSOCKET),
        (text, format) => {
          readAuthorizerResult(text, format);
        },
      ),
    );
  });
});
