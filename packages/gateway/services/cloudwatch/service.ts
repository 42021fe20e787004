/**
 * CloudWatch's metrics and alarms. Measurements of the gateway and functions are stored for the run and can be read by
 * SDKs.
 */
import { lastPartOf } from '../../kernel/event-rows.ts';
import { AlarmBoard } from './alarms/alarm-board.ts';
import { answerCloudWatch } from './api/calls.ts';
import { readTagList, ResourceTags } from '../../kernel/resource-tags.ts';
import { readEmbedded } from './metrics/embedded-format.ts';
import { MetricStore } from './metrics/metric-store.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import type { Entry } from './alarms/alarm-board.ts';
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { alarmsIn } from './alarms/alarm-rule.ts';
import { ACTION_SERVICES } from './alarms/notify.ts';
import { isAnomalyAlarm, readCompositeAlarm, readMetricAlarm } from './alarms/read-alarm.ts';
import { metricsBehind } from './math/run-queries.ts';
import { InvalidMember } from '@gatewright/aws/member-reader';
import { readInput, sentenceOf } from './read-members.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import type { Alarm, MetricAlarm } from './alarms/alarm.ts';

const ALARM_TYPES = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];

export function open(ports: ServicePorts): Service {
  const { clock, accountId, report } = ports;
  const store = new MetricStore({ report });
  const board = new AlarmBoard({ ...ports, store });
  const tags = new ResourceTags();
  // Lines and measurements from before this service was loaded also count.
  const addEmbedded = (text: string): void => {
    for (const data of readEmbedded(text)) store.add(data);
  };
  for (const { item } of ports.lines.kept()) addEmbedded(item.text);
  const ends = [
    ports.metrics.follow((measurement) => store.count(measurement)),
    ports.lines.follow(({ text }) => addEmbedded(text)),
  ];
  return {
    api: {
      jsonVersion: '1.0',
      namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
      answer: ({ operation, request: { region } }) =>
        answerCloudWatch(operation, { store, board, tags, clock, accountId, region }),
    },
    prepare(stacks) {
      const alarms = readAlarms(stacks);
      const arns = new Map(alarms.map(({ name, arn }) => [name, arn]));
      const defined = ALARM_TYPES.flatMap((type) => stacks.ofType(type)).map(
        ({ resource: { physicalId, properties } }) =>
          [arns.get(physicalId) ?? '', readTagList(properties)] as const,
      );
      return () => {
        board.replace(alarms);
        tags.define(new Map(defined));
      };
    },
    rows: () => board.all.map(describeRow),
    reset() {
      board.clear();
      tags.reset();
      store.clear();
    },
    close() {
      for (const end of ends) end();
    },
  };
}

function describeRow({ alarm, state, transitionedMs }: Entry): EventSource {
  return {
    kind: 'alarm',
    name: alarm.name,
    targets: [...new Set(Object.values(alarm.actions).flat().map(lastPartOf))],
    state: `${state.value} since ${new Date(transitionedMs).toISOString()}`,
  };
}

// Alarms of the loaded stacks. Anything that cannot be read is reported with its file and line.

/** AWS namespaces that the gateway measures. Functions may write any other namespace. */
const MEASURED: readonly string[] = ['AWS/ApiGateway', 'AWS/Lambda', 'AWS/SQS'];

/**
 * Metrics of events that never happen in the gateway, such as throttled tables. AWS, too, has no data for these metrics
 * if no such event happens.
 */
const NEVER = /^AWS\/DynamoDB \w*(?:Throttle|SystemErrors)/;

function readAlarms(stacks: StackReading): readonly Alarm[] {
  const composites = stacks.here('AWS::CloudWatch::CompositeAlarm', 'monitoring');
  const metrics = stacks.here('AWS::CloudWatch::Alarm', 'monitoring');
  // The names of faulty alarms are included, because a faulty alarm already has its own finding.
  const names = new Set([...metrics, ...composites].map(({ resource }) => resource.physicalId));
  return [
    ...metrics.flatMap((reader) => readOne(reader, 'metric')),
    ...composites.flatMap((reader) =>
      readOne(reader, 'composite').map((alarm) => {
        const gone = alarm.kind === 'composite' ? alarmsIn(alarm.rule).map(nameOf) : [];
        for (const name of gone.filter((one) => !names.has(one)))
          reader.unsupported(
            'AlarmRule',
            `the rule refers to ${name}, which is not in a loaded stack, so this part of the rule is never true`,
          );
        return alarm;
      }),
    ),
  ];
}

/** @param alarm a name or an ARN */
function nameOf(alarm: string): string {
  return parseArn(alarm)?.resource.replace(/^alarm:/, '') ?? alarm;
}

function readOne(reader: ResourceReader, kind: Alarm['kind']): readonly Alarm[] {
  const { resource, stack } = reader;
  const { region, accountId } = stack;
  const name = resource.physicalId;
  const identity = {
    name,
    arn: `arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${name}`,
  };
  const at = readInput(resource.properties);
  if (kind === 'metric' && isAnomalyAlarm(at)) {
    reader.unsupported(
      'ComparisonOperator',
      'the gateway does not support anomaly detection, so the alarm is never evaluated',
    );
    return [];
  }
  try {
    const alarm = kind === 'metric' ? readMetricAlarm(at, identity) : readCompositeAlarm(at, identity);
    if (alarm.kind === 'metric') reportUnmeasured(reader, alarm);
    reportActions(reader, alarm);
    return [alarm];
  } catch (error) {
    if (!(error instanceof InvalidMember)) throw error;
    reader.note(error.path, sentenceOf(error), 'the alarm is never evaluated');
    return [];
  }
}

function reportUnmeasured(reader: ResourceReader, alarm: MetricAlarm): void {
  const unmeasured = new Set(
    metricsBehind(alarm.queries, alarm.watched).flatMap(({ metric: { namespace, name } }) =>
      !namespace.startsWith('AWS/') || MEASURED.includes(namespace) || NEVER.test(`${namespace} ${name}`)
        ? []
        : [namespace],
    ),
  );
  if (unmeasured.size > 0)
    reader.unsupported(
      alarm.statistic === undefined ? 'Metrics' : 'Namespace',
      `the gateway does not measure ${[...unmeasured].join(', ')}, so the alarm has no data, and only SetAlarmState changes its state`,
    );
}

const PROPERTIES = {
  ALARM: 'AlarmActions',
  OK: 'OKActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
} as const;

function reportActions(reader: ResourceReader, { actions }: Alarm): void {
  for (const [state, property] of Object.entries(PROPERTIES) as [keyof typeof PROPERTIES, string][])
    for (const arn of actions[state])
      if (!ACTION_SERVICES.includes(parseArn(arn)?.service ?? ''))
        reader.unsupported(property, `${arn} is not run, because only topics and functions are supported`);
}
