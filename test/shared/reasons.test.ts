import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { failureReason, reasonOf } from '#shared/reasons.ts';

describe('reasonOf', () => {
  for (const [refusal, reason] of [
    ['TOKEN_MISSING', 'missing_token'],
    ['TOKEN_MALFORMED', 'invalid_token'],
    ['TOKEN_SIGNATURE_INVALID', 'invalid_signature'],
    ['TOKEN_KEY_UNKNOWN', 'invalid_signature'],
    ['TOKEN_CLAIM_INVALID', 'invalid_claims'],
    ['TOKEN_AUDIENCE_MISMATCH', 'invalid_claims'],
    ['TOKEN_NOT_YET_VALID', 'invalid_claims'],
    ['TOKEN_ISSUER_UNKNOWN', 'invalid_token'],
    ['TOKEN_HEADER_REFUSED', 'invalid_token'],
    ['TOKEN_UNKNOWN', 'invalid_token'],
    ['TOKEN_EXPIRED', 'token_expired'],
    ['TOKEN_REVOKED', 'token_revoked'],
    ['no-route', 'forbidden'],
    ['dot-segment', 'forbidden'],
    ['no-subject', 'forbidden'],
    ['not-charged', 'forbidden'],
    ['suspended', 'forbidden'],
    ['over-quota', 'quota_exceeded'],
    ['no-rule', 'insufficient_scope'],
    ['deny-rule', 'forbidden'],
    ['not-owner', 'forbidden'],
    ['missing-claim', 'missing_claim'],
  ] as const)
    it(`calls ${refusal} ${reason}`, () => assert.equal(reasonOf(refusal), reason));
});

describe('failureReason', () => {
  it('distinguishes an outage of the issuer from all else', () => {
    assert.equal(failureReason(new DomainError('KEY_SET_UNAVAILABLE', '')), 'jwks_unavailable');
    assert.equal(failureReason(new DomainError('RESULT_TOO_LARGE', '')), 'policy_too_large');
  });

  for (const [code, reason] of [
    ['API_UNKNOWN', 'unknown_api'],
    ['CONFIG_INVALID', 'invalid_config'],
    ['EVENT_MALFORMED', 'invalid_event'],
    ['POLICY_UNREPRESENTABLE', 'policy_unrepresentable'],
    ['ANSWER_REPLACED', 'answer_replaced'],
    ['SECRET_UNAVAILABLE', 'secret_unavailable'],
    ['STORE_UNAVAILABLE', 'store_unavailable'],
    ['TARGET_UNAVAILABLE', 'target_unavailable'],
  ] as const)
    it(`calls ${code} ${reason}`, () => assert.equal(failureReason(new DomainError(code, '')), reason));

  it('has one reason for unforeseen failures', () => {
    assert.equal(failureReason(new TypeError('x')), 'internal_error');
    assert.equal(failureReason(undefined), 'internal_error');
  });
});
