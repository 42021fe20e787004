import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aUserPool, codeOf, PASSWORD, signIn, tokensOf } from '../../../../support/a-user-pool.ts';

// Source: Amazon Cognito user pools API reference.
describe('a user by their access token', () => {
  const VERIFIES = { AutoVerifiedAttributes: ['email'], Schema: [{ Name: 'tenant' }, { Name: 'team' }] };
  async function ada(pool: object = {}) {
    const at = await aUserPool(pool);
    const { AccessToken } = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));
    const call = (name: string, input: object = {}) => at.call(name, { AccessToken, ...input });
    const attributes = async () => {
      const { UserAttributes } = (await call('GetUser')).body;
      return new Map(
        (UserAttributes as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]),
      );
    };
    const update = (Name: string, Value: string) =>
      call('UpdateUserAttributes', { UserAttributes: [{ Name, Value }] });
    return { at, call, attributes, update };
  }

  it('changes attributes, and has a new address to verify', async () => {
    const { at, call, attributes, update } = await ada(VERIFIES);
    const before = await attributes();

    const renamed = await update('custom:tenant', 'globex');
    const same = await update('email', 'ada@example.com');
    const afterSame = await attributes();
    const moved = await update('email', 'ada@globex.example');

    assert.deepEqual(
      [renamed, same, moved].map(({ body }) => (body['CodeDeliveryDetailsList'] as unknown[]).length),
      [0, 0, 1],
    );
    assert.equal(afterSame.get('email_verified'), before.get('email_verified'));
    const after = await attributes();
    assert.deepEqual(
      [after.get('custom:tenant'), after.get('email'), after.get('email_verified')],
      ['globex', 'ada@globex.example', 'false'],
    );
    assert.equal(
      codeOf(await call('VerifyUserAttribute', { AttributeName: 'email', Code: at.code() })),
      '200',
    );
    assert.equal((await attributes()).get('email_verified'), 'true');
  });

  it('gets no code if the pool verifies no addresses, until it asks for one', async () => {
    const { at, call, update } = await ada();

    const moved = await update('email', 'ada@globex.example');
    const asked = await call('GetUserAttributeVerificationCode', { AttributeName: 'email' });

    assert.deepEqual(moved.body['CodeDeliveryDetailsList'], []);
    assert.partialDeepStrictEqual(asked.body['CodeDeliveryDetails'], { AttributeName: 'email' });
    assert.match(at.code(), /^\d{6}$/);
    assert.equal(
      codeOf(await call('GetUserAttributeVerificationCode', { AttributeName: 'phone_number' })),
      '400 InvalidParameterException',
    );
  });

  for (const name of ['sub', 'email_verified', 'phone_number_verified'])
    it(`cannot tell what ${name} is`, async () => {
      const { attributes, update } = await ada();
      const before = await attributes();

      assert.equal(codeOf(await update(name, 'true')), '400 NotAuthorizedException');
      assert.deepEqual(await attributes(), before);
    });

  it('changes the password by the former one', async () => {
    const { at, call } = await ada();
    const change = (PreviousPassword: string) =>
      call('ChangePassword', { PreviousPassword, ProposedPassword: 'Another horse 2!' });

    assert.equal(codeOf(await change('wrong-1')), '400 NotAuthorizedException');
    assert.equal(codeOf(await change(PASSWORD)), '200');
    assert.equal(codeOf(await at.call('InitiateAuth', signIn('ada', 'Another horse 2!'))), '200');
  });

  it('is gone once it is deleted, and signs in no more', async () => {
    const { at, call } = await ada();

    assert.equal(codeOf(await call('DeleteUser')), '200');

    assert.equal(codeOf(await call('GetUser')), '400 NotAuthorizedException');
    assert.equal(codeOf(await at.call('InitiateAuth', signIn('ada', PASSWORD))), '400 UserNotFoundException');
  });
});
