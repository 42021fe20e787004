/** An alarm on a metric that no code writes never fires. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { METRICS } from '#shared/failures.ts';
import { countQuotas } from '#shared/observability/quota-metrics.ts';
import { DEFAULT_FIELDS } from '#shared/quota/usage/access-log-line.ts';
import { trackDelivery } from '#shared/quota/usage/track-delivery.ts';
import { metricsOf } from '#shared/websocket/run-publisher.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const NAMESPACE = 'gatewright-${sls:stage}';

type Metric = { readonly Namespace?: string; readonly MetricName?: string };
type Alarm = Metric & { readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: Metric } }[] };

const readYaml = (path: string): unknown =>
  parse(readFileSync(join(REPOSITORY, path), 'utf8'), { merge: true, logLevel: 'error' });

/** What each alarm of the stack watches. */
function readAlarms(): readonly (readonly [alarm: string, metric: Metric])[] {
  return globSync('packages/toolkit/stack/**/*.yml', { cwd: REPOSITORY }).flatMap((path) => {
    const { Resources = {} } = readYaml(path) as {
      readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties: Alarm }>>;
    };
    return Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .flatMap(([id, { Properties }]) => {
        const { Metrics = [] } = Properties;
        const metrics = Metrics.flatMap(({ MetricStat }) =>
          MetricStat === undefined ? [] : [MetricStat.Metric],
        );
        return (Metrics.length === 0 ? [Properties] : metrics).map((metric) => [id, metric] as const);
      });
  });
}

/** Names that functions and their middleware give metrics: those in calls, and those that are made when it runs. */
async function writtenMetrics(): Promise<ReadonlySet<string>> {
  const names = new Set<string>(Object.values(METRICS));
  for (const path of globSync(['shared/**/*.ts', 'functions/*.ts'], { cwd: REPOSITORY })) {
    const text = readFileSync(join(REPOSITORY, path), 'utf8');
    for (const [, first = ''] of text.matchAll(/\b(?:count|addMetric|measure|time)\(([^()]*)/g))
      for (const [, name = ''] of first.matchAll(/'([A-Z]\w+)'/g)) names.add(name);
  }
  const observe = countQuotas({ addMetric: (name) => names.add(name) });
  for (const reason of ['quota-exceeded', 'rate-limited', 'suspended', 'unavailable'] as const)
    observe({ kind: 'refused', limit: 'daily', reason });
  const delivered = { sent: 1, gone: 1, expired: 1, throttled: 1, failed: 1, units: 1, shares: 1 };
  const publisher = metricsOf({ delivered: [delivered], undelivered: 1 });
  const tracker = { track: () => Promise.resolve({ charged: 0, seen: 0, unchargeable: 0, waiting: [] }) };
  const line = { recordId: '1', approximateArrivalTimestamp: 0, data: '' };
  const event = { deliveryStreamArn: 'arn:aws:firehose:us-east-1:123456789012:x', records: [line] };
  const { counts } = await trackDelivery(event, tracker, { fields: DEFAULT_FIELDS, counts: 'reached' });
  for (const name of [...Object.keys(publisher), ...Object.keys(counts)]) names.add(name);
  return names;
}

describe('alarms of the stack', () => {
  it("watch metrics that its functions write, or AWS's own metrics", async () => {
    const { provider } = readYaml('serverless.yml') as {
      readonly provider: { readonly environment: Readonly<Record<string, string>> };
    };
    const alarms = readAlarms();
    const written = await writtenMetrics();
    const ours = alarms.filter(([, { Namespace }]) => Namespace === NAMESPACE);
    const silent = alarms.filter(
      ([, { Namespace = '', MetricName = '' }]) =>
        !(Namespace === NAMESPACE
          ? written.has(MetricName)
          : /^AWS\/\w+$/.test(Namespace) && MetricName !== ''),
    );

    assert.equal(provider.environment['POWERTOOLS_METRICS_NAMESPACE'], NAMESPACE);
    assert.ok(alarms.length > 0, 'no metric of an alarm was found');
    assert.ok(ours.length > 0, 'no metric of ours was found');
    assert.deepEqual(silent, []);
  });
});
