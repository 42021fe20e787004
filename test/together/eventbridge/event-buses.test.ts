/** Services together: eventbridge, lambda-events, scheduler, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as eventbridge from '../../../packages/gateway/services/eventbridge/service.ts';
import * as scheduler from '../../../packages/gateway/services/scheduler/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sqs, events: eventbridge, scheduler, lambda: lambdaEvents };

const RULE = (more: string, targets: string): string => `
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: paid
      EventBusName: !Ref Bus
      ${more}
      Targets: [${targets}]`;
const PATTERN = 'EventPattern: { source: [shop], detail: { state: [paid] } }';
const WORK = '{ Id: w, Arn: !GetAtt work.Arn }';

const entry = (detail: object, more: object = {}) => ({
  EventBusName: 'shop',
  Source: 'shop',
  DetailType: 'order',
  Detail: JSON.stringify(detail),
  ...more,
});

// Source: EventBridge user guide, "Amazon EventBridge event structure", "Amazon EventBridge rules", docs/aws §18.5
describe('EventBuses', () => {
  it('prints all entries of a call that has more than ten', async () => {
    const given = { Source: 's', DetailType: 't', Detail: '{"a": 1}', EventBusName: 'default' };
    const Entries = Array.from({ length: 11 }, () => given);
    const refused = await anEventEngine(SERVICES, {
      resources: RULE(PATTERN, WORK),
      functions: { work: () => 1 },
    }).call('events', 'PutEvents', { Entries });

    // LocalStack, test_put_events_exceed_limit_ten_entries, January 2025
    const printed =
      'PutEventsRequestEntry(time=null, source=s, resources=null, detailType=t, detail={"a": 1}, eventBusName=default, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)';
    assert.equal(
      refused['message'],
      `1 validation error detected: Value '[${Entries.map(() => printed).join(', ')}]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  });

  it('reports an event that no rule matches, once for each reason, with what differs or the State of the rule', async () => {
    for (const [more, said] of [
      [PATTERN, 'for the rule paid, detail.state is "open", expected "paid"'],
      [
        'State: DISABLED\n      EventPattern: { source: [shop] }',
        'the rule paid would match, but its State is DISABLED',
      ],
    ] as const) {
      const bench = anEventEngine(SERVICES, { resources: RULE(more, WORK), functions: { work: () => 1 } });

      await bench.call('events', 'PutEvents', {
        Entries: [entry({ state: 'open' }), entry({ state: 'open' })],
      });
      await bench.engine.idle();

      assert.deepEqual(bench.reports, [
        `the event order of shop matches no rule of shop, so no target gets it: ${said}`,
      ]);
    }
  });

  it('passes an event to the function of the rule that it matches', async () => {
    const bench = anEventEngine(SERVICES, { resources: RULE(PATTERN, WORK), functions: { work: () => 1 } });
    const answer = await bench.call('events', 'PutEvents', {
      Entries: [
        entry({ state: 'paid' }, { Resources: ['r'], Time: 1_700_000_000 }),
        entry({ state: 'open' }),
        entry({ state: 'paid' }, { EventBusName: 'default' }),
        entry({ state: 'paid' }, { Source: undefined }),
      ],
    });
    await bench.engine.idle();
    assert.equal(answer['FailedEntryCount'], 1);
    const { EventId: id } = (answer['Entries'] as { EventId: string }[])[0] ?? {};
    assert.deepEqual(
      bench.invoker.calls.map(({ event }) => event),
      [
        {
          version: '0',
          id,
          'detail-type': 'order',
          source: 'shop',
          account: ACCOUNT,
          time: '2023-11-14T22:13:20Z',
          region: REGION,
          resources: ['r'],
          detail: { state: 'paid' },
        },
      ],
    );
  });

  for (const { name, target, gets } of [
    { name: 'Input', target: `Input: '{"fixed":true}'`, gets: { fixed: true } },
    { name: 'InputPath', target: "InputPath: '$.detail.lines[1]'", gets: { sku: 'b 2' } },
    {
      name: 'an InputTransformer',
      target: `InputTransformer: { InputPathsMap: { sku: '$.detail.lines[1].sku', all: $.detail.lines, no: $.detail.no }, InputTemplate: '{"text":"sku <sku> of <aws.events.rule-name><no>","sku":<sku>,"lines":<all>}' }`,
      gets: { text: 'sku b 2 of paid', sku: 'b 2', lines: [{ sku: 'a' }, { sku: 'b 2' }] },
    },
  ])
    // Source: EventBridge user guide, "Amazon EventBridge input transformation"
    it(`gives a target what ${name} makes of the event`, async () => {
      const bench = anEventEngine(SERVICES, {
        resources: RULE(PATTERN, `{ Id: w, Arn: !GetAtt work.Arn, ${target} }`),
        functions: { work: () => 1 },
      });
      const detail = { state: 'paid', lines: [{ sku: 'a' }, { sku: 'b 2' }] };
      await bench.call('events', 'PutEvents', { Entries: [entry(detail)] });
      await bench.engine.idle();
      assert.deepEqual(bench.invoker.calls[0]?.event, gets);
    });

  it('delivers nothing, and says why, if an InputTransformer makes invalid JSON', async () => {
    const transformer = `InputTransformer: { InputPathsMap: { all: $.detail }, InputTemplate: '{"all":"<all>"}' }`;
    const bench = anEventEngine(SERVICES, {
      resources: RULE(PATTERN, `{ Id: w, Arn: !GetAtt work.Arn, ${transformer} }`),
      functions: { work: () => 1 },
    });
    await bench.call('events', 'PutEvents', { Entries: [entry({ state: 'paid' })] });
    await bench.engine.idle();
    assert.equal(bench.invoker.calls.length, 0);
    assert.match(
      bench.reports.join('\n'),
      /delivered nothing to \S+, because the input template turned the event \S+ into invalid JSON/,
    );
  });

  it('sends what a target cannot take to its dead-letter queue, and a rule that is switched off nothing', async () => {
    const dead = 'DeadLetterConfig: { Arn: !GetAtt Dead.Arn }';
    const gone = `{ Id: g, Arn: 'arn:aws:lambda:${REGION}:${ACCOUNT}:function:gone', ${dead} }`;
    const bench = anEventEngine(SERVICES, { resources: RULE(PATTERN, gone) });
    await bench.call('events', 'PutEvents', { Entries: [entry({ state: 'paid' })] });
    await bench.engine.idle();
    const [message] =
      bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:dead`)?.receive({ most: 1 }) ?? [];
    assert.equal((JSON.parse(message?.body ?? '{}') as { source: string }).source, 'shop');
    assert.equal(message?.attributes['ERROR_CODE']?.StringValue, 'NOT_FOUND');
    const off = anEventEngine(SERVICES, {
      resources: RULE(`State: DISABLED\n      ${PATTERN}`, WORK),
      functions: { work: () => 1 },
    });
    await off.call('events', 'PutEvents', { Entries: [entry({ state: 'paid' })] });
    await off.engine.idle();
    assert.equal(off.invoker.calls.length, 0);
  });

  it('passes events on from bus to bus, and a circle of buses ends', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  One: { Type: AWS::Events::EventBus, Properties: { Name: one } }
  Two: { Type: AWS::Events::EventBus, Properties: { Name: two } }
  Forth: { Type: AWS::Events::Rule, Properties: { EventBusName: one, EventPattern: { source: [shop] }, Targets: [{ Id: t, Arn: !GetAtt Two.Arn }] } }
  Back: { Type: AWS::Events::Rule, Properties: { EventBusName: two, EventPattern: { source: [shop] }, Targets: [{ Id: o, Arn: !GetAtt One.Arn }, ${WORK}] } }`,
      functions: { work: () => 1 },
    });
    const rounds: number[] = [];
    for (const n of [1, 2]) {
      const before = bench.invoker.calls.length;
      await bench.call('events', 'PutEvents', { Entries: [entry({ n }, { EventBusName: 'one' })] });
      await bench.engine.idle();
      rounds.push(bench.invoker.calls.length - before);
    }
    assert.ok(
      rounds.every((count) => count >= 1 && count <= 10),
      String(rounds),
    );
    assert.equal(rounds[0], rounds[1], 'one event is like the other');
    assert.deepEqual((bench.invoker.calls[0]?.event as { detail: unknown }).detail, { n: 1 });
    assert.deepEqual(
      bench.services.events.handTargets?.().map(({ arn, name }) => [arn, name]),
      ['one', 'two'].map((name) => [`arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${name}`, name]),
    );
  });

  it('says which targets are not run', () => {
    const bench = anEventEngine(SERVICES, {
      resources: RULE(PATTERN, `{ Id: c, Arn: 'arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/c' }`),
    });
    assert.match(
      bench.unsupported[0]?.consequence ?? '',
      /^the target arn:aws:ecs:.* receives no events, because the gateway does not run its service$/,
    );
  });

  it('names parameters of a target that have no effect', () => {
    const target = "{ Id: w, Arn: !GetAtt work.Arn, KinesisParameters: { PartitionKeyPath: '$.id' } }";
    const resources = RULE(PATTERN, target);
    const bench = anEventEngine(SERVICES, { resources, functions: { work: () => 1 } });

    assert.match(
      bench.unsupported[0]?.consequence ?? '',
      /^KinesisParameters of the target .* has no effect in this gateway$/,
    );
  });
});

// Source: EventBridge user guide, "Creating a rule that runs on a schedule"; Scheduler user guide, docs/aws §18.4
describe('Schedules', () => {
  const NIGHTLY = `
  Nightly:
    Type: AWS::Events::Rule
    Properties: { Name: nightly, ScheduleExpression: 'cron(0 2 * * ? *)', Targets: [${WORK}] }`;

  it('runs a rule at its times, with its own event, when the clock gets there', async () => {
    const bench = anEventEngine(SERVICES, { resources: NIGHTLY, functions: { work: () => 1 } });
    // It is 14 April 2025, 22:13:38.
    await bench.advance(3 * 3_600_000);
    assert.equal(bench.invoker.calls.length, 0);
    await bench.advance(3_600_000);
    const { id, ...event } = bench.invoker.calls[0]?.event as Record<string, unknown>;
    assert.equal(typeof id, 'string');
    assert.deepEqual(event, {
      version: '0',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: ACCOUNT,
      time: '2025-04-15T02:00:00Z',
      region: REGION,
      detail: {},
      resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/nightly`],
    });
    await bench.advance(2 * 86_400_000);
    assert.equal(bench.invoker.calls.length, 3);
  });

  it('runs a hundred times that the clock has skipped, and reports that there were more', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: NIGHTLY.replace('cron(0 2 * * ? *)', 'rate(1 minute)'),
      functions: { work: () => 1 },
    });
    await bench.advance(86_400_000);
    assert.equal(bench.invoker.calls.length, 100);
    assert.match(bench.reports[0] ?? '', /nightly: the clock jumped over more than 100/);
    await bench.advance(60_000);
    assert.equal(bench.invoker.calls.length, 101);
  });

  it('starts no time of a jump before the work of the one before it has ended', async () => {
    let running = 0;
    let most = 0;
    const bench = anEventEngine(SERVICES, {
      resources: NIGHTLY.replace('cron(0 2 * * ? *)', 'rate(1 hour)'),
      functions: {
        work: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return 1;
        },
      },
    });
    await bench.advance(86_400_000);
    assert.deepEqual([bench.invoker.calls.length, most], [24, 1]);
  });

  it('runs a schedule of EventBridge Scheduler in its time zone, between its dates, with its input', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: daily
      ScheduleExpression: cron(0 9 * * ? *)
      ScheduleExpressionTimezone: Asia/Tokyo
      EndDate: '2025-04-16T12:00:00Z'
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target: { Arn: !GetAtt work.Arn, RoleArn: r, Input: '{"at":"<aws.scheduler.scheduled-time>"}' }`,
      functions: { work: () => 1 },
    });
    await bench.advance(5 * 86_400_000);
    assert.deepEqual(
      bench.invoker.calls.map(({ event }) => event),
      [{ at: '2025-04-15T00:00:00Z' }, { at: '2025-04-16T00:00:00Z' }],
    );
  });

  const RATE = (start: string): string => `
  Often:
    Type: AWS::Scheduler::Schedule
    Properties:
      Name: often
      ScheduleExpression: rate(1 hour)
      ${start}
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target: { Arn: !GetAtt work.Arn, RoleArn: r, Input: '"<aws.scheduler.scheduled-time>"' }`;
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
  const rates = [
    {
      title: 'at once, and then each hour',
      start: '',
      times: ['2025-04-14T22:13:38Z', '2025-04-14T23:13:38Z', '2025-04-15T00:13:38Z'],
    },
    {
      title: 'from its StartDate on',
      start: `StartDate: '2025-04-14T23:00:00Z'`,
      times: ['2025-04-14T23:00:00Z', '2025-04-15T00:00:00Z'],
    },
    {
      title: 'as its StartDate counts, which has passed',
      start: `StartDate: '2025-01-01T00:30:00Z'`,
      times: ['2025-04-14T22:30:00Z', '2025-04-14T23:30:00Z'],
    },
  ];
  for (const { title, start, times } of rates)
    it(`runs a rate of EventBridge Scheduler ${title}`, async () => {
      const bench = anEventEngine(SERVICES, { resources: RATE(start), functions: { work: () => 1 } });
      await bench.advance(2 * 3_600_000 + 60_000);
      assert.deepEqual(
        bench.invoker.calls.map(({ event }) => event),
        times,
      );
      await bench.engine.clear(() => Promise.resolve());
      await bench.advance(60_000);
      assert.equal(bench.invoker.calls.length, times.length, 'nothing is made anew');
    });

  it('reports an invalid expression', () => {
    const { faults } = anEventEngine(SERVICES, {
      resources: NIGHTLY.replace('cron(0 2 * * ? *)', 'every night'),
      functions: { work: () => 1 },
    });
    assert.match(
      faults.all[0]?.error.message ?? '',
      /Parameter ScheduleExpression is not valid\. .*not "every night"/,
    );
  });
});
