import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as logs from '../../../../../packages/gateway/services/cloudwatch-logs/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';

const GROUP = '/aws/lambda/orders';
const RESOURCES =
  '  Access: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: access, RetentionInDays: 7 } }';
type Answer = Readonly<Record<string, unknown>>;

function aBench(): EventBench<{ logs: typeof logs }> {
  return anEventEngine({ logs }, { resources: RESOURCES });
}

function write({ engine, clock }: EventBench, ...texts: readonly string[]): void {
  for (const text of texts)
    engine.lines.publish({ group: GROUP, stream: 'one', text, epochMs: clock.nowEpochMs() });
}

function messagesOf(answer: Answer): readonly unknown[] {
  return (answer['events'] as readonly { readonly message: string }[]).map(({ message }) => message);
}

function namesOf(answer: Answer): readonly unknown[] {
  return (answer['logGroups'] as readonly { readonly logGroupName: string }[]).map(
    ({ logGroupName }) => logGroupName,
  );
}

describe('FilterLogEvents', () => {
  it('finds events that were written before the service was loaded, as CloudWatch Logs shows them', async () => {
    const bench = aBench();
    bench.engine.lines.publish({
      group: GROUP,
      text: 'hello',
      prefix: '2025-04-14T22:13:38.000Z\tid\tINFO\t',
      epochMs: EPOCH_MS,
    });

    assert.deepEqual(await bench.call('logs', 'FilterLogEvents', { logGroupName: GROUP }), {
      events: [
        {
          logStreamName: 'gatewright',
          timestamp: EPOCH_MS,
          message: '2025-04-14T22:13:38.000Z\tid\tINFO\thello',
          ingestionTime: EPOCH_MS,
          eventId: `${EPOCH_MS}000000000000`.padStart(56, '0'),
        },
      ],
      searchedLogStreams: [],
    });
  });

  it('gives pages, by time, each event once', async () => {
    const bench = aBench();
    write(bench, 'b', 'c');
    bench.engine.lines.publish({ group: GROUP, text: 'a', epochMs: EPOCH_MS - 1 });
    const first = await bench.call('logs', 'FilterLogEvents', { logGroupName: GROUP, limit: 2 });
    write(bench, 'd');
    const second = await bench.call('logs', 'FilterLogEvents', {
      logGroupName: GROUP,
      limit: 2,
      nextToken: first['nextToken'],
    });

    assert.deepEqual(
      [messagesOf(first), messagesOf(second)],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    );
    assert.equal(second['nextToken'], undefined);
  });

  it('chooses by pattern, streams and time, the end included', async () => {
    const bench = aBench();
    write(bench, 'ERROR one');
    await bench.advance(1000);
    write(bench, 'ERROR two', 'INFO two');
    bench.engine.lines.publish({ group: GROUP, stream: 'other', text: 'ERROR other', epochMs: EPOCH_MS });
    const ask = async (more: object): Promise<readonly unknown[]> =>
      messagesOf(
        await bench.call('logs', 'FilterLogEvents', { logGroupName: GROUP, filterPattern: 'ERROR', ...more }),
      );

    assert.deepEqual(await ask({}), ['ERROR one', 'ERROR other', 'ERROR two']);
    assert.deepEqual(await ask({ startTime: EPOCH_MS + 1 }), ['ERROR two']);
    assert.deepEqual(await ask({ endTime: EPOCH_MS }), ['ERROR one', 'ERROR other']);
    assert.deepEqual(await ask({ logStreamNames: ['other'] }), ['ERROR other']);
    assert.deepEqual(await ask({ logStreamNamePrefix: 'on' }), ['ERROR one', 'ERROR two']);
  });

  it('follows a group as `aws logs tail --follow` does: from the time of the last event, by event id', async () => {
    const bench = aBench();
    const seen = new Map<string, string>();
    let startTime = 0;
    const look = async (): Promise<void> => {
      const { events } = await bench.call('logs', 'FilterLogEvents', {
        logGroupName: GROUP,
        startTime,
        interleaved: true,
      });
      for (const { eventId, message, timestamp } of events as readonly {
        eventId: string;
        message: string;
        timestamp: number;
      }[]) {
        seen.set(eventId, message);
        startTime = timestamp;
      }
    };
    write(bench, 'one');
    await look();
    write(bench, 'same millisecond');
    await look();
    await bench.advance(5);
    write(bench, 'later');
    await look();

    assert.deepEqual([...seen.values()], ['one', 'same millisecond', 'later']);
  });
});

describe('GetLogEvents', () => {
  it('reads a stream in both directions, and gives back the token at its end', async () => {
    const bench = aBench();
    write(bench, 'a', 'b', 'c');
    const ask = (more: object): Promise<Answer> =>
      bench.call('logs', 'GetLogEvents', { logGroupName: GROUP, logStreamName: 'one', limit: 2, ...more });
    const last = await ask({});
    const earlier = await ask({ nextToken: last['nextBackwardToken'] });
    const head = await ask({ startFromHead: true });
    const rest = await ask({ nextToken: head['nextForwardToken'] });
    const end = await ask({ nextToken: rest['nextForwardToken'] });
    write(bench, 'd');
    const more = await ask({ nextToken: end['nextForwardToken'] });

    assert.deepEqual([last, earlier, head, rest, end, more].map(messagesOf), [
      ['b', 'c'],
      ['a'],
      ['a', 'b'],
      ['c'],
      [],
      ['d'],
    ]);
    assert.equal(end['nextForwardToken'], rest['nextForwardToken']);
    // The examples of get-log-events in the AWS CLI reference have 56 digits.
    assert.match(String(end['nextForwardToken']), /^f\/\d{56}$/);
    assert.match(String(end['nextBackwardToken']), /^b\/\d{56}$/);
  });

  it('excludes the end of its time', async () => {
    const bench = aBench();
    write(bench, 'a');

    const answer = await bench.call('logs', 'GetLogEvents', {
      logGroupName: GROUP,
      logStreamName: 'one',
      endTime: EPOCH_MS,
    });

    assert.deepEqual(messagesOf(answer), []);
  });
});

describe('log groups', () => {
  it('belong to stacks, to calls and to lines', async () => {
    const bench = aBench();
    write(bench, 'x');
    await bench.call('logs', 'CreateLogGroup', { logGroupName: 'made' });

    const all = await bench.call('logs', 'DescribeLogGroups', {});
    const one = await bench.call('logs', 'DescribeLogGroups', { logGroupNamePrefix: 'acc' });

    assert.deepEqual(namesOf(all), [GROUP, 'access', 'made']);
    assert.deepEqual(one['logGroups'], [
      {
        logGroupName: 'access',
        creationTime: EPOCH_MS,
        retentionInDays: 7,
        metricFilterCount: 0,
        arn: 'arn:aws:logs:us-east-1:123456789012:log-group:access:*',
        storedBytes: 0,
        deletionProtectionEnabled: false,
        logGroupClass: 'STANDARD',
        logGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:access',
      },
    ]);
  });

  it('are rows of the console once a call has loaded the service', () => {
    const bench = aBench();
    write(bench, 'x', 'y');

    assert.deepEqual(
      bench.engine.rows.map(({ name, state }) => [name, state]),
      [
        [GROUP, '2 events, 1 kB'],
        ['access', '0 events, 0 kB'],
      ],
    );
  });

  it('come in pages', async () => {
    const bench = aBench();
    await bench.call('logs', 'CreateLogGroup', { logGroupName: 'b' });
    const first = await bench.call('logs', 'DescribeLogGroups', { limit: 1 });
    const second = await bench.call('logs', 'DescribeLogGroups', { limit: 1, nextToken: first['nextToken'] });

    assert.deepEqual([namesOf(first), namesOf(second), second['nextToken']], [['access'], ['b'], undefined]);
  });

  it('store streams and events of calls', async () => {
    const bench = aBench();
    await bench.call('logs', 'CreateLogStream', { logGroupName: 'access', logStreamName: 's' });
    const logEvents = [{ timestamp: EPOCH_MS - 5, message: 'sent' }];
    await bench.call('logs', 'PutLogEvents', { logGroupName: 'access', logStreamName: 's', logEvents });

    const { logStreams } = await bench.call('logs', 'DescribeLogStreams', {
      logGroupName: 'access',
      orderBy: 'LastEventTime',
    });

    assert.deepEqual(logStreams, [
      {
        logStreamName: 's',
        creationTime: EPOCH_MS,
        firstEventTimestamp: EPOCH_MS - 5,
        lastEventTimestamp: EPOCH_MS - 5,
        lastIngestionTime: EPOCH_MS,
        arn: 'arn:aws:logs:us-east-1:123456789012:log-group:access:log-stream:s',
        storedBytes: 0,
      },
    ]);
  });

  it('order their streams by the last event, and one without events by when it was made', async () => {
    const bench = aBench();
    const group = { logGroupName: 'access' };
    const streamsBy = async (more: object): Promise<readonly unknown[]> => {
      const found = await bench.call('logs', 'DescribeLogStreams', { ...group, ...more });
      return (found['logStreams'] as { logStreamName: string }[]).map(({ logStreamName }) => logStreamName);
    };
    for (const name of ['a-used', 'b-empty', 'c-late']) {
      await bench.call('logs', 'CreateLogStream', { ...group, logStreamName: name });
      await bench.advance(1_000);
    }
    for (const [name, agoMs] of [
      ['a-used', 0],
      ['c-late', 2_500],
    ] as const)
      await bench.call('logs', 'PutLogEvents', {
        ...group,
        logStreamName: name,
        logEvents: [{ timestamp: bench.clock.nowEpochMs() - agoMs, message: 'm' }],
      });

    assert.deepEqual(await streamsBy({}), ['a-used', 'b-empty', 'c-late']);
    assert.deepEqual(await streamsBy({ orderBy: 'LastEventTime' }), ['c-late', 'b-empty', 'a-used']);
    assert.deepEqual(await streamsBy({ orderBy: 'LastEventTime', descending: true }), [
      'a-used',
      'b-empty',
      'c-late',
    ]);
  });

  // API reference, PutLogEvents: "The maximum number of log events in a batch is 10,000."
  it('accept 10,000 events at once, and no more', async () => {
    const bench = aBench();
    const group = { logGroupName: 'access', logStreamName: 's' };
    await bench.call('logs', 'CreateLogStream', group);
    const event = { timestamp: bench.clock.nowEpochMs(), message: 'm' };
    const put = (count: number): Promise<Answer> =>
      bench.call('logs', 'PutLogEvents', { ...group, logEvents: Array.from({ length: count }, () => event) });

    assert.deepEqual(Object.keys(await put(10_000)), ['nextSequenceToken']);
    assert.match(String((await put(10_001))['message']), /length less than or equal to 10000/);
  });

  it('drop events after the days of their retention', async () => {
    const bench = aBench();
    write(bench, 'old');
    await bench.call('logs', 'PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 1 });
    await bench.advance(86_400_001);
    write(bench, 'new');

    assert.deepEqual(messagesOf(await bench.call('logs', 'FilterLogEvents', { logGroupName: GROUP })), [
      'new',
    ]);
    await bench.call('logs', 'DeleteRetentionPolicy', { logGroupName: GROUP });
    assert.deepEqual(messagesOf(await bench.call('logs', 'FilterLogEvents', { logGroupName: GROUP })), [
      'old',
      'new',
    ]);
  });

  it('are only those of the stacks after a reset, without lines', async () => {
    const bench = aBench();
    write(bench, 'x');
    await bench.call('logs', 'CreateLogGroup', { logGroupName: 'made' });
    await bench.engine.clear(() => Promise.resolve());

    assert.deepEqual(namesOf(await bench.call('logs', 'DescribeLogGroups', {})), ['access']);
  });

  it('accept what PutLogEvents may send, and name what is too old or too new', async () => {
    const bench = aBench();
    await bench.call('logs', 'CreateLogStream', { logGroupName: 'access', logStreamName: 's' });
    const day = 86_400_000;
    const put = (...times: readonly number[]): Promise<Answer> =>
      bench.call('logs', 'PutLogEvents', {
        logGroupName: 'access',
        logStreamName: 's',
        logEvents: times.map((timestamp) => ({ timestamp, message: 'm' })),
      });

    assert.deepEqual((await put(EPOCH_MS, EPOCH_MS + 3 * 3_600_000))['rejectedLogEventsInfo'], {
      tooNewLogEventStartIndex: 1,
    });
    assert.deepEqual((await put(EPOCH_MS - 15 * day))['rejectedLogEventsInfo'], {
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 1,
    });
    assert.deepEqual((await put(EPOCH_MS - 8 * day))['rejectedLogEventsInfo'], {
      expiredLogEventEndIndex: 1,
    });
    assert.match(String((await put(EPOCH_MS, EPOCH_MS - 1))['message']), /chronological order/);
    assert.match(String((await put(EPOCH_MS - 2 * day, EPOCH_MS))['message']), /24 hours/);
  });
});

/** CloudWatch Logs API reference, "Errors" of each operation. */
const REFUSED: readonly (readonly [action: string, input: object, code: string])[] = [
  ['FilterLogEvents', { logGroupName: 'none' }, 'ResourceNotFoundException'],
  ['FilterLogEvents', { logGroupName: 'no spaces' }, 'InvalidParameterException'],
  ['FilterLogEvents', {}, 'InvalidParameterException'],
  ['FilterLogEvents', { logGroupName: 'access', logGroupIdentifier: 'access' }, 'ValidationException'],
  // Source: moto, test_logs.py, test_arn_formats_log_group_and_stream (aws_verified)
  [
    'FilterLogEvents',
    { logGroupIdentifier: `arn:aws:logs:us-east-1:123456789012:log-group:access:*` },
    'InvalidParameterException',
  ],
  ['FilterLogEvents', { logGroupName: 'access', limit: 10_001 }, 'InvalidParameterException'],
  ['FilterLogEvents', { logGroupName: 'access', filterPattern: '{' }, 'InvalidParameterException'],
  ['FilterLogEvents', { logGroupName: 'access', nextToken: 'x' }, 'InvalidParameterException'],
  [
    'FilterLogEvents',
    { logGroupName: 'access', logStreamNames: ['a'], logStreamNamePrefix: 'a' },
    'InvalidParameterException',
  ],
  ['GetLogEvents', { logGroupName: 'access', logStreamName: 'none' }, 'ResourceNotFoundException'],
  ['CreateLogGroup', { logGroupName: 'access' }, 'ResourceAlreadyExistsException'],
  ['CreateLogStream', { logGroupName: 'none', logStreamName: 's' }, 'ResourceNotFoundException'],
  ['CreateLogStream', { logGroupName: 'access', logStreamName: 'a:b' }, 'InvalidParameterException'],
  ['PutRetentionPolicy', { logGroupName: 'access', retentionInDays: 8 }, 'InvalidParameterException'],
  [
    'PutLogEvents',
    { logGroupName: 'access', logStreamName: 's', logEvents: [] },
    'InvalidParameterException',
  ],
  [
    'DescribeLogStreams',
    { logGroupName: 'access', orderBy: 'LastEventTime', logStreamNamePrefix: 'a' },
    'InvalidParameterException',
  ],
  ['DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'b' }, 'InvalidParameterException'],
  [
    'StartQuery',
    { logGroupName: 'none', startTime: 0, endTime: 1, queryString: 'fields a' },
    'ResourceNotFoundException',
  ],
  [
    'StartQuery',
    { logGroupName: 'access', startTime: 0, endTime: 1, queryString: 'dedup a' },
    'MalformedQueryException',
  ],
  [
    'StartQuery',
    { logGroupName: 'access', startTime: 2, endTime: 1, queryString: 'fields a' },
    'InvalidParameterException',
  ],
  ['StartQuery', { startTime: 0, endTime: 1, queryString: 'fields a' }, 'InvalidParameterException'],
  [
    'StartQuery',
    { logGroupName: 'access', startTime: 0, endTime: 1, queryString: 'a', queryLanguage: 'SQL' },
    'InvalidParameterException',
  ],
  ['GetQueryResults', { queryId: 'none' }, 'ResourceNotFoundException'],
  ['DescribeLogGroups', { limit: 'ten' }, 'SerializationException'],
];

describe('a call of CloudWatch Logs', () => {
  for (const [action, input, code] of REFUSED)
    it(`${action} ${JSON.stringify(input)} is refused: ${code}`, async () => {
      assert.equal((await aBench().call('logs', action, input))['__type'], code);
    });

  it('that is not done is refused by name', async () => {
    await assert.rejects(aBench().call('logs', 'StartLiveTail', {}), /StartLiveTail of CloudWatch Logs/);
  });
});

describe('a query', () => {
  it('reads its groups and its time span, and reports what it has read', async () => {
    const bench = aBench();
    write(bench, '{"ms":1}', '{"ms":3}');
    await bench.advance(10_000);
    write(bench, '{"ms":100}');
    const seconds = Math.floor(EPOCH_MS / 1000);
    const query = {
      logGroupNames: [GROUP, 'access'],
      startTime: seconds,
      endTime: seconds + 5,
      queryString: 'stats avg(ms) as a',
    };
    const { queryId } = await bench.call('logs', 'StartQuery', query);
    await bench.engine.idle();

    assert.deepEqual(await bench.call('logs', 'GetQueryResults', { queryId }), {
      queryLanguage: 'CWLI',
      results: [[{ field: 'a', value: '2' }]],
      statistics: { recordsMatched: 2, recordsScanned: 2, bytesScanned: 68 },
      status: 'Complete',
    });
    assert.equal((await bench.call('logs', 'StopQuery', { queryId }))['__type'], 'InvalidParameterException');
  });

  it('can be stopped', async () => {
    const bench = aBench();
    for (let count = 0; count < 30_000; count += 1)
      write(bench, `{"ms":${count},"text":"${'x'.repeat(200)}"}`);
    const query = {
      logGroupName: GROUP,
      startTime: 0,
      endTime: 4_000_000_000,
      queryString: 'filter text like /y+$/',
    };
    const { queryId } = await bench.call('logs', 'StartQuery', query);

    assert.deepEqual(await bench.call('logs', 'StopQuery', { queryId }), { success: true });
    await bench.engine.idle();
    const { status, results } = await bench.call('logs', 'GetQueryResults', { queryId });
    assert.deepEqual([status, results], ['Cancelled', []]);
  });
});
