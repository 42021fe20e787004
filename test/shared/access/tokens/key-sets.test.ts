import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeySets, DEFAULT_LIMITS } from '#shared/access/tokens/key-sets.ts';
import type { KeySetFetcher } from '#shared/ports.ts';
import { aFetcher, aKeySet, aRsaKey } from '../../../support/signed-tokens.ts';

const URI = 'https://issuer.example/keys';
const first = aRsaKey('first');
const second = aRsaKey('second');

function aScene(text = aKeySet(first)) {
  const sets = new Map([[URI, text]]);
  const fetcher = aFetcher(sets);
  const clock = {
    nowMs: 1_000_000,
    nowEpochMs() {
      return this.nowMs;
    },
  };
  const counts: string[] = [];
  const keySets = new KeySets(fetcher, clock, { count: (metric) => void counts.push(metric) });
  return { sets, clock, counts, asked: fetcher.asked, keySets };
}

// docs/design/authorizers §7.7: one flight, bounded looks, back-off, withdrawn and replaced keys, stale with a hard
// stop.
describe('KeySets', () => {
  it('calls the issuer once for many simultaneous callers', async () => {
    const { keySets, asked } = aScene();

    await Promise.all(Array.from({ length: 100 }, () => keySets.keyFor(URI, 'first')));

    assert.equal(asked.length, 1);
  });

  it('finds a key that was added, once the cool-down has ended', async () => {
    const { keySets, asked, clock, sets } = aScene();
    await keySets.keyFor(URI, 'first');
    sets.set(URI, aKeySet(first, second));

    await assert.rejects(keySets.keyFor(URI, 'second'), { code: 'TOKEN_KEY_UNKNOWN' });
    clock.nowMs += 30_000;
    assert.equal((await keySets.keyFor(URI, 'second')).keyId, 'second');
    assert.equal(asked.length, 2);
  });

  it("keeps 200 ms of the caller's time", async () => {
    const totals: (number | undefined)[] = [];
    const fetcher: KeySetFetcher = {
      fetch(_, limits) {
        totals.push(limits?.totalMs);
        return Promise.resolve(aKeySet(first));
      },
    };
    const keySets = () => new KeySets(fetcher, { nowEpochMs: () => 0 });

    await keySets().keyFor(URI, 'first', DEFAULT_LIMITS, () => 1_000);
    await keySets().keyFor(URI, 'first');
    assert.deepEqual(totals, [800, Infinity]);
  });

  it('asks at most once in 30 seconds for invented key ids', async () => {
    const { keySets, asked, clock } = aScene();

    for (let i = 0; i < 60; i += 1) {
      await assert.rejects(keySets.keyFor(URI, `invented-${i}`), { code: 'TOKEN_KEY_UNKNOWN' });
      clock.nowMs += 1_000;
    }

    assert.equal(asked.length, 2);
  });

  it('refuses a withdrawn key after ten minutes', async () => {
    const { keySets, clock, sets } = aScene();
    await keySets.keyFor(URI, 'first');
    sets.set(URI, aKeySet(second));

    clock.nowMs += 599_999;
    assert.equal((await keySets.keyFor(URI, 'first')).keyId, 'first');
    clock.nowMs += 1;
    await assert.rejects(keySets.keyFor(URI, 'first'), { code: 'TOKEN_KEY_UNKNOWN' });
  });

  it('takes the new key if an id was given to another one', async () => {
    const { keySets, clock, sets } = aScene();
    const before = await keySets.keyFor(URI, 'first');
    sets.set(URI, aKeySet({ ...second, jwk: { ...second.jwk, kid: 'first' } }));

    clock.nowMs += 600_000;
    const after = await keySets.keyFor(URI, 'first');

    assert.equal(after.keyObject.equals(before.keyObject), false);
  });

  it('serves the old set for an hour while the issuer is out of reach, then stops', async () => {
    const { keySets, clock, sets } = aScene();
    await keySets.keyFor(URI, 'first');
    sets.clear();

    clock.nowMs += 600_000 + 3_599_999;
    assert.equal((await keySets.keyFor(URI, 'first')).keyId, 'first');
    clock.nowMs += 1;
    await assert.rejects(keySets.keyFor(URI, 'first'), { code: 'KEY_SET_UNAVAILABLE' });
  });

  it('calls no key unknown while the issuer is out of reach', async () => {
    const { keySets, clock, sets } = aScene();
    await keySets.keyFor(URI, 'first');
    sets.clear();

    clock.nowMs += 60_000;

    await assert.rejects(keySets.keyFor(URI, 'second'), { code: 'KEY_SET_UNAVAILABLE' });
  });

  it('skips a failing issuer for a growing while and recovers', async () => {
    const { keySets, asked, clock, sets } = aScene();
    sets.clear();

    for (let second = 0; second < 120; second += 1) {
      await assert.rejects(keySets.keyFor(URI, 'first'), { code: 'KEY_SET_UNAVAILABLE' });
      clock.nowMs += 1_000;
    }
    // After 1, 2, 4, 8, 16 and 32 seconds, then after a minute at most.
    assert.equal(asked.length, 7);

    sets.set(URI, aKeySet(first));
    clock.nowMs += 60_000;
    assert.equal((await keySets.keyFor(URI, 'first')).keyId, 'first');
  });

  it('calls a failing issuer at the end of each pause, and never earlier', async () => {
    const { keySets, asked, clock, sets } = aScene();
    const look = () => assert.rejects(keySets.keyFor(URI, 'first'), { code: 'KEY_SET_UNAVAILABLE' });
    sets.clear();
    await look();

    for (const [failures, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      clock.nowMs += seconds * 1_000 - 1;
      await look();
      assert.equal(asked.length, failures + 1, `a millisecond before the end of ${seconds} s`);
      clock.nowMs += 1;
      await look();
      assert.equal(asked.length, failures + 2, `after ${seconds} s`);
    }
  });

  it('treats an answer that is not a key set as an outage', async () => {
    const { keySets, counts } = aScene('<html>');
    await assert.rejects(keySets.keyFor(URI, 'first'), { code: 'KEY_SET_UNAVAILABLE' });
    assert.deepEqual(counts, ['JwksFetch', 'JwksFetchFailed']);
  });

  it('counts looks at issuers, unknown ids, failed looks, and keys of sets that could not be renewed', async () => {
    const { keySets, clock, sets, counts } = aScene();

    await keySets.keyFor(URI, 'first');
    await keySets.keyFor(URI, 'first');
    await assert.rejects(keySets.keyFor(URI, 'second'), { code: 'TOKEN_KEY_UNKNOWN' });
    sets.clear();
    clock.nowMs += 600_000;
    await keySets.keyFor(URI, 'first');

    assert.deepEqual(counts, ['JwksFetch', 'UnknownKid', 'JwksFetch', 'JwksFetchFailed', 'JwksStaleUsed']);
  });

  // docs/design/authorizers §J10: dropped and counted.
  it('counts the keys of a set that could not be used, but not those that are for something else', async () => {
    const weak = aRsaKey('weak', 1024).jwk;
    const encryption = { ...aRsaKey('other').jwk, use: 'enc' };
    const text = JSON.stringify({ keys: [first.jwk, weak, encryption] });
    const { keySets, counts } = aScene(text);

    await keySets.keyFor(URI, 'first');

    assert.deepEqual(counts, ['JwksFetch', 'JwksKeyDropped']);
  });

  it('reads again when the clock was set back', async () => {
    const { keySets, asked, clock } = aScene();
    await keySets.keyFor(URI, 'first');

    clock.nowMs -= 86_400_000;
    await keySets.keyFor(URI, 'first');

    assert.equal(asked.length, 2);
  });

  describe('with a snapshot that ships', () => {
    const expiresAtEpochSeconds = 1_000_000 / 1000 + 86_400;
    const limits = { ...DEFAULT_LIMITS, snapshot: { keySet: aKeySet(first), expiresAtEpochSeconds } };

    it('serves an instance that has never reached the issuer, until the hard stop', async () => {
      const { keySets, clock, sets } = aScene();
      sets.clear();

      assert.equal((await keySets.keyFor(URI, 'first', limits)).keyId, 'first');
      clock.nowMs = expiresAtEpochSeconds * 1000 - 1;
      assert.equal((await keySets.keyFor(URI, 'first', limits)).keyId, 'first');
      clock.nowMs += 1;
      await assert.rejects(keySets.keyFor(URI, 'first', limits), { code: 'KEY_SET_UNAVAILABLE' });
    });

    it('calls no key unknown that the snapshot lacks, since it may be newer', async () => {
      const { keySets, sets } = aScene();
      sets.clear();

      await assert.rejects(keySets.keyFor(URI, 'second', limits), { code: 'KEY_SET_UNAVAILABLE' });
    });

    it('calls the issuer first, and drops the snapshot once it has answered', async () => {
      const { keySets, clock, sets, asked } = aScene(aKeySet(second));

      await assert.rejects(keySets.keyFor(URI, 'first', limits), { code: 'TOKEN_KEY_UNKNOWN' });
      sets.clear();
      clock.nowMs += 700_000;
      await assert.rejects(keySets.keyFor(URI, 'first', limits), { code: 'KEY_SET_UNAVAILABLE' });
      assert.equal(asked.length, 2);
    });
  });
});
