import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import type { AwsJsonCall } from '#shared/ports.ts';
import { createSecretReader, SecretCache, splitSecrets } from '#shared/webhooks/secrets.ts';

const PLACE = { kind: 'parameter', name: '/gatewright/prod/github' } as const;
const MINUTE_MS = 60_000;

/** A store whose answer can be changed, with how often it was asked. */
function aStore(first: string) {
  const store = { text: first, asked: 0, isDown: false };
  const cache = new SecretCache(async () => {
    store.asked += 1;
    await Promise.resolve();
    if (store.isDown) throw new DomainError('SECRET_UNAVAILABLE', 'away');
    return store.text;
  });
  return { store, get: (minutes: number) => cache.get(PLACE, 1_000_000 + minutes * MINUTE_MS) };
}

describe('SecretCache', () => {
  it('reads on demand, once for all waiting callers, and again after five minutes', async () => {
    const { store, get } = aStore('one');
    assert.equal(store.asked, 0);

    await Promise.all([get(0), get(0), get(0)]);
    await get(5);
    assert.equal(store.asked, 1);

    store.text = 'two';
    assert.deepEqual(await get(5.1), ['two']);
  });

  it('lives on what it has for an hour while the store is away, and no longer', async () => {
    const { store, get } = aStore('one');
    await get(0);
    store.isDown = true;

    assert.deepEqual(await get(59), ['one']);
    await assert.rejects(get(61), { code: 'SECRET_UNAVAILABLE' });
  });

  it('remembers no failure', async () => {
    const { store, get } = aStore('one');
    store.isDown = true;
    await assert.rejects(get(0), { code: 'SECRET_UNAVAILABLE' });
    store.isDown = false;

    assert.deepEqual(await get(0), ['one']);
  });

  it('does not trust what was read in a future that has been taken back', async () => {
    const { store, get } = aStore('one');
    await get(100);

    await get(0);

    assert.equal(store.asked, 2);
  });
});

describe('splitSecrets', () => {
  it('takes one secret per line, unchanged', () => {
    assert.deepEqual(splitSecrets('new one\r\n old one \n'), ['new one', ' old one ']);
    assert.deepEqual(splitSecrets('\n'), []);
  });
});

describe('createSecretReader', () => {
  const calls: AwsJsonCall[] = [];
  const reader = (answer: unknown) =>
    createSecretReader(
      {
        call(call) {
          calls.push(call);
          return answer instanceof Error
            ? Promise.reject(answer)
            : Promise.resolve(answer as Record<string, unknown>);
        },
      },
      (variable) => `value of ${variable}`,
    );

  it('decrypts a parameter', async () => {
    assert.equal(await reader({ Parameter: { Value: 's' } })(PLACE), 's');
    assert.deepEqual(calls.at(-1), {
      service: 'ssm',
      target: 'AmazonSSM.GetParameter',
      input: { Name: PLACE.name, WithDecryption: true },
    });
  });

  it('reads the text of a secret', async () => {
    assert.equal(await reader({ SecretString: 's' })({ kind: 'secret', name: 'github' }), 's');
    assert.deepEqual(calls.at(-1)?.input, { SecretId: 'github' });
  });

  it('asks no service for a variable of this machine', async () => {
    const before = calls.length;

    assert.equal(await reader({})({ kind: 'env', name: 'A' }), 'value of A');
    assert.equal(calls.length, before);
  });

  for (const answer of [{}, { Parameter: null }, { Parameter: { Value: 7 } }, new Error('canary')])
    it(`fails without what AWS said: ${JSON.stringify(answer)}`, async () => {
      await assert.rejects(reader(answer)(PLACE), (error: DomainError) => {
        assert.equal(error.code, 'SECRET_UNAVAILABLE');
        assert.doesNotMatch(error.message, /canary/);
        return true;
      });
    });
});
