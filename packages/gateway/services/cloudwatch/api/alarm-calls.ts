/** Handles the calls that read, create and change alarms. */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { Timestamp, Double } from '@gatewright/aws/cbor';
import { parseJson } from '@gatewright/aws/json-object';
import { MAX_ALARMS } from '../alarms/alarm-board.ts';
import { ITEM_TYPES } from '../alarms/alarm-history.ts';
import { alarmsIn, STATES } from '../alarms/alarm-rule.ts';
import { isAnomalyAlarm, readCompositeAlarm, readMetricAlarm } from '../alarms/read-alarm.ts';
import { InvalidInput, NotSupported } from '../read-members.ts';
import { printTagList, readTagList } from '../../../kernel/resource-tags.ts';
import { pageOf } from './paging.ts';
import type { AlarmBoard, Entry } from '../alarms/alarm-board.ts';
import type { CompositeAlarm, MetricAlarm, Alarm } from '../alarms/alarm.ts';
import type { Call, CallPorts } from './call.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';
import { describeDimensions } from './metric-calls.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { MetricQuery } from '../math/run-queries.ts';

const MAX_NAMES = 100;
const MAX_TAGS = 50;
const ALARM_TYPES = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'] as const;

export const ALARM_CALLS: Readonly<Record<string, Call>> = {
  DescribeAlarms(at, { board }) {
    const { items, NextToken } = pageOf(at, selectAlarms(at, board), sizeOf(at));
    const ofKind = (kind: Entry['alarm']['kind']): readonly object[] =>
      items.filter(({ alarm }) => alarm.kind === kind).map(describeAlarm);
    return { CompositeAlarms: ofKind('composite'), MetricAlarms: ofKind('metric'), LogAlarms: [], NextToken };
  },
  DescribeAlarmHistory(at, { board }) {
    const name = at.optionalText('AlarmName', 255);
    const type = at.optionalOneOf('HistoryItemType', ITEM_TYPES);
    const types = at.texts('AlarmTypes', ALARM_TYPES.length);
    const from = at.optionalTime('StartDate') ?? -Infinity;
    const to = at.optionalTime('EndDate') ?? Infinity;
    const isAscending =
      at.optionalOneOf('ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
    const found = board.history.items.filter(
      (item) =>
        (name === undefined || item.alarmName === name) &&
        (type === undefined || item.type === type) &&
        (types.length === 0 ? item.alarmType === 'MetricAlarm' : types.includes(item.alarmType)) &&
        item.atMs >= from &&
        item.atMs <= to,
    );
    const { items, NextToken } = pageOf(at, isAscending ? found : found.toReversed(), sizeOf(at));
    const AlarmHistoryItems = items.map(
      ({ alarmName, alarmType, atMs, type: HistoryItemType, summary, data }) => ({
        AlarmName: alarmName,
        AlarmType: alarmType,
        Timestamp: new Timestamp(atMs),
        HistoryItemType,
        HistorySummary: summary,
        HistoryData: data,
      }),
    );
    return { AlarmHistoryItems, NextToken };
  },
  SetAlarmState(at, { board }) {
    const { alarm } = findAlarm(board, at.text('AlarmName', 255));
    const value = at.oneOf('StateValue', STATES);
    const reasonData = at.optionalText('StateReasonData', 4_000);
    if (reasonData !== undefined && parseJson(reasonData) === undefined)
      throw new InvalidInput('InvalidFormat', 'StateReasonData', 'must be JSON');
    board.setState(alarm.name, { value, reason: at.optionalText('StateReason', 1_023) ?? '', reasonData });
    return undefined;
  },
  TagResource(at, { board, tags }) {
    const { arn } = findTagged(at, board);
    tags.add(arn, readTagList(at.members));
    return {};
  },
  UntagResource(at, { board, tags }) {
    const { arn } = findTagged(at, board);
    tags.remove(arn, at.texts('TagKeys', MAX_TAGS));
    return {};
  },
  ListTagsForResource(at, { tags }) {
    const arn = at.text('ResourceARN');
    // A deleted alarm has no tags (LocalStack, test_cloudwatch.py::test_tagging_composite_alarm).
    if (parseArn(arn)?.resource.startsWith('alarm:') !== true) throw notThere(arn);
    return { Tags: printTagList(tags.of(arn)) };
  },
  PutMetricAlarm(at, ports) {
    if (isAnomalyAlarm(at))
      throw new NotSupported(
        'ComparisonOperator',
        'needs anomaly detection, which the gateway does not support',
      );
    for (const member of ['EvaluationCriteria', 'EvaluationWindow', 'WarmUpConfiguration'])
      if (at.has(member)) throw new NotSupported(member, 'is not supported here');
    put(ports, readMetricAlarm(at, identify(at, ports)), at);
    return undefined;
  },
  PutCompositeAlarm(at, ports) {
    const alarm = readCompositeAlarm(at, identify(at, ports));
    const unknown = alarmsIn(alarm.rule).find((name) => ports.board.find(name) === undefined);
    if (unknown !== undefined) at.refuse('AlarmRule', `names ${unknown}, which does not exist`);
    if (at.has('ActionsSuppressor')) throw new NotSupported('ActionsSuppressor', 'is not supported here');
    put(ports, alarm, at);
    return undefined;
  },
  DeleteAlarms(at, { board, tags }) {
    const names = at.texts('AlarmNames', MAX_NAMES);
    const unknown = names.find((name) => board.find(name) === undefined);
    // "If you specify any incorrect alarm names, the alarms you specify with correct names are still deleted."
    const alarms = names.flatMap((name) => board.find(name)?.alarm ?? []);
    const needed = alarms.find((one) =>
      board.all.some(
        ({ alarm }) => alarm.kind === 'composite' && !names.includes(alarm.name) && looksAt(alarm, one),
      ),
    );
    // See ekristen/aws-nuke#462
    if (needed !== undefined)
      throw new InvalidInput(
        'ValidationError',
        '',
        `Cannot delete ${needed.name} as there are composite alarm(s) depending on it.`,
      );
    for (const { arn } of alarms) tags.forget(arn);
    board.delete(alarms.map(({ name }) => name));
    if (unknown !== undefined) findAlarm(board, unknown);
    return undefined;
  },
  EnableAlarmActions(at, { board }) {
    board.enableActions(at.texts('AlarmNames', MAX_NAMES), true);
    return undefined;
  },
  DisableAlarmActions(at, { board }) {
    board.enableActions(at.texts('AlarmNames', MAX_NAMES), false);
    return undefined;
  },
};

function sizeOf(at: MemberReader): number {
  return at.optionalInteger('MaxRecords', 1, 100) ?? 50;
}

/** Selects alarms. If the call contains neither types nor names of alarms, only metric alarms are selected. */
function selectAlarms(at: MemberReader, board: AlarmBoard): readonly Entry[] {
  const names = at.texts('AlarmNames', MAX_NAMES);
  const prefix = at.optionalText('AlarmNamePrefix') ?? '';
  const types = at.texts('AlarmTypes', ALARM_TYPES.length);
  const state = at.optionalOneOf('StateValue', STATES);
  const action = at.optionalText('ActionPrefix') ?? '';
  const childrenOf = at.optionalText('ChildrenOfAlarmName');
  const parentsOf = at.optionalText('ParentsOfAlarmName');
  const parent = childrenOf === undefined ? undefined : findAlarm(board, childrenOf).alarm;
  const isNamed = names.length > 0 || parent !== undefined || parentsOf !== undefined;
  return board.all.filter(({ alarm, state: { value } }) => {
    const type = alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm';
    return (
      (names.length === 0 || names.includes(alarm.name)) &&
      alarm.name.startsWith(prefix) &&
      (types.length > 0 ? types.includes(type) : isNamed || type === 'MetricAlarm') &&
      (state === undefined || value === state) &&
      Object.values(alarm.actions).some(
        (arns) => action === '' || arns.some((arn) => arn.startsWith(action)),
      ) &&
      (parent === undefined || (parent.kind === 'composite' && looksAt(parent, alarm))) &&
      (parentsOf === undefined ||
        (alarm.kind === 'composite' && looksAt(alarm, findAlarm(board, parentsOf).alarm)))
    );
  });
}

function looksAt({ rule }: CompositeAlarm, { name, arn }: Entry['alarm']): boolean {
  return alarmsIn(rule).some((one) => one === name || one === arn);
}

function findAlarm(board: AlarmBoard, name: string): Entry {
  const found = board.find(name);
  // AWS ignores unknown alarms [obs].
  if (found === undefined) throw new InvalidInput('ResourceNotFound', '', '');
  return found;
}

function identify(at: MemberReader, { accountId, region }: CallPorts): Pick<MetricAlarm, 'name' | 'arn'> {
  const name = at.text('AlarmName', 255);
  return { name, arn: `arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${name}` };
}

function put({ board, tags }: CallPorts, alarm: MetricAlarm | CompositeAlarm, at: MemberReader): void {
  const isNew = board.find(alarm.name) === undefined;
  if (isNew && board.all.length >= MAX_ALARMS)
    throw new InvalidInput('LimitExceeded', '', `The limit of ${MAX_ALARMS} alarms is reached.`);
  board.put(alarm);
  // "If you are using this operation to update an existing alarm, any tags you specify … are ignored."
  if (isNew) tags.add(alarm.arn, readTagList(at.members));
}

/** @throws InvalidInput unless the ARN belongs to an existing alarm */
function findTagged(at: MemberReader, board: AlarmBoard): Alarm {
  const arn = at.text('ResourceARN');
  const found = arn.startsWith('arn:') ? board.find(arn)?.alarm : undefined;
  if (found === undefined) throw notThere(arn);
  return found;
}

function notThere(arn: string): InvalidInput {
  return new InvalidInput('ResourceNotFoundException', '', `${arn} does not exist`);
}

/** Returns an alarm in the form of DescribeAlarms. */
function describeAlarm(entry: Entry): UnknownMembers {
  const { alarm, configuredMs, actionsEnabled, state, transitionedMs } = entry;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Timestamp(configuredMs),
    ActionsEnabled: actionsEnabled,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Timestamp(state.updatedMs),
    StateTransitionedTimestamp: new Timestamp(transitionedMs),
    ...ownOf(alarm),
  };
}

function ownOf(alarm: Alarm): UnknownMembers {
  if (alarm.kind === 'composite') return { AlarmRule: alarm.ruleText };
  return {
    ...watchedOf(alarm),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.given.datapointsToAlarm,
    Threshold: new Double(alarm.threshold),
    ComparisonOperator: alarm.operator,
    TreatMissingData: alarm.given.treatMissingData,
    EvaluateLowSampleCountPercentile: alarm.given.evaluateLowSampleCountPercentile,
  };
}

function watchedOf({ queries, statistic }: MetricAlarm): UnknownMembers {
  const [first] = queries;
  if (statistic === undefined || first?.of.kind !== 'metric') return { Metrics: queries.map(describeQuery) };
  const { metric, periodSeconds, unit } = first.of;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    [statistic.isExtended ? 'ExtendedStatistic' : 'Statistic']: statistic.name,
    Dimensions: describeDimensions(metric.dimensions),
    Period: periodSeconds,
    Unit: unit,
  };
}

function describeQuery({ id, label, returnsData, of }: MetricQuery): UnknownMembers {
  const common = { Id: id, Label: label, ReturnData: returnsData };
  if (of.kind === 'expression') return { ...common, Expression: of.text };
  const { namespace, name, dimensions } = of.metric;
  const Metric = { Namespace: namespace, MetricName: name, Dimensions: describeDimensions(dimensions) };
  return { ...common, MetricStat: { Metric, Period: of.periodSeconds, Stat: of.stat, Unit: of.unit } };
}
