import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLogDelivery } from '#shared/quota/usage/lambda-log-delivery.ts';

// Source: AWS Lambda developer guide, "Using AWS Lambda with Amazon Kinesis Data Firehose", example event.
const STREAM_EVENT = {
  invocationId: 'invoked123',
  deliveryStreamArn: 'aws:lambda:events',
  region: 'us-west-2',
  records: [
    {
      data: 'SGVsbG8gV29ybGQ=',
      recordId: 'record1',
      approximateArrivalTimestamp: 1510772160000,
      kinesisRecordMetadata: { shardId: 'shardId-000000000000', subsequenceNumber: '' },
    },
    { data: 'SGVsbG8gV29ybGQ=', recordId: 'record2', approximateArrivalTimestamp: 1510772160001 },
  ],
};
const [FIRST] = STREAM_EVENT.records;
const recordOf = (text: string) => ({ ...FIRST, data: Buffer.from(text).toString('base64') });

describe('readLogDelivery', () => {
  it('reads the records of a delivery stream, and gives each back under its id as it came', () => {
    const { lines, reply } = readLogDelivery(STREAM_EVENT);

    assert.deepEqual(lines, [
      { timestampEpochMs: 1510772160000, message: 'Hello World' },
      { timestampEpochMs: 1510772160001, message: 'Hello World' },
    ]);
    assert.deepEqual(reply(new Set()), {
      records: [
        { recordId: 'record1', result: 'Ok', data: 'SGVsbG8gV29ybGQ=' },
        { recordId: 'record2', result: 'Ok', data: 'SGVsbG8gV29ybGQ=' },
      ],
    });
  });

  // Source: Amazon Data Firehose developer guide, "Handle failure in data transformation": such records are kept apart.
  it('returns a record as failed if one of its lines waits, and no other', () => {
    const records = [recordOf('{"a":1}'), { ...recordOf('{"b":1}\n{"c":1}'), recordId: 'record2' }];
    const { lines, reply } = readLogDelivery({ ...STREAM_EVENT, records });

    assert.deepEqual(
      reply(new Set(lines.slice(2)))?.records.map(({ recordId, result }) => [recordId, result]),
      [
        ['record1', 'Ok'],
        ['record2', 'ProcessingFailed'],
      ],
    );
  });

  it('reads every line of a record, and ignores what is between them', () => {
    const records = [recordOf('{"a":"ü"}\n\n{"b":1}\r\n'), recordOf('')];

    assert.deepEqual(
      readLogDelivery({ ...STREAM_EVENT, records }).lines.map(({ message }) => message.trim()),
      ['{"a":"ü"}', '{"b":1}'],
    );
  });

  it('reads a batch of CloudWatch Logs, which takes no answer', () => {
    const payload = { messageType: 'DATA_MESSAGE', logEvents: [{ id: '0', timestamp: 1, message: 'x' }] };
    const data = gzipSync(JSON.stringify(payload)).toString('base64');

    const { lines, reply } = readLogDelivery({ awslogs: { data } });

    assert.deepEqual(lines, [{ timestampEpochMs: 1, message: 'x' }]);
    assert.equal(reply(new Set()), undefined);
    // Lambda gives the whole again, then keeps it: what was charged is charged once all the same.
    assert.throws(() => reply(new Set(lines)), { code: 'USAGE_WAITING' });
  });

  const rows: readonly { name: string; event: unknown }[] = [
    { name: 'an event of neither', event: { records: STREAM_EVENT.records } },
    { name: 'records that are not a list', event: { ...STREAM_EVENT, records: {} } },
    { name: 'a record that is not an object', event: { ...STREAM_EVENT, records: ['x'] } },
    { name: 'a record without id', event: { ...STREAM_EVENT, records: [{ ...FIRST, recordId: undefined }] } },
    { name: 'a record without data', event: { ...STREAM_EVENT, records: [{ ...FIRST, data: null }] } },
    {
      name: 'a record without time',
      event: { ...STREAM_EVENT, records: [{ ...FIRST, approximateArrivalTimestamp: 'now' }] },
    },
  ];
  for (const { name, event } of rows)
    it(`refuses ${name}`, () => {
      assert.throws(() => readLogDelivery(event), { code: 'EVENT_MALFORMED' });
    });
});
