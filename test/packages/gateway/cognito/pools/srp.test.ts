import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  challenge,
  makeVerifier,
  isPasswordProven,
} from '../../../../../packages/gateway/cognito/pools/srp.ts';

/** Source: made by amazon-cognito-identity-js 6.3.21 (`AuthenticationHelper`) with these secrets. */
const VECTOR = {
  salt: '63479ad69a090b258277ec8fba6f9941',
  b: 'b3eacd33433b31b5252351032c9b3e7a2e7aa7738d5decdf0dd6c62680853c06',
  A:
    '68c1f0a5dc9c83c221f69cccad2ccdce98b79225fca4bc31b905b5abf5fcbb2031c03d7f0f1411d22816a26587f79410' +
    'f49cb6b7b0e86c38325bf5d71de0670e854cff2e8591056a30191ce052563b30bdf0c5e459df4580a77683ed24a7d025' +
    'd1dea5c173b2e5f895d67f2b77203350c45ce43cca1ab6dac343ccd157db60ad586938b8d797892f8f54ef14018ce8f3' +
    '58a64187d8019465e43301b5a70598a3a5b87a45979c6a9395cf5f25995b90b147ca78c932aa379af25cb93f020f7f88' +
    'bef8f424410d7d4bd34f049d026740aede97da2754430a23e4457898307aa28dfcd4035dca7b5b9f1d6e80165bb14557' +
    '82db7c66e29adb1cc7f5fefc375be41889396386402cd24912d46e60ed090b1f625616f8a5f8ca7ac1e879b60e710ae8' +
    '73e601c96b52cbfe7ea33990c03b39c24392913f13e6fad03c8980f1d37bf38107cf081df66a4e1a72b75b0f93db8f31' +
    '3be497eb257f5a9785c5a44594a30e50953e1843ef4a4d37c34582420912527643b6030219dae1a6d1e12b6d19b6beee',
  B:
    'add94bce0946dc4d38e7c731f2a3b9a7abf8fe5eceb84a46bb953517a6bc47116b4ae94586d94b742ef2e62c7acb8362' +
    '6318cfd9d64737e4b88c2e8275f4dd8a208811b170a3c9933f41daef0851ffc76c09e072b5f40fa2de21311d47e94075' +
    '46f5872cd1d797e35d6923b2752dc827282acbbe60cc5ab5daa85d38a927e2c63187972596a5e6a5e46b773415188f74' +
    '58b5da6d418dea3aa1d922f71e9af3d26a1559de2b659fb78e3f81ff4fe0610b053f513ac4a05334a063d4b5e7eebba0' +
    '9caa73656f300d0edc8ba043d0ceec5284c151c6ff922b1b84623bc9a60ae6c03ecab57b2dc1bc3cba90a071eed739d6' +
    'df263af5b689bc3002d3728be757ec8781f0207b1ea0fa2d8f2ec1fa7bda894fedde5fe5fc92af05aefab8fe4df92b1b' +
    '7e126f7f777a82c80d0711b802f919a5e9aaafa94752cf6e34dbbbe23213baa8cecb66c0347d9ce4b7e884168c7490ad' +
    'ea73e241d807173bd4005b309561bb623de63173774ce60e7b30d00faab911d6c25f1eddcbb9b0810acc9c52f9d069f3',
  signature: 'sj8CvMdUAl/FaiHeb7nF1vxgMGPYPH2Ms+nmGj5OH8o=',
};
const WHOSE = { poolName: 'AbCdEf123', username: 'ada' };
const CLAIM = {
  ...WHOSE,
  secretBlock: Buffer.from('secret block').toString('base64'),
  timestamp: 'Fri Nov 20 12:00:00 UTC 2026',
  signature: VECTOR.signature,
};
const bytes = (hex: string) => Buffer.from(hex, 'hex');

function aChallenge(password = 'Correct horse 1!') {
  const verifier = makeVerifier(WHOSE, password, bytes(VECTOR.salt));
  const made = challenge(VECTOR.A, verifier, bytes(VECTOR.b));
  assert.ok(made !== undefined);
  return made;
}

describe('the server of USER_SRP_AUTH', () => {
  it("agrees with Cognito's own client", () => {
    const made = aChallenge();

    assert.equal(made.B, VECTOR.B);
    assert.equal(isPasswordProven(made, CLAIM), true);
  });

  const others: [name: string, claim: Partial<typeof CLAIM>][] = [
    ['another user', { username: 'bob' }],
    ['another pool', { poolName: 'Other' }],
    ['another challenge', { secretBlock: 'AAAA' }],
    ['another time', { timestamp: 'Fri Nov 20 12:00:01 UTC 2026' }],
    ['no signature', { signature: '' }],
  ];
  for (const [name, claim] of others)
    it(`does not take the proof for ${name}`, () => {
      assert.equal(isPasswordProven(aChallenge(), { ...CLAIM, ...claim }), false);
    });

  it('does not take the proof of another password', () => {
    assert.equal(isPasswordProven(aChallenge('Correct horse 2!'), CLAIM), false);
  });

  // RFC 5054 §2.5.4: with A = 0, N, 2N the shared secret is 0, whatever the password.
  it('refuses public values that make the secret known', () => {
    const verifier = makeVerifier(WHOSE, 'x', bytes(VECTOR.salt));

    for (const A of ['0', '00', 'not hex', '', 'f'.repeat(1025)])
      assert.equal(challenge(A, verifier), undefined, A.slice(0, 10));
  });
});
