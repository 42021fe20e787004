import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PasswordAttempts } from '../../../../../packages/gateway/cognito/pools/password-attempts.ts';
import { aUserPool, PASSWORD, signIn } from '../../../../support/a-user-pool.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';

const wrong = (attempts: PasswordAttempts, times: number): void => {
  for (let nth = 0; nth < times; nth += 1) attempts.judge('ada', false);
};

describe('failed passwords', () => {
  // Cognito developer guide, "Lockout behavior for failed sign-in attempts": 2^(n-5) seconds, about 15 minutes at most.
  const locks: readonly (readonly [failures: number, seconds: number])[] = [
    [5, 1],
    [6, 2],
    [7, 4],
    [14, 512],
    [15, 900],
  ];
  for (const [failures, seconds] of locks)
    it(`lock out for ${seconds} s after ${failures}`, () => {
      const clock = new VirtualClock();
      const attempts = new PasswordAttempts(clock);
      for (let nth = 1; nth <= failures; nth += 1) {
        wrong(attempts, 1);
        // Each attempt after the fifth waits for the end of the lockout before.
        if (nth >= 5 && nth < failures) clock.advance(2 ** (nth - 5) * 1000);
      }

      clock.advance(seconds * 1000 - 1);
      const during = attempts.judge('ada', true);
      clock.advance(1);

      assert.deepEqual([during, attempts.judge('ada', true)], ['locked out', 'right']);
    });

  it('are forgotten after a correct password, and after 15 minutes without an attempt', () => {
    const clock = new VirtualClock();
    const attempts = new PasswordAttempts(clock);
    wrong(attempts, 4);
    attempts.judge('ada', true);
    wrong(attempts, 4);
    assert.equal(attempts.judge('ada', true), 'right');

    wrong(attempts, 9);
    clock.advance(15 * 60_000);
    wrong(attempts, 4);

    assert.equal(attempts.judge('ada', true), 'right');
  });

  it('do not make a lockout longer, and do not lock other names', () => {
    const clock = new VirtualClock();
    const attempts = new PasswordAttempts(clock);
    wrong(attempts, 50);
    assert.equal(attempts.judge('bob', true), 'right');

    clock.advance(1000);

    assert.equal(attempts.judge('ada', true), 'right');
  });
});

describe('a user pool', () => {
  it('locks a user out of every way to sign in, and reveals nothing about names that do not exist', async () => {
    const at = await aUserPool({}, { PreventUserExistenceErrors: 'ENABLED' });
    const tried = async (name: string, password: string): Promise<unknown> =>
      (await at.call('InitiateAuth', signIn(name, password))).body['message'];

    for (const name of ['ada', 'zoe'])
      for (let nth = 0; nth < 5; nth += 1)
        assert.equal(await tried(name, 'x'), 'Incorrect username or password.');

    assert.equal(await tried('ada', PASSWORD), 'Password attempts exceeded');
    assert.equal(await tried('zoe', PASSWORD), 'Password attempts exceeded');
    at.clock.advance(1000);
    assert.equal(await tried('ada', PASSWORD), undefined);
  });
});
