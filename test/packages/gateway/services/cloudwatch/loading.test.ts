import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { ServiceHost } from '../../../../../packages/gateway/engine/service-host.ts';
import { NO_STORED_ENTRIES } from '../../../../../packages/gateway/kernel/stored-entries.ts';
import { ACCOUNT, stackOf } from '../../../../support/an-event-engine.ts';
import { CountingRandom, FakeBackend, FakeInvoker, VirtualClock } from '../../../../support/virtual-ports.ts';

/** Names of the services that these resources load. */
async function loadedFor(resources: string): Promise<readonly string[]> {
  const loaded: string[] = [];
  const host = new ServiceHost({
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
    writtenObject: () => undefined,
    logGroups: { write: () => undefined },
    settings: {},
    permits: () => true,
    report: (message) => assert.fail(message),
  });
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
  it('is loaded for an alarm', async () => {
    assert.deepEqual(await loadedFor(ALARM), ['monitoring']);
    assert.deepEqual(
      await loadedFor("  Any: { Type: AWS::CloudWatch::CompositeAlarm, Properties: { AlarmRule: 'TRUE' } }"),
      ['monitoring'],
    );
  });

  it('is not loaded for a stack without alarms, or with a dashboard alone', async () => {
    assert.deepEqual(await loadedFor('  Any: { Type: AWS::CloudFormation::WaitConditionHandle }'), []);
    assert.deepEqual(
      await loadedFor("  Page: { Type: AWS::CloudWatch::Dashboard, Properties: { DashboardBody: '{}' } }"),
      [],
    );
  });
});
