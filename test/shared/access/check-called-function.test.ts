import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identifyFunction, checkWiring } from '../../../packages/toolkit/authoring/check/check-wiring.ts';
import type { WiredAuthorizer } from '../../../packages/toolkit/authoring/check/check-wiring.ts';
import { aDocument } from '../../support/an-access-document.ts';

const wired = (payload: WiredAuthorizer['payload'], calls: WiredAuthorizer['calls']): WiredAuthorizer => ({
  name: 'auth',
  payload,
  calls,
  ttlSeconds: 60,
  simpleResponses: false,
  identitySources: [{ kind: 'header', name: 'authorization' }],
});

// authorizers 2A: each function reads the events of its own kind, so any other ends in 500.
describe('which function an authorizer invokes', () => {
  for (const [payload, calls, expected] of [
    ['rest-token', 'token-authorizer', []],
    ['rest-request', 'request-authorizer', []],
    ['http-1.0', 'request-authorizer', []],
    [
      'rest-token',
      'request-authorizer',
      [
        'authorizer auth: invokes request-authorizer with events of type TOKEN, so every call would be answered with 500: use TokenAuthorizerArn, or type REQUEST',
      ],
    ],
    [
      'http-1.0',
      'token-authorizer',
      [
        'authorizer auth: invokes token-authorizer with events of http-1.0, so every call would be answered with 500: use RequestAuthorizerArn',
      ],
    ],
  ] as const)
    it(`${expected.length === 0 ? 'fits' : 'is refused'}: ${calls} with ${payload}`, () => {
      assert.deepEqual(checkWiring(aDocument(), wired(payload, calls)), expected);
    });

  for (const [name, expected] of [
    ['gatewright-prod-token-authorizer', 'token-authorizer'],
    ['{"Fn::ImportValue":"gatewright-prod-RequestAuthorizerArn"}', 'request-authorizer'],
    ['{"Fn::GetAtt":["TokenDashauthorizerLambdaFunction","Arn"]}', 'token-authorizer'],
    ['token-authorizers-prod-request-authorizer', 'request-authorizer'],
    ['shop-prod-orders', undefined],
  ] as const)
    it(`is read from ${name}`, () => {
      assert.equal(identifyFunction(name), expected);
    });
});
