import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { playAlarm } from '../../../../packages/conformance/play/alarm-case.ts';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { Server } from '../../../../packages/conformance/play/backends.ts';
import type { RunningApi } from '../../../../packages/conformance/play/running-api.ts';
import type { CaseRequest, JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

const MINUTE_MS = 60_000;
type Datum = { readonly MetricName: string; readonly Timestamp: number; readonly Values: readonly number[] };

describe('playAlarm', () => {
  const open: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  /** Plays a case at a CloudWatch whose alarm is in ALARM. */
  async function play(request: Partial<CaseRequest>, alarm: JsonObject = {}, alarmState = 'ALARM') {
    const calls: (readonly [call: string, input: Record<string, unknown>])[] = [];
    const server = await startServer(({ headers, body }) => {
      const call = headers['x-amz-target']?.split('.')[1] ?? '';
      calls.push([call, JSON.parse(body.toString()) as Record<string, unknown>]);
      const reply =
        call === 'DescribeAlarms' ? { MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM' }] } : {};
      return {
        status: 200,
        headers: { 'Content-Type': 'application/x-amz-json-1.0' },
        body: JSON.stringify(reply),
      };
    });
    open.push(server);
    let aheadMs = 0;
    const api = {
      control: server.url,
      region: 'us-east-1',
      advance: (ms: number) => Promise.resolve(void (aheadMs += ms)),
    };
    const asked = aParityCase({
      setup: { stage: 'dev', alarm },
      request: { method: null, path: null, mode: 'alarm', ...request },
      expect: { alarmState },
    });
    const beforeMs = Date.now();
    const difference = await playAlarm(asked, api as unknown as RunningApi);
    return { difference, calls, endMs: beforeMs + aheadMs };
  }

  it('puts one value for each sign, the newest last and just over', async () => {
    const { difference, calls, endMs } = await play({ datapoints: '0 - X 2.5,3' });

    assert.equal(difference, undefined);
    const [put, ...others] = calls;
    const { Namespace, MetricData } = put?.[1] as { Namespace: string; MetricData: readonly Datum[] };
    assert.deepEqual([put?.[0], Namespace], ['PutMetricData', 'Parity']);
    assert.deepEqual(
      MetricData.map(({ MetricName, Values }) => [MetricName, ...Values]),
      [
        ['Value', 2.5, 3],
        ['Value', 1],
        ['Value', 0],
      ],
    );
    const ages = MetricData.map(({ Timestamp }) => Math.round((endMs - Timestamp * 1_000) / MINUTE_MS));
    assert.deepEqual(ages, [1, 2, 4]);
    assert.ok(MetricData.every(({ Timestamp }) => (Timestamp * 1_000) % MINUTE_MS === 0));
    assert.deepEqual(others, [
      ['DescribeAlarms', {}],
      ['DescribeAlarms', {}],
    ]);
  });

  it('keeps to the period and the namespace of the alarm, and sets the state before', async () => {
    const alarm = { Period: 10, Namespace: 'Own' };
    const { difference, calls } = await play({ datapoints: 'X X', state: 'OK' }, alarm);

    assert.equal(difference, undefined);
    const { Namespace, MetricData } = calls[0]?.[1] as { Namespace: string; MetricData: readonly Datum[] };
    const [last, first] = MetricData.map(({ Timestamp }) => Timestamp);
    assert.deepEqual([Namespace, (last ?? 0) - (first ?? 0)], ['Own', 10]);
    assert.deepEqual(calls[2], [
      'SetAlarmState',
      { AlarmName: 'a', StateValue: 'OK', StateReason: 'before' },
    ]);
  });

  for (const request of [{}, { datapoints: '' }, { datapoints: '- -' }])
    it(`sends nothing for ${JSON.stringify(request)}, and sees another state`, async () => {
      const { difference, calls } = await play(request, {}, 'OK');

      assert.equal(difference, 'alarmState: expected "OK", got "ALARM"');
      assert.deepEqual(
        calls.map(([call]) => call),
        ['DescribeAlarms', 'DescribeAlarms'],
      );
    });

  it('cannot be asked if no address takes calls', async () => {
    await assert.rejects(playAlarm(aParityCase(), { region: 'us-east-1' } as RunningApi), NotAsked);
  });
});
