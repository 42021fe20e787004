/** Facts from a credential or a role, if the refusal contains none. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { withAuthorizer, ok, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import { CLAIMS, KEY } from '../../../../support/token-issuers.ts';

describe('explain', () => {
  it('says from the unverified claim that a token has expired, if a function refuses it', async () => {
    const auth = (): never => {
      throw new Error('Unauthorized');
    };
    const api = aRecordedApi(withAuthorizer({ ...TOKEN, Name: 'gate' }), { list: ok, auth });
    const nowSeconds = Math.floor(api.ports.clock.nowEpochMs() / 1000);
    const send = (exp: number) => {
      const claims = { ...CLAIMS, sub: 'carl', exp };
      return api.send({
        target: '/dev/pets',
        headers: ['Authorization', `Bearer ${signToken(KEY, claims)}`],
      });
    };

    await send(nowSeconds - 90);

    assert.equal(api.last().status, 401);
    const ended = new Date((nowSeconds - 90) * 1000).toISOString();
    assert.match(
      storyOf(api.last()),
      new RegExp(`The token's unverified .exp. says that it expired at ${ended}, 9[01] s before`),
    );
    assert.match(
      storyOf(api.last()),
      /→ Get a new token; `gatewright clock` shows the time that the gateway uses/,
    );

    await send(nowSeconds + 3600);

    assert.doesNotMatch(storyOf(api.last()), /expired|new token/);
  });

  it('names the statement that a role lacks, and writes it', async () => {
    const denied =
      'User: arn:aws:sts::123456789012:assumed-role/orders-role/list is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders because no identity-based policy allows the dynamodb:GetItem action';
    const api = aRecordedApi(restApi(), {
      list: () => {
        throw new Error(denied);
      },
    });

    await api.send({ target: '/dev/pets' });

    assert.equal(api.last().status, 502);
    assert.match(
      storyOf(api.last()),
      /No policy of the role orders-role allows dynamodb:GetItem on \S+table\/orders\./,
    );
    assert.match(
      storyOf(api.last()),
      /→ Add to the policies of the role orders-role: \{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table\/orders"\}/,
    );
  });
});
