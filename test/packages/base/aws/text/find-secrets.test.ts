/** The shapes of the corpus are in `packages/gateway/console/records/secret-corpus.test.ts`; these are the rules. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuMs } from '../../../../support/cpu-time.ts';
import { maskCookies, maskParameter, maskSecrets } from '@gatewright/aws/text/find-secrets';

const mask = () => '[0a1b2c3d]';

describe('maskSecrets', () => {
  const texts: readonly { readonly name: string; readonly given: string; readonly expected: string }[] = [
    {
      name: 'the password of an address, not its user and host',
      given: 'postgres://shop:p@ss:w0rd@db.internal/shop',
      expected: 'postgres://shop:[0a1b2c3d]@db.internal/shop',
    },
    {
      name: 'a value in quotes with spaces',
      given: `password = "correct horse battery" user="alice"`,
      expected: `password = "[0a1b2c3d]" user="alice"`,
    },
    {
      name: 'a member of JSON in a message of JSON',
      given: String.raw`{"message":"got {\"password\":\"hunter2\",\"user\":\"alice\"}"}`,
      expected: String.raw`{"message":"got {\"password\":\"[0a1b2c3d]\",\"user\":\"alice\"}"}`,
    },
    {
      name: 'an object that Node prints in quotes of another text',
      given: `text: "{ password: 'hunter2', user: 'alice' }"`,
      expected: `text: "{ password: '[0a1b2c3d]', user: 'alice' }"`,
    },
    {
      name: 'what follows the scheme of a header',
      given: 'authorization: Bearer abcdefgh',
      expected: 'authorization: Bearer [0a1b2c3d]',
    },
    {
      name: 'the values of cookies in a line',
      given: 'Set-Cookie: sid=abcdefgh; Path=/',
      expected: 'Set-Cookie: sid=[0a1b2c3d]; Path=/',
    },
    {
      name: 'an encoded address with a password in a parameter',
      given: 'GET /x?to=redis%3A%2F%2F%3Ahunter2%40cache%2F0&page=1',
      expected: 'GET /x?to=redis%3A%2F%2F%3A[0a1b2c3d]%40cache%2F0&page=1',
    },
    {
      name: 'the same encoded twice',
      given: 'GET /x?to=redis%253A%252F%252F%253Ahunter2%2540cache',
      expected: 'GET /x?to=redis%253A%252F%252F%253A[0a1b2c3d]%2540cache',
    },
    {
      name: 'an invitation to the portal, in a body and in its link',
      given: `{"invitation":"gwinv_${'0a'.repeat(32)}","link":"https://p.example/#/invitation/gwinv_${'0a'.repeat(32)}"}`,
      expected: '{"invitation":"[0a1b2c3d]","link":"https://p.example/#/invitation/[0a1b2c3d]"}',
    },
    {
      name: 'the secret of an endpoint for webhooks, in the answer of the portal, in a command and in a log line',
      given: `{"endpointId":"e1","secret":"whsec_${'+/aB'.repeat(11)}="} SECRET=whsec_${'+/aB'.repeat(11)}= made whsec_${'+/aB'.repeat(11)}=`,
      expected: '{"endpointId":"e1","secret":"[0a1b2c3d]"} SECRET=[0a1b2c3d] made [0a1b2c3d]',
    },
    {
      name: 'nothing a second time',
      given: 'password=[0a1b2c3d] postgres://u:[0a1b2c3d]@h "token":"[0a1b2c3d]"',
      expected: 'password=[0a1b2c3d] postgres://u:[0a1b2c3d]@h "token":"[0a1b2c3d]"',
    },
  ];
  for (const { name, given, expected } of texts)
    it(`masks ${name}`, () => {
      assert.equal(maskSecrets(given, mask), expected);
    });

  it('takes long texts in time that grows no faster than they do', () => {
    for (const part of [
      'sk_live_',
      'xoxb-',
      'SG.abcdefghijklmnop.',
      'a://b:',
      ':',
      '-signature',
      'a-a',
      'password="',
      String.raw`x=\"`,
      'a: ',
      'a=b&',
      '%25',
      'to=%253',
      'Cookie: a=',
      '-----BEGIN PRIVATE KEY-----',
      'https://hooks.slack.com/services/',
      '1',
      'key-',
    ]) {
      const text = part.repeat(Math.ceil(100_000 / part.length));
      const ms = cpuMs(() => assert.equal(typeof maskSecrets(text, mask), 'string'));
      assert.ok(ms < 3000, `${part}: ${ms} ms`);
    }
  });
});

describe('maskParameter', () => {
  it('takes codes and keys for secrets in queries only', () => {
    assert.equal(maskParameter('code', '4-0AbCdEfGh', true, mask), '[0a1b2c3d]');
    assert.equal(maskParameter('code', '4-0AbCdEfGh', false, mask), '4-0AbCdEfGh');
    assert.equal(maskParameter('code', 'US', true, mask), 'US');
  });
});

describe('maskCookies', () => {
  it('keeps names and attributes', () => {
    assert.equal(maskCookies('a=1; Path=/; b=2', mask), 'a=[0a1b2c3d]; Path=/; b=[0a1b2c3d]');
  });
});
