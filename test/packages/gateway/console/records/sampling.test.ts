import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { NO_LABELS } from '../../../../../packages/gateway/console/records/api-labels.ts';
import { showNumbers } from '../../../../../packages/gateway/console/endpoints/show-numbers.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { FULL_RECORDS_PER_SECOND } from '../../../../../packages/gateway/console/records/sampling.ts';
import { recording } from '../../../../support/recorded-apis.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import type { RecordedApi } from '../../../../support/recorded-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

/** An API that is asked at a rate, by a clock of the test. */
function aBusyApi(list: FakeFunction = ok, keepsAll = false) {
  const time = { ms: 0 };
  const api: RecordedApi = recording(anApi(restApi(), { list }), 10_000);
  const clock = { ...createSystemClock(), monotonicMs: () => time.ms };
  const records = new RequestRecords(10_000, clock, 'key of a test', keepsAll);
  Object.assign(api.ports, { records });
  Object.assign(api.ports.clock, { monotonicMs: () => time.ms });
  const second = async (requests: number, targetOf: (index: number) => string): Promise<void> => {
    const begin = time.ms;
    for (let index = 0; index < requests; index += 1) {
      time.ms = begin + (index * 1000) / requests;
      await api.send({ target: targetOf(index) });
    }
    time.ms = begin + 1000;
  };
  return { ...api, records, time, second };
}

const pets = (): string => '/dev/pets';

describe('a sample of what is served', () => {
  it('is all of it, as long as people could follow', async () => {
    const api = aBusyApi();

    await api.second(FULL_RECORDS_PER_SECOND, pets);

    const { kept, counted, notKept, sampled } = api.records.state;
    assert.deepEqual(
      [kept, counted, notKept, sampled],
      [FULL_RECORDS_PER_SECOND, FULL_RECORDS_PER_SECOND, 0, undefined],
    );
  });

  it('is one of several among the ordinary successful requests above, and represents all of them', async () => {
    const api = aBusyApi();

    await api.second(2 * FULL_RECORDS_PER_SECOND, pets);
    const { kept } = api.records.state;
    await api.second(2 * FULL_RECORDS_PER_SECOND, pets);

    const { kept: keptInAll, counted, notKept, sampled } = api.records.state;
    assert.equal(counted, 4 * FULL_RECORDS_PER_SECOND);
    assert.equal(notKept, 4 * FULL_RECORDS_PER_SECOND - keptInAll);
    // A sudden start is recognized while it happens; the next second is sampled correctly.
    assert.ok(kept > FULL_RECORDS_PER_SECOND && kept < 2.1 * FULL_RECORDS_PER_SECOND, String(kept));
    assert.ok(Math.abs(keptInAll - kept - FULL_RECORDS_PER_SECOND) < 10, String(keptInAll - kept));
    assert.deepEqual(sampled, {
      keptOneOf: 2,
      perSecond: 2 * FULL_RECORDS_PER_SECOND,
      text: '1 of 2 recorded at 2,000/s',
    });
    const stood = api.records.rows({ limit: 10_000 }).reduce((sum, { standsFor }) => sum + standsFor, 0);
    assert.ok(4 * FULL_RECORDS_PER_SECOND - stood < 4, String(stood));
    const calls = api.records.functionCalls().reduce((sum, { standsFor }) => sum + standsFor, 0);
    assert.equal(calls, stood);
  });

  it('counts every request in the numbers', async () => {
    const api = aBusyApi();

    await api.second(3_000, (index) => (index % 100 === 0 ? '/dev' : '/dev/pets'));

    const { count, routes } = showNumbers(api.records.counts, NO_LABELS);
    assert.deepEqual(
      [count, ...routes.map(({ route, count: each }) => [route, each])],
      [3_000, ['GET /pets', 2_970], ['GET /', 30]],
    );
  });

  it('has every refusal, error and slow request, and some of each seldom route', async () => {
    const time = { slow: false };
    const api = aBusyApi((...call) => {
      if (time.slow) api.time.ms += 200;
      return ok(...call);
    });
    await api.second(4_000, pets);
    const before = api.records.state.taken;

    await api.second(4_000, (index) => {
      time.slow = index === 2_001;
      if (index % 400 === 7) return '/dev/nowhere';
      return index === 3_999 ? '/dev' : '/dev/pets';
    });

    const rows = api.records.rows({ since: before, limit: 10_000 });
    assert.equal(rows.filter(({ target }) => target === '/dev/nowhere').length, 10);
    assert.deepEqual(
      rows.filter(({ tookMs }) => tookMs >= 200).map(({ standsFor }) => standsFor),
      [1],
    );
    assert.equal(rows.filter(({ routeKey }) => routeKey === 'GET /').length, 1);
  });

  it('includes every request again with --record-all, and after the rush', async () => {
    const whole = aBusyApi(ok, true);
    await whole.second(3_000, pets);
    assert.deepEqual([whole.records.state.kept, whole.records.state.notKept], [3_000, 0]);

    const api = aBusyApi();
    await api.second(3_000, pets);
    assert.equal(api.records.state.sampled?.perSecond, 3_000);
    api.time.ms += 1_000;
    const before = api.records.state.taken;
    await api.second(100, pets);

    assert.deepEqual([api.records.state.taken - before, api.records.state.sampled], [100, undefined]);
  });

  it('contains the request that a reader waits for', async () => {
    const api = aBusyApi();
    await api.second(5_000, pets);
    const before = api.records.state.taken;
    const ids = Array.from({ length: 12 }, () => api.ports.random.uuid());
    for (const id of ids) {
      api.records.expect(id);
      await api.send({ target: '/dev/pets', headers: ['x-amzn-requestid', id] });
    }

    assert.deepEqual(
      api.records.rows({ since: before }).map(({ id }) => id),
      ids.toReversed(),
    );
  });
});
