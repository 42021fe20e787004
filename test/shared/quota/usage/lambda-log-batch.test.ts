import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLogBatch } from '#shared/quota/usage/lambda-log-batch.ts';

const eventOf = (payload: unknown) => ({
  awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') },
});

// Source: the example of "Using subscription filters with Lambda" in the CloudWatch Logs user guide.
const PAYLOAD = {
  owner: '123456789012',
  logGroup: '/aws/apigateway/orders',
  logStream: '0a1b',
  subscriptionFilters: ['usage'],
  messageType: 'DATA_MESSAGE',
  logEvents: [
    {
      id: '31953106606966983378809025079804211143289615424298221568',
      timestamp: 1432826855000,
      message: '{"a":1}',
    },
    {
      id: '31953106606966983378809025079804211143289615424298221569',
      timestamp: 1432826855001,
      message: 'x',
    },
  ],
};

describe('readLogBatch', () => {
  it('reads the lines of a batch', () => {
    assert.deepEqual(readLogBatch(eventOf(PAYLOAD)), [
      { timestampEpochMs: 1432826855000, message: '{"a":1}' },
      { timestampEpochMs: 1432826855001, message: 'x' },
    ]);
  });

  it("finds no lines in CloudWatch's control message", () => {
    const message = 'CWL CONTROL MESSAGE: Checking health of destination Lambda';
    const logEvents = [{ id: '', timestamp: 1432826855000, message }];

    assert.deepEqual(readLogBatch(eventOf({ ...PAYLOAD, messageType: 'CONTROL_MESSAGE', logEvents })), []);
  });

  const bomb = { awslogs: { data: gzipSync(Buffer.alloc(17 * 1024 * 1024)).toString('base64') } };
  const rows: readonly { name: string; event: unknown }[] = [
    { name: 'no object', event: 'x' },
    { name: 'another event', event: { Records: [] } },
    { name: 'data that is not gzip', event: { awslogs: { data: 'aGFsbG8=' } } },
    { name: 'a gzip of something else', event: { awslogs: { data: gzipSync('hello').toString('base64') } } },
    { name: 'a gzip that would grow without bound', event: bomb },
    { name: 'a message of another type', event: eventOf({ ...PAYLOAD, messageType: 'OTHER' }) },
    { name: 'lines without time', event: eventOf({ ...PAYLOAD, logEvents: [{ message: 'x' }] }) },
    { name: 'lines that are not a list', event: eventOf({ ...PAYLOAD, logEvents: {} }) },
  ];
  for (const { name, event } of rows)
    it(`refuses ${name}`, () => {
      assert.throws(() => readLogBatch(event), { code: 'EVENT_MALFORMED' });
    });
});
