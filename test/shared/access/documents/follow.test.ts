import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { followPublished, MAX_AGE_MS, REFRESH_MS } from '#shared/access/documents/follow.ts';
import type { CompiledAccess } from '#shared/access/compiled-document.ts';
import { DomainError } from '#shared/errors.ts';
import { aCompiledDocument, aPublishedTable, BY } from '../../../support/a-published-table.ts';

const BUNDLED = { documents: [aCompiledDocument('bundled')] };
const FIRST = { documents: [aCompiledDocument('first')] };
const SECOND = { documents: [aCompiledDocument('second')] };
const nameOf = ({ documents }: CompiledAccess) => documents[0]?.name ?? '';

function aFollower(make = nameOf) {
  const table = aPublishedTable();
  const counted: string[] = [];
  const ports = {
    store: table.store,
    clock: table.clock,
    observer: { count: (metric: string) => void counted.push(metric) },
    timeout: () => new Promise<never>(() => undefined),
  };
  const start = () => followPublished(ports, BUNDLED, make);
  return { ...table, counted, start, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

describe('followPublished', () => {
  it('takes the bundle until something is published, then that', async () => {
    const { start, publish, state } = aFollower();
    const current = start();
    assert.equal(await current(), 'bundled');
    await publish(FIRST);
    assert.equal(await current(), 'bundled');
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
    assert.equal(await start()(), 'first');
  });

  it('reads nothing for 20 s, and then during the request', async () => {
    const { start, publish, state, settled } = aFollower();
    await publish(FIRST);
    const current = start();
    await current();
    await publish(SECOND);
    const before = state.reads;
    state.nowMs += REFRESH_MS - 1;
    assert.equal(await current(), 'first');
    assert.equal(state.reads, before);
    state.nowMs += 1;
    assert.equal(await current(), 'first');
    await settled();
    assert.equal(await current(), 'second');
  });

  it('keeps the last good version while the table is away, and one that is spoilt', async () => {
    const { start, publish, state, items, counted } = aFollower();
    await publish(FIRST);
    const current = start();
    await current();
    state.isAway = true;
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
    state.isAway = false;
    const { checksum } = await publish(SECOND);
    for (const name of items.keys()) if (name.includes(checksum)) items.set(name, { data: 'AAAA' });
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
    assert.equal(counted.filter((metric) => metric === 'DocumentsFailed').length, 2);
  });

  it('keeps the last good version if the new one cannot be used', async () => {
    const { start, publish, state } = aFollower((access) => {
      if (nameOf(access) === 'second') throw new Error('needs a table that is not there');
      return nameOf(access);
    });
    await publish(FIRST);
    const current = start();
    await current();
    await publish(SECOND);
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
  });

  it('fails closed if no valid version is known: never by the older rules of the bundle', async () => {
    const { start, publish, state } = aFollower();
    await publish(FIRST);
    state.isAway = true;
    await assert.rejects(start()(), { code: 'STORE_UNAVAILABLE' });
  });

  for (const [what, fault, code] of [
    ['what makes them unusable', new DomainError('CONFIG_INVALID', 'a table is missing'), 'CONFIG_INVALID'],
    ['that they cannot be read, if nothing else is known', new Error('no table'), 'STORE_UNAVAILABLE'],
  ] as const)
    it(`says of documents without a predecessor ${what}`, async () => {
      const { start } = aFollower(() => {
        throw fault;
      });
      await assert.rejects(start()(), { code });
    });

  it('does not fall back to the bundle if what was published is deleted', async () => {
    const { start, publish, state, items } = aFollower();
    await publish(FIRST);
    const current = start();
    await current();
    items.clear();
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
  });

  it('calls an unavailable table again only after 5 s, and waits for it no longer than allowed', async () => {
    const { start, publish, state, store, clock } = aFollower();
    await publish(FIRST);
    const current = start();
    await current();
    state.isAway = true;
    state.nowMs += MAX_AGE_MS;
    await current();
    const before = state.reads;
    await current();
    assert.equal(state.reads, before);
    const silent = { read: () => new Promise<never>(() => undefined) };
    const observer = { count: () => undefined };
    const timeout = () => Promise.reject(new Error('no answer'));
    const late = followPublished({ store: silent, clock, observer, timeout }, BUNDLED, nameOf);
    await assert.rejects(late(), { code: 'STORE_UNAVAILABLE' });
    assert.ok(store);
  });

  it('follows a version that is restored', async () => {
    const { start, publish, admin, state } = aFollower();
    await publish(FIRST);
    await publish(SECOND);
    const current = start();
    assert.equal(await current(), 'second');
    await admin.restore(1, BY);
    state.nowMs += MAX_AGE_MS;
    assert.equal(await current(), 'first');
  });
});
