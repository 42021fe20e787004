import { NO_WRITTEN_OBJECTS } from '../../../../../packages/gateway/kernel/service.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { ServiceHost } from '../../../../../packages/gateway/engine/service-host.ts';
import { NO_STORED_ENTRIES } from '../../../../../packages/gateway/kernel/stored-entries.ts';
import { ACCOUNT, stackOf } from '../../../../support/an-event-engine.ts';
import type { ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import { CountingRandom, FakeBackend, FakeInvoker, VirtualClock } from '../../../../support/virtual-ports.ts';

function aHost(loaded: string[]): ServiceHost {
  return new ServiceHost({
    catalogue: CATALOGUE.map((entry) => ({
      ...entry,
      load() {
        loaded.push(entry.name);
        return entry.load();
      },
    })),
    invoker: new FakeInvoker({}),
    clock: new VirtualClock(),
    random: new CountingRandom(),
    services: new FakeBackend(),
    http: new FakeBackend(),
    isElsewhere: () => false,
    accountId: ACCOUNT,
    kept: NO_STORED_ENTRIES,
    writtenObjects: NO_WRITTEN_OBJECTS,
    logGroups: { write: () => undefined },
    settings: {},
    permits: () => true,
    report: (message) => assert.fail(message),
  });
}

/** Names of the services that these resources load. */
async function loadedFor(resources: string): Promise<readonly string[]> {
  const loaded: string[] = [];
  const host = aHost(loaded);
  await host.openNeeded([stackOf({ resources })]);
  await host.close();
  return loaded;
}

const ALARM = `
  Failing:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/ApiGateway
      MetricName: 5XXError
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
`;

describe('the service of CloudWatch', () => {
  it('counts requests from before it was loaded, without an alarm or an earlier call', async () => {
    const host = aHost([]);
    const epochMs = new VirtualClock().nowEpochMs();
    for (let request = 0; request < 3; request += 1)
      host.metrics.publish({
        subject: {
          namespace: 'AWS/ApiGateway',
          sets: [['ApiName']],
          dimensions: { ApiName: 'pets' },
          metrics: [['Count', 'Count']],
        },
        epochMs,
        values: [1],
      });

    const service = await host.find('monitoring');
    const answer = await service?.api?.answer({
      request: { region: 'us-east-1' } as ServiceRequest,
      operation: {
        protocol: 'json',
        prefix: 'GraniteServiceVersion20100801',
        action: 'GetMetricStatistics',
        input: {
          Namespace: 'AWS/ApiGateway',
          MetricName: 'Count',
          Dimensions: [{ Name: 'ApiName', Value: 'pets' }],
          StartTime: epochMs / 1000 - 60,
          EndTime: epochMs / 1000 + 60,
          Period: 60,
          Statistics: ['Sum'],
        },
      },
    });
    await host.close();

    assert.ok(answer?.kind === 'result');
    const [datapoint] = answer.fields['Datapoints'] as { Sum: { value: number } }[];
    assert.equal(datapoint?.Sum.value, 3);
  });

  it('is loaded for an alarm', async () => {
    assert.deepEqual(await loadedFor(ALARM), ['monitoring']);
    assert.deepEqual(
      await loadedFor("  Any: { Type: AWS::CloudWatch::CompositeAlarm, Properties: { AlarmRule: 'TRUE' } }"),
      ['monitoring'],
    );
  });

  it('is not loaded for a stack without alarms, or with only a dashboard', async () => {
    assert.deepEqual(await loadedFor('  Any: { Type: AWS::CloudFormation::WaitConditionHandle }'), []);
    assert.deepEqual(
      await loadedFor("  Page: { Type: AWS::CloudWatch::Dashboard, Properties: { DashboardBody: '{}' } }"),
      [],
    );
  });
});
