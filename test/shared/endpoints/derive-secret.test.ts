import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deriveSecret, readMasters } from '#shared/endpoints/derive-secret.ts';
import { SCHEMES } from '#shared/webhooks/schemes.ts';

const MASTER = 'a-master-secret-of-at-least-32-characters';
const NAME = {
  source: 'orders',
  endpointId: 'ABCDEFGHIJKLMNOP',
  secretId: '0123456789abcdef0123456789abcdef',
};

describe('deriveSecret', () => {
  it('is the HMAC that docs/design/portal.md names', () => {
    // printf 'gatewright-webhook-secret\n["orders","ABCDEFGHIJKLMNOP","0123456789abcdef0123456789abcdef"]' |
    //   openssl dgst -sha256 -hmac a-master-secret-of-at-least-32-characters -binary | base64
    assert.equal(deriveSecret(MASTER, NAME), 'whsec_J7w7ORoc2DxYt2uBs3rmGNPbymPSBja8gZLkt7QBG5w=');
  });

  it('makes another secret of each name and master secret, whatever the names contain', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', '\n', '\\') });
    const name = fc.record({ source: text, endpointId: text, secretId: text });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const isSame = JSON.stringify(Object.values(one)) === JSON.stringify(Object.values(other));
        assert.equal(deriveSecret(MASTER, one) === deriveSecret(MASTER, other), isSame);
        assert.notEqual(deriveSecret(MASTER, one), deriveSecret(`${MASTER}!`, one));
      }),
    );
  });

  it('has the form that every scheme accepts which customers can use', () => {
    for (const scheme of ['standard', 'stripe', 'github', 'slack'] as const)
      assert.ok(SCHEMES[scheme].isUsable(deriveSecret(MASTER, NAME)), scheme);
    assert.ok(!SCHEMES.rfc9421.isUsable(deriveSecret(MASTER, NAME)));
  });
});

describe('readMasters', () => {
  it('takes one line, or two while the master secret is changed', () => {
    assert.deepEqual(readMasters([MASTER]), [MASTER]);
    assert.deepEqual(readMasters([MASTER, `${MASTER}2`]), [MASTER, `${MASTER}2`]);
  });

  it('refuses none, more than two, and one that a customer could guess, and says how to create one', () => {
    for (const lines of [[], [MASTER, MASTER, MASTER], ['only-for-this-machine'], [MASTER, 'short']])
      assert.throws(() => readMasters(lines), {
        code: 'CONFIG_INVALID',
        message: /at least 32 characters each; make it with openssl rand -base64 32$/,
      });
  });
});
