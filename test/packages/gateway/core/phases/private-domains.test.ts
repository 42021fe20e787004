/** The policy of a private custom domain is evaluated before the API's policy, and both must allow. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { screenByPolicy } from '../../../../../packages/gateway/core/phases/screen.ts';
import type { GatewayError } from '../../../../../packages/gateway/core/errors.ts';
import type { PrivateDomain } from '../../../../../packages/gateway/core/events/request-facts.ts';
import type { Matched } from '../../../../../packages/gateway/core/exchange.ts';
import type { PolicyDecision } from '../../../../../packages/gateway/core/policy/model.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:/domainnames/api.internal+a1b2c3d4e5';

function arriving(whole: PolicyDecision, below: PolicyDecision, hasPolicy = true): Matched {
  const asked = new Map([
    [ARN, whole],
    [`${ARN}/`, below],
  ]);
  const policy = { decide: ({ resource }: { resource: string }) => asked.get(resource) };
  const privateDomain: PrivateDomain = {
    name: 'api.internal',
    arn: ARN,
    vpcEndpoint: undefined,
    vpcEndpoints: new Map(),
    policy: hasPolicy ? (policy as PrivateDomain['policy']) : undefined,
  };
  return {
    api: {
      id: 'abcdefghij',
      protocol: 'rest',
      region: 'us-east-1',
      accountId: '123456789012',
      privateDomain,
    },
    stage: { name: 'dev', deployment: { resourcePolicy: undefined } },
    route: { authorization: { kind: 'none' } },
    method: 'GET',
    path: '/pets',
    rawHeaders: [],
  } as unknown as Matched;
}

const SILENT = /^the policy of the private domain api\.internal does not allow the request$/;
const DENIES = /^the policy of the private domain api\.internal denies the request$/;

describe('a private domain', () => {
  for (const [whole, below] of [
    ['allow', 'implicit-deny'],
    ['implicit-deny', 'allow'],
    ['allow', 'allow'],
  ] as const)
    it(`admits by ${whole} for all of it and ${below} for a path below`, () => {
      assert.doesNotThrow(() => screenByPolicy(arriving(whole, below)));
    });

  const refused: readonly [PolicyDecision, PolicyDecision, RegExp][] = [
    ['implicit-deny', 'implicit-deny', SILENT],
    ['explicit-deny', 'allow', DENIES],
    ['allow', 'explicit-deny', DENIES],
    ['explicit-deny', 'explicit-deny', DENIES],
  ];
  for (const [whole, below, reason] of refused)
    it(`refuses by ${whole} for all of it and ${below} for what is below, and the fault is the caller's`, () => {
      const ending = reason === DENIES ? / with an explicit deny$/ : /\/GET\/pets$/;
      assert.throws(
        () => screenByPolicy(arriving(whole, below)),
        (error: GatewayError) => {
          assert.deepEqual([error.code, error.detail.source], ['ACCESS_DENIED', 'client']);
          assert.match(error.message, reason);
          assert.match(error.detail.message ?? '', ending);
          return true;
        },
      );
    });

  it('rejects every caller if it has no policy, which is not an explicit deny', () => {
    assert.throws(
      () => screenByPolicy(arriving('allow', 'allow', false)),
      (error: GatewayError) => {
        assert.equal(error.code, 'ACCESS_DENIED');
        assert.equal(error.message, 'the private domain api.internal has no resource policy');
        assert.match(error.detail.message ?? '', /\/GET\/pets$/);
        return true;
      },
    );
  });
});
