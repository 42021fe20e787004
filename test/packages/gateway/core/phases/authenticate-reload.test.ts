/** What a cached answer of an authorizer is worth after the authorizer has changed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRestControl } from '../../../../support/a-rest-control.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { bearer, ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';

describe('an authorizer that changes while its answers are cached', () => {
  // API Gateway API reference, Authorizer, authorizerResultTtlInSeconds: "If it equals 0, authorization caching is
  // disabled."
  const rows: readonly (readonly [name: string, ttlSeconds: number, asked: number, status: number])[] = [
    ['is not asked again while it keeps its cache', 300, 1, 200],
    ['is asked for each request once its cache is switched off', 0, 2, 403],
  ];
  for (const [name, ttlSeconds, asked, status] of rows)
    it(name, async (t) => {
      let effect = 'Allow';
      let calls = 0;
      const auth = () => {
        calls += 1;
        return policy(effect, '*');
      };
      const control = await aRestControl(withAuthorizer(TOKEN), { list: ok, auth });
      t.after(() => control.close());
      const send = async (): Promise<number> =>
        (await control.send({ target: '/prod/pets', headers: bearer })).status;
      assert.equal(await send(), 200);
      effect = 'Deny';

      const changed = withAuthorizer({ ...TOKEN, AuthorizerResultTtlInSeconds: ttlSeconds });
      control.served.prepare([aStack(changed)]).serve();

      assert.deepEqual([await send(), calls], [status, asked]);
    });
});
