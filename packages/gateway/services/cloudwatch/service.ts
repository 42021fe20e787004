/** CloudWatch's metrics and alarms: what gateway and functions measure, kept for the run, and read by SDKs. */
import { lastPartOf } from '../../kernel/event-rows.ts';
import { AlarmBoard } from './alarms/alarm-board.ts';
import { answerCloudWatch } from './api/calls.ts';
import { readEmbedded } from './metrics/embedded-format.ts';
import { readMeasurement } from './metrics/measurement.ts';
import { MetricStore } from './metrics/metric-store.ts';
import { readAlarms } from './read-alarms.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import type { Entry } from './alarms/alarm-board.ts';

export function open(ports: ServicePorts): Service {
  const { clock, accountId, report } = ports;
  const store = new MetricStore({ report });
  const board = new AlarmBoard({ ...ports, store });
  const ends = [
    ports.metrics.follow((measurement) => {
      for (const data of readMeasurement(measurement)) store.add(data);
    }),
    ports.lines.follow(({ text }) => {
      for (const data of readEmbedded(text)) store.add(data);
    }),
  ];
  return {
    api: {
      jsonVersion: '1.0',
      namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
      answer: ({ operation, request: { region } }) =>
        answerCloudWatch(operation, { store, board, clock, accountId, region }),
    },
    prepare(stacks) {
      const alarms = readAlarms(stacks);
      return () => board.replace(alarms);
    },
    rows: () => board.all.map(describeRow),
    reset() {
      board.clear();
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
