import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';

const eventOf = (messages: readonly string[], messageType = 'DATA_MESSAGE') => {
  const logEvents = messages.map((message, index) => ({
    id: String(index),
    timestamp: 1_763_553_600_000,
    message,
  }));
  const payload = {
    messageType,
    owner: '1',
    logGroup: 'g',
    logStream: 's',
    subscriptionFilters: ['f'],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };
};
const streamEventOf = (texts: readonly string[]) => ({
  invocationId: 'a0b1',
  deliveryStreamArn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/amazon-apigateway-orders',
  region: 'us-east-1',
  records: texts.map((text, index) => ({
    recordId: `4954698668313554428650745793632162567570019247115678515${index}`,
    approximateArrivalTimestamp: 1_763_553_600_000,
    data: Buffer.from(text).toString('base64'),
  })),
});
const ENVIRONMENT = {
  GATEWRIGHT_USAGE_TABLE: 'usage',
  // No server listens there: charging is tested in test/shared/quota and end to end.
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'y',
};

describe('usage-tracker', () => {
  it('answers the health check of CloudWatch Logs without touching the table', async () => {
    const [ran] = await runInstance('usage-tracker', ENVIRONMENT, eventOf(['hello'], 'CONTROL_MESSAGE'));

    assert.equal(errorOf(ran), undefined);
    assert.equal(resultOf(ran), undefined);
  });

  it('counts lines that it cannot read or charge, and does not print them', async () => {
    const uncounted = JSON.stringify({ requestId: 'r', status: '200', plan: 'p', tenant: 't', key: '-' });
    const [ran] = await runInstance('usage-tracker', ENVIRONMENT, eventOf(['canary', uncounted]));

    assert.equal(ran?.metrics.get('UsageMalformed'), 1);
    assert.equal(ran.metrics.get('UsageUncounted'), 1);
    assert.equal(ran.metrics.get('UsageCharged'), 0);
    assert.equal(ran.metrics.has('UsageLag'), false);
    assert.match(ran.output, /"service":"usage-tracker"/);
    assert.doesNotMatch(ran.output, /canary/);
  });

  it('fails while the table is out of reach, so that Lambda gives it the lines again', async () => {
    const line = JSON.stringify({ requestId: 'r', status: '200', plan: 'p', tenant: 't', key: 'k' });
    const [ran] = await runInstance('usage-tracker', ENVIRONMENT, eventOf([line]));

    assert.match(errorOf(ran) ?? '', /could not be charged completely/);
    assert.match(ran?.output ?? '', /STORE_UNAVAILABLE/);
  });

  it('measures how long ago its newest request was, also if its plan does not exist yet', async (t) => {
    const line = (at: number) =>
      JSON.stringify({
        requestId: `r${at}`,
        requestTimeEpoch: at,
        status: '200',
        plan: 'p',
        tenant: 't',
        key: 'k',
      });
    t.mock.timers.enable({ apis: ['Date'], now: 1_763_557_200_000 });
    const newest = Date.now() - 3_600_000;
    const { ran } = await runWithTable('usage-tracker', eventOf([line(newest - 60_000), line(newest)]));

    assert.equal(ran?.metrics.get('UsageLag'), 3_600_000);
  });

  it('answers a delivery stream with its records as they came, counted or not', async () => {
    const uncounted = JSON.stringify({ requestId: 'r', status: '200', plan: 'p', tenant: 't', key: '-' });
    const event = streamEventOf([`${uncounted}\n`, 'canary\n']);
    const [ran] = await runInstance('usage-tracker', ENVIRONMENT, event);

    assert.deepEqual(resultOf(ran), {
      records: event.records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data })),
    });
    assert.equal(ran?.metrics.get('UsageUncounted'), 1);
    assert.equal(ran.metrics.get('UsageMalformed'), 1);
  });

  it('fails a delivery stream while the table is out of reach, so that it gives the records again', async () => {
    const line = JSON.stringify({ requestId: 'r', status: '200', plan: 'p', tenant: 't', key: 'k' });
    const [ran] = await runInstance('usage-tracker', ENVIRONMENT, streamEventOf([line]));

    assert.match(errorOf(ran) ?? '', /could not be charged completely/);
  });

  it('says what is wrong with its configuration', async () => {
    const [fields] = await runInstance(
      'usage-tracker',
      { ...ENVIRONMENT, GATEWRIGHT_USAGE_FIELDS: 'kee=sub' },
      eventOf([]),
    );
    const [counts] = await runInstance(
      'usage-tracker',
      { ...ENVIRONMENT, GATEWRIGHT_USAGE_COUNTS: 'some' },
      eventOf([]),
    );

    assert.match(
      errorOf(fields) ?? '',
      /GATEWRIGHT_USAGE_FIELDS must be pairs such as key=sub, with the names requestId/,
    );
    assert.match(
      errorOf(counts) ?? '',
      /GATEWRIGHT_USAGE_COUNTS is ".*"; expected "reached", "succeeded" or "all"/,
    );
  });
});
