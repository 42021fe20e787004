import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceRefusal } from '../../../../../packages/gateway/core/errors.ts';
import { openPool } from '../../../../../packages/gateway/cognito/pools/pool-model.ts';
import type { PoolDefinition } from '../../../../../packages/gateway/cognito/pools/pool-model.ts';
import { UserPool } from '../../../../../packages/gateway/cognito/pools/user-pool.ts';
import { createSystemRandom } from '../../../../../packages/gateway/server/adapters/random.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';

const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Shop';

function aPool(more: Partial<PoolDefinition> = {}, issuer = ISSUER) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  let changes = 0;
  const definition = {
    ...openPool(issuer, { kind: 'cognito', poolId: 'us-east-1_Shop', region: 'us-east-1', arn: 'arn' }),
    ...more,
  };
  const pool = new UserPool(definition, {
    clock,
    random: createSystemRandom(),
    log: (line) => lines.push(line),
    onChange: () => (changes += 1),
    invoke: () => Promise.reject(new Error('no function')),
  });
  const add = (name: string, attributes: Readonly<Record<string, string>> = {}) =>
    pool.add(name, new Map(Object.entries(attributes)), 'CONFIRMED', 'exists');
  const code = (): string => /is (\d{6})$/.exec(lines.at(-1) ?? '')?.[1] ?? '';
  return { pool, clock, lines, add, code, changesSoFar: () => changes };
}

const refusalOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceRefusal) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
};

// Cognito API reference, ConfirmSignUp and ConfirmForgotPassword: the errors of a code. The developer guide, "Quotas in
// Amazon Cognito": validity of codes, 24 hours for a sign-up, 1 hour for a password.
describe('a code that was sent', () => {
  const EXPIRED = 'ExpiredCodeException: Invalid code provided, please request a code again.';
  const WRONG = 'CodeMismatchException: Invalid verification code provided, please try again.';
  const LIMIT = 'LimitExceededException: Attempt limit exceeded, please try after some time.';

  for (const [purpose, hours] of [
    ['sign-up', 24],
    ['new password', 1],
    [{ attribute: 'email' }, 24],
  ] as const)
    for (const [early, expected] of [
      [1, 'none'],
      [0, EXPIRED],
    ] as const)
      it(`for ${JSON.stringify(purpose)} is ${expected === 'none' ? 'valid' : 'not valid'} ${early} ms before the end of ${hours} h`, () => {
        const { pool, clock, add, code } = aPool();
        const user = add('ada');
        pool.sendCode(user, purpose);
        clock.advance(hours * 3_600_000 - early);

        assert.equal(
          refusalOf(() => pool.useCode(user, purpose, code())),
          expected,
        );
      });

  it('is used once, for its own purpose and user', () => {
    const { pool, add, code } = aPool();
    const [ada, bob] = [add('ada'), add('bob')];
    pool.sendCode(ada, 'sign-up');

    assert.equal(
      refusalOf(() => pool.useCode(bob, 'sign-up', code())),
      EXPIRED,
    );
    assert.equal(
      refusalOf(() => pool.useCode(ada, 'new password', code())),
      EXPIRED,
    );
    assert.equal(
      refusalOf(() => pool.useCode(ada, 'sign-up', code())),
      'none',
    );
    assert.equal(
      refusalOf(() => pool.useCode(ada, 'sign-up', code())),
      EXPIRED,
    );
  });

  it('cannot be guessed: the sixth attempt is refused, even with the right code', () => {
    const { pool, add, code } = aPool();
    const user = add('ada');
    pool.sendCode(user, 'sign-up');
    const attempts = Array.from({ length: 5 }, () => refusalOf(() => pool.useCode(user, 'sign-up', 'x')));

    assert.deepEqual(attempts, Array(5).fill(WRONG));
    assert.equal(
      refusalOf(() => pool.useCode(user, 'sign-up', code())),
      LIMIT,
    );
    pool.sendCode(user, 'sign-up');
    assert.equal(
      refusalOf(() => pool.useCode(user, 'sign-up', code())),
      'none',
    );
  });

  // Cognito API reference, CodeDeliveryDetailsType: the destination is masked.
  for (const [what, attributes, purpose, expected] of [
    ['an email', { email: 'ada@example.com' }, 'sign-up', ['email', 'EMAIL', 'a***@e***']],
    [
      'the email before the phone',
      { email: 'ada@example.com', phone_number: '+4917012345' },
      'sign-up',
      ['email', 'EMAIL', 'a***@e***'],
    ],
    ['a phone', { phone_number: '+4917012345' }, 'sign-up', ['phone_number', 'SMS', '+*******2345']],
    [
      'the attribute that is verified',
      { email: 'ada@example.com', phone_number: '+4917012345' },
      { attribute: 'phone_number' },
      ['phone_number', 'SMS', '+*******2345'],
    ],
    ['nothing', {}, 'sign-up', ['email', 'EMAIL', '***@***']],
  ] as const)
    it(`goes to ${what}`, () => {
      const { pool, add } = aPool();
      const sent = pool.sendCode(add('ada', attributes), purpose);

      assert.deepEqual([sent.AttributeName, sent.DeliveryMedium, sent.Destination], expected);
    });

  it('is logged with what it is for', () => {
    const { pool, add, lines } = aPool();
    const user = add('ada');
    for (const purpose of ['sign-up', 'new password', { attribute: 'email' }] as const)
      pool.sendCode(user, purpose);

    assert.deepEqual(
      lines.map((line) => line.replace(/\d{6}$/, 'N')),
      ['sign-up', 'new password', 'a new email'].map(
        (what) => `user pool us-east-1_Shop: the code of ada for ${what} is N`,
      ),
    );
  });
});

// Cognito developer guide, "Custom message Lambda trigger": placeholders; 20,000 characters of an email.
describe('the message of a pool', () => {
  const show = (
    message: { email?: string; subject?: string; sms?: string } | undefined,
    medium: 'EMAIL' | 'SMS',
  ) => {
    const { pool, add, lines } = aPool();
    const all = { email: undefined, subject: undefined, sms: undefined };
    pool.showMessage(add('ada'), message && { ...all, ...message }, medium, '123456');
    return lines;
  };
  const head = 'user pool us-east-1_Shop: message to ada: ';
  for (const [what, message, medium, expected] of [
    [
      'with subject and code',
      { email: 'Code {####}', subject: 'Hi {username}' },
      'EMAIL',
      ['Hi ada: Code 123456'],
    ],
    ['without a subject', { email: '{####}{####}' }, 'EMAIL', ['123456123456']],
    ['by SMS, without the subject', { sms: 'Hi {username}', subject: 'S', email: 'E' }, 'SMS', ['Hi ada']],
    ['that the function did not write', { sms: 'Hi' }, 'EMAIL', []],
    ['of no function', undefined, 'EMAIL', []],
    ['of 20,001 characters', { email: 'x'.repeat(20_001) }, 'EMAIL', ['x'.repeat(20_000)]],
  ] as const)
    it(`is logged: ${what}`, () =>
      assert.deepEqual(
        show(message, medium),
        expected.map((text) => head + text),
      ));
});

describe('the users of a pool', () => {
  // Cognito developer guide, "Customizing sign-in attributes".
  for (const [what, definition, added, found, expected] of [
    ['by name', {}, ['Ada', {}], 'Ada', true],
    ['by name in another case', {}, ['Ada', {}], 'ada', true],
    ['not by name in another case, if it counts', { isCaseSensitive: true }, ['Ada', {}], 'ada', false],
    ['by their email', { nameAttributes: ['email'] }, ['a@b.example', {}], 'a@b.example', true],
    ['by their phone', { nameAttributes: ['email', 'phone_number'] }, ['+491', {}], '+491', true],
    [
      'by a verified alias',
      { aliases: ['email'] },
      ['ada', { email: 'a@b.example', email_verified: 'true' }],
      'a@b.example',
      true,
    ],
    [
      'not by an alias that is not verified',
      { aliases: ['email'] },
      ['ada', { email: 'a@b.example' }],
      'a@b.example',
      false,
    ],
    [
      'by a preferred name',
      { aliases: ['preferred_username'] },
      ['ada', { preferred_username: 'countess' }],
      'countess',
      true,
    ],
    [
      'not by an attribute that is not an alias',
      { aliases: [] },
      ['ada', { email: 'a@b.example', email_verified: 'true' }],
      'a@b.example',
      false,
    ],
    ['not by nothing', { nameAttributes: ['email'] }, ['a@b.example', {}], '', false],
  ] as const)
    it(`are found ${what}`, () => {
      const { pool, add } = aPool(definition);
      const [name, attributes] = added;
      add(name, attributes);

      assert.equal(pool.find(found) !== undefined, expected);
    });

  for (const [what, definition, name, says] of [
    ['an email is asked for', { nameAttributes: ['email'] }, 'ada', 'Username should be an email.'],
    [
      'a phone number is asked for',
      { nameAttributes: ['phone_number'] },
      'a@b.example',
      'Username should be a phone number.',
    ],
    ['a name has blanks', {}, 'a b', '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+'],
  ] as const)
    it(`are not added if ${what}`, () => {
      const { pool } = aPool(definition);
      const said = refusalOf(() => pool.add(name, new Map(), 'CONFIRMED', 'exists'));

      assert.match(said, /^InvalidParameterException: /);
      assert.ok(said.includes(says), said);
    });

  it('are not added twice, and a removed one may be', () => {
    const { pool, add, changesSoFar } = aPool();
    const user = add('ada');
    assert.equal(
      refusalOf(() => add('ADA')),
      'UsernameExistsException: exists',
    );
    const before = changesSoFar();
    pool.remove(user);
    assert.equal(changesSoFar(), before + 1);
    assert.notEqual(add('ada'), user);
  });

  it('are changed with the time of the change', () => {
    const { pool, clock, add, changesSoFar } = aPool();
    const user = add('ada');
    const before = changesSoFar();
    clock.advance(5000);
    pool.change(user, { isEnabled: false });

    assert.deepEqual([user.isEnabled, user.changedAtMs], [false, clock.nowEpochMs()]);
    assert.equal(changesSoFar(), before + 1);
  });

  for (const [what, definition, issuer, form] of [
    ['a UUID', {}, ISSUER, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/],
    ['an id of Auth0', { kind: 'oidc' }, 'https://a.eu.auth0.com/', /^auth0\|[\da-f]{24}$/],
    ['an id of another issuer', { kind: 'oidc' }, 'https://login.example/', /^[\da-f]{24}$/],
  ] as const)
    it(`written in a file have as sub ${what}, the same at each start`, () => {
      const subs = [aPool(definition, issuer), aPool(definition, issuer)].map(({ pool }) => {
        pool.write({ username: 'ada', password: undefined, groups: [], claims: {}, attributes: {} });
        return pool.find('ada')?.sub ?? '';
      });

      assert.match(subs[0] ?? '', form);
      assert.equal(subs[0], subs[1]);
    });
});

describe('a password of a pool', () => {
  for (const [text, says] of [
    ['Aa1!'.repeat(64), 'none'],
    [
      `${'Aa1!'.repeat(64)}x`,
      'InvalidPasswordException: Password does not conform to policy: Password too long',
    ],
  ] as const)
    it(`of ${text.length} characters is ${says === 'none' ? 'accepted' : 'refused'}`, () =>
      assert.equal(
        refusalOf(() => aPool().pool.checkPassword(text)),
        says,
      ));
});
