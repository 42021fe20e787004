/** `result` of an access document: how the authorizer answers, and what it passes to the backend. */
import { AUTHORIZER_RESULT_LIMIT_BYTES } from '@gatewright/handlers/aws/limits';
import { described, flag, integer, list, object, oneOf, text } from './shape.ts';

const CLAIM_NAME = text(/^[^\s]{1,200}$/, 'the name of a claim, such as sub or cognito:groups');

export const RESULT = object(
  {},
  {
    claims: described(
      object(
        {
          as: oneOf('cognito', 'jwt'),
          names: list(CLAIM_NAME, 1, 50),
        },
        {
          optional: described(
            list(CLAIM_NAME, 0, 50),
            'Names that a caller may lack, or have empty. A caller without another one is denied (403, missing_claim): data stored by it would mix all such callers.',
          ),
        },
      ),
      'Claims that claimsOf(event) gives the backend, as a Cognito or JWT authorizer would: lists in its form. They appear in access logs. Every caller must have them, but for those under optional.',
    ),
    format: described(
      oneOf('policy', 'simple'),
      'simple: HTTP APIs with EnableSimpleResponses, one verdict per answer. Default: policy.',
    ),
    cacheTtlSeconds: described(
      integer(0, 3600),
      'The longest time that API Gateway may cache an answer, and so that a withdrawn right stays valid. Default: 60.',
    ),
    rejectIfExpiresWithinSeconds: described(
      integer(1, 3600),
      'Refuse credentials that expire within this time, 401: with cacheTtlSeconds, no cached answer outlives its token. Default: until they expire.',
    ),
    expiryCondition: described(
      flag(),
      "End every grant at the token's exp by a condition in the policy. Default: false.",
    ),
    maxBytes: described(
      integer(512, AUTHORIZER_RESULT_LIMIT_BYTES),
      'Size limit of an answer. Default: 7168.',
    ),
    onOversize: described(
      oneOf('fail', 'exact'),
      'When a policy would be too large, or IAM cannot express it. fail: 500 and a metric. exact: a policy for this one request; needs a cache TTL of 0. Default: fail.',
    ),
  },
);
