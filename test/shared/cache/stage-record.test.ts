import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CREDENTIAL_HEADERS } from '@gatewright/aws/credential-headers';
import { markLabel } from '#shared/cache/labels.ts';
import { keepRecord, parseStageRecord } from '#shared/cache/stage-record.ts';
import { aRestEvent, CacheDesk } from '../../support/a-response-cache.ts';

const EVENT = aRestEvent({ resource: '/pets/{kind}/{rest+}', parameters: { kind: 'a b', rest: 'c/d?' } });

describe('what is recorded of an answer of a stage cache', () => {
  it('has the path with the values of its parameters as they are sent, its own mark and its end', async () => {
    const desk = new CacheDesk();
    const drawn: number[] = [];
    const random = { hex: (digits: number) => (drawn.push(digits), 'a'.repeat(digits)), fraction: () => 0.5 };
    const kept = { parameters: {}, tags: [], startedAtEpochMs: desk.nowMs, ttlSeconds: 300 };

    assert.deepEqual(await keepRecord({ ...desk.ports, random }, EVENT, kept), {
      isKept: true,
      overtaken: [],
    });

    const [item] = desk.items.values();
    assert.equal(parseStageRecord(item?.['doc'])?.path, '/pets/a%20b/c/d%3F');
    // 64 bits: two records of one entry never have the same.
    assert.deepEqual([item?.['mark'], drawn], ['a'.repeat(16), [16]]);
    assert.equal(item?.['expiresAt'], desk.nowMs / 1000 + 300);
  });

  it('has each value of its query and the headers of its key, but no credential', async () => {
    const desk = new CacheDesk();
    const event = {
      ...aRestEvent({}),
      multiValueQueryStringParameters: { tag: ['a', 'b'] },
      multiValueHeaders: { 'X-Kind': ['cat'], Cookie: ['session=1'], Authorization: ['Bearer a'] },
    };
    const kept = {
      parameters: { query: ['tag'], headers: ['X-Kind', 'Cookie', 'Authorization'] },
      tags: [],
      startedAtEpochMs: desk.nowMs,
      ttlSeconds: 300,
    };

    await keepRecord(desk.ports, event, kept);

    const record = parseStageRecord([...desk.items.values()].find(({ doc }) => doc !== undefined)?.['doc']);
    assert.deepEqual(record?.query, [
      ['tag', 'a'],
      ['tag', 'b'],
    ]);
    assert.deepEqual([record.headers, record.refusal], [[['x-kind', 'cat']], 'credential']);
  });

  // A new signature replaces each of its headers, so a request with the recorded value cannot be sent again.
  for (const name of CREDENTIAL_HEADERS)
    it(`never has the value of ${name}`, async () => {
      const desk = new CacheDesk();
      const event = { ...aRestEvent({}), multiValueHeaders: { [name]: ['one'] } };
      const startedAtEpochMs = desk.nowMs;

      await keepRecord(desk.ports, event, {
        parameters: { headers: [name] },
        tags: [],
        startedAtEpochMs,
        ttlSeconds: 300,
      });

      const record = parseStageRecord([...desk.items.values()].find(({ doc }) => doc !== undefined)?.['doc']);
      assert.deepEqual([record?.headers, record?.refusal], [[], 'credential']);
    });

  it('names the labels that were invalidated while the answer was being created, and no others', async () => {
    const desk = new CacheDesk();
    const startedAtEpochMs = desk.nowMs;
    desk.pass(5);
    await markLabel(desk.ports.store, 'orders', 'tag:meanwhile', desk.nowMs);
    const kept = { parameters: {}, tags: ['meanwhile', 'never'], startedAtEpochMs, ttlSeconds: 300 };

    assert.deepEqual(await keepRecord(desk.ports, EVENT, kept), {
      isKept: true,
      overtaken: ['tag:meanwhile'],
    });
  });
});
