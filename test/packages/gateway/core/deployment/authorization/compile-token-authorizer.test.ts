import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../../packages/gateway/core/deployment/assumptions.ts';
import { compileCognitoAuthorizer } from '../../../../../../packages/gateway/core/deployment/authorization/compile-token-authorizer.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import type { TokenAuthorizer } from '../../../../../../packages/gateway/core/deployment/model.ts';

const pool = (name: string): string => `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${name}`;
const issuer = (name: string): string => `https://cognito-idp.eu-west-1.amazonaws.com/${name}`;
const VARIABLE = '${stageVariables.pool}';

function compile(ProviderARNs: readonly string[]): TokenAuthorizer {
  const bag = {
    id: 'Auth',
    logicalId: 'Auth',
    properties: { Type: 'COGNITO_USER_POOLS', ProviderARNs },
    place: (property?: string) => ({ file: 'template.json', logicalId: 'Auth', property }),
  };
  return compileCognitoAuthorizer(bag, { assumptions: DEFAULT_ASSUMPTIONS }, false);
}

const namesOf = (issuers: TokenAuthorizer['trust']['issuers'] | undefined): readonly string[] | undefined =>
  issuers?.map(({ issuer: name }) => name);

describe('a COGNITO_USER_POOLS authorizer', () => {
  it('needs a provider', () => {
    assert.throws(() => compile([]), /at least one user pool/);
  });
});

// Source: developer guide, "Using Amazon API Gateway stage variables", Amazon Cognito.
describe('a user pool that a stage variable names', () => {
  it('exists only on a stage that has the variable', () => {
    const { issuersOf } = compile([pool(VARIABLE), pool('eu-west-1_own')]);

    assert.deepEqual(namesOf(issuersOf?.({ pool: 'eu-west-1_b' })), [
      issuer('eu-west-1_b'),
      issuer('eu-west-1_own'),
    ]);
    for (const variables of [null, {}, { pool: 'no pool' }, { pool: 'x/y' }])
      assert.deepEqual(namesOf(issuersOf?.(variables)), [issuer('eu-west-1_own')]);
  });

  it('may be a part of the name', () => {
    const { issuersOf } = compile([pool(`eu-west-1_${VARIABLE}`)]);

    assert.deepEqual(namesOf(issuersOf?.({ pool: 'b' })), [issuer('eu-west-1_b')]);
    assert.deepEqual(namesOf(issuersOf?.({ pool: 'c' })), [issuer('eu-west-1_c')]);
  });

  it('costs nothing if there is none', () => {
    const { issuersOf, trust } = compile([pool('eu-west-1_own')]);

    assert.equal(issuersOf, undefined);
    assert.deepEqual(namesOf(trust.issuers), [issuer('eu-west-1_own')]);
  });

  for (const arn of [
    VARIABLE,
    `arn:aws:iam::123456789012:userpool/${VARIABLE}`,
    `arn:aws:cognito-idp:eu-west-1:123456789012:pool/${VARIABLE}`,
  ])
    it(`is refused in ${arn}`, () => {
      assert.throws(
        () => compile([arn]),
        (error) => error instanceof DefinitionError && error.place.property === 'ProviderARNs',
      );
    });
});
