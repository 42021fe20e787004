import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCbor, encodeCbor, Timestamp } from '@gatewright/aws/cbor';
import { EPOCH_MS } from '../../../../../support/virtual-ports.ts';
import { aClient } from '../a-client.ts';

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

async function send(
  { bench }: ReturnType<typeof aClient>,
  request: { readonly path?: string; readonly headers: readonly string[]; readonly body: string | Buffer },
): Promise<Answer> {
  const outcome = await bench.send({ service: 'monitoring', ...request });
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  const names = outcome.headers.filter((_, index) => index % 2 === 0);
  const headers = names.map((name, index) => [name.toLowerCase(), outcome.headers[2 * index + 1] ?? '']);
  return {
    status: outcome.status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: outcome.body,
  };
}

const callCbor = (at: ReturnType<typeof aClient>, action: string, input: object): Promise<Answer> =>
  send(at, {
    path: `/service/GraniteServiceVersion20100801/operation/${action}`,
    headers: [
      'smithy-protocol',
      'rpc-v2-cbor',
      'Content-Type',
      'application/cbor',
      'Accept',
      'application/cbor',
    ],
    body: encodeCbor(input),
  });

const callQuery = (at: ReturnType<typeof aClient>, form: string): Promise<Answer> =>
  send(at, {
    headers: ['Content-Type', 'application/x-www-form-urlencoded'],
    body: `${form}&Version=2010-08-01`,
  });

const MINUTE = 60_000;
const START = Math.floor(EPOCH_MS / MINUTE) * MINUTE;

describe('CloudWatch by RPC v2 CBOR, as boto3 and the AWS CLI call it', () => {
  it('takes and gives timestamps and numbers as their types are', async () => {
    const at = aClient();
    const MetricData = [{ MetricName: 'Errors', Value: 2, Timestamp: new Timestamp(EPOCH_MS) }];
    const written = await callCbor(at, 'PutMetricData', { Namespace: 'Shop', MetricData });
    assert.deepEqual([written.status, decodeCbor(written.body)], [200, {}]);

    const read = await callCbor(at, 'GetMetricData', {
      StartTime: new Timestamp(START),
      EndTime: new Timestamp(START + MINUTE),
      MetricDataQueries: [
        {
          Id: 'e',
          MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' },
        },
      ],
    });
    assert.deepEqual(
      [read.headers['content-type'], read.headers['smithy-protocol']],
      ['application/cbor', 'rpc-v2-cbor'],
    );
    assert.partialDeepStrictEqual(decodeCbor(read.body), {
      MetricDataResults: [{ Id: 'e', Label: 'Errors', Timestamps: [START / 1000], Values: [2] }],
    });
    // A tagged double, and a double although 2 is whole.
    assert.ok(read.body.includes(Buffer.from('c1fb', 'hex')));
    assert.ok(read.body.includes(Buffer.from('fb4000000000000000', 'hex')));
  });

  it('refuses with the name of the shape, and the older code in a header', async () => {
    const { status, headers, body } = await callCbor(aClient(), 'SetAlarmState', {
      AlarmName: 'none',
      StateValue: 'OK',
      StateReason: 'test',
    });

    assert.deepEqual([status, headers['x-amzn-query-error']], [404, 'ResourceNotFound;Sender']);
    assert.deepEqual(decodeCbor(body), {
      __type: 'com.amazonaws.cloudwatch#ResourceNotFound',
      message: '',
    });
  });
});

describe('CloudWatch by the query protocol, as older SDKs call it', () => {
  it('takes lists by their members, and answers XML', async () => {
    const at = aClient();
    const written = await callQuery(
      at,
      'Action=PutMetricAlarm&AlarmName=Failing&Namespace=Shop&MetricName=Errors&Statistic=Sum&Period=60&EvaluationPeriods=1' +
        '&Threshold=0.5&ComparisonOperator=GreaterThanThreshold&ActionsEnabled=false' +
        '&Dimensions.member.1.Name=Stage&Dimensions.member.1.Value=dev' +
        '&AlarmActions.member.1=arn:aws:sns:us-east-1:123456789012:rings',
    );
    assert.equal(written.status, 200);
    assert.match(
      written.body.toString(),
      /^<\?xml[^>]*>\s*<PutMetricAlarmResponse xmlns="http:\/\/monitoring\.amazonaws\.com\/doc\/2010-08-01\/"><ResponseMetadata>/,
    );

    const { body } = await callQuery(at, 'Action=DescribeAlarms&AlarmNames.member.1=Failing');
    const xml = body.toString();
    assert.match(
      xml,
      /<DescribeAlarmsResult><CompositeAlarms><\/CompositeAlarms><MetricAlarms><member><AlarmName>Failing<\/AlarmName>/,
    );
    assert.match(xml, /<ActionsEnabled>false<\/ActionsEnabled>/);
    assert.match(
      xml,
      /<AlarmActions><member>arn:aws:sns:us-east-1:123456789012:rings<\/member><\/AlarmActions>/,
    );
    assert.match(xml, /<Dimensions><member><Name>Stage<\/Name><Value>dev<\/Value><\/member><\/Dimensions>/);
    assert.match(xml, /<Threshold>0\.5<\/Threshold>/);
    assert.match(xml, /<StateUpdatedTimestamp>2025-04-14T22:13:38\.000Z<\/StateUpdatedTimestamp>/);
  });

  it('accepts values and counts, whose numbers are texts there', async () => {
    const at = aClient();
    const { status } = await callQuery(
      at,
      'Action=PutMetricData&Namespace=Shop&MetricData.member.1.MetricName=Took' +
        '&MetricData.member.1.Values.member.1=10&MetricData.member.1.Values.member.2=2.5' +
        '&MetricData.member.1.Counts.member.1=2&MetricData.member.1.Counts.member.2=4',
    );
    const time = (epochMs: number): string => new Date(epochMs).toISOString();
    const read = await callQuery(
      at,
      'Action=GetMetricStatistics&Namespace=Shop&MetricName=Took&Period=60&Statistics.member.1=Sum&Statistics.member.2=SampleCount' +
        `&StartTime=${time(START)}&EndTime=${time(START + MINUTE)}`,
    );

    assert.equal(status, 200);
    assert.match(read.body.toString(), /<Sum>30\.0<\/Sum>/);
    assert.match(read.body.toString(), /<SampleCount>6\.0<\/SampleCount>/);
  });

  it('takes the dimensions of a query, nine steps deep', async () => {
    const at = aClient();
    const dimension = 'Dimensions.member.1';
    await callQuery(
      at,
      `Action=PutMetricData&Namespace=Shop&MetricData.member.1.MetricName=Errors&MetricData.member.1.Value=3` +
        `&MetricData.member.1.${dimension}.Name=Stage&MetricData.member.1.${dimension}.Value=dev`,
    );
    const query = 'MetricDataQueries.member.1';
    const stat = `${query}.MetricStat`;
    const { body } = await callQuery(
      at,
      `Action=GetMetricData&StartTime=${new Date(START).toISOString()}&EndTime=${new Date(START + MINUTE).toISOString()}` +
        `&${query}.Id=e&${stat}.Period=60&${stat}.Stat=Sum&${stat}.Metric.Namespace=Shop&${stat}.Metric.MetricName=Errors` +
        `&${stat}.Metric.${dimension}.Name=Stage&${stat}.Metric.${dimension}.Value=dev`,
    );

    // LocalStack, test_basic_operations_multiple_protocols[query], recorded 06-10-2025: "member": "41.0"
    assert.match(body.toString(), /<Values><member>3\.0<\/member><\/Values>/);
    const statistics = await callQuery(
      at,
      `Action=GetMetricStatistics&StartTime=${new Date(START).toISOString()}&EndTime=${new Date(START + MINUTE).toISOString()}` +
        `&Namespace=Shop&MetricName=Errors&Period=60&${dimension}.Name=Stage&${dimension}.Value=dev` +
        `&Statistics.member.1=Sum&ExtendedStatistics.member.1=p99`,
    );
    assert.match(
      statistics.body.toString(),
      /<Sum>3\.0<\/Sum><Unit>None<\/Unit><ExtendedStatistics><entry><key>p99<\/key><value>3\.0<\/value><\/entry><\/ExtendedStatistics>/,
    );
  });

  it('refuses with the older codes', async () => {
    const { status, body } = await callQuery(
      aClient(),
      'Action=PutMetricData&Namespace=Shop&MetricData.member.1.Value=1',
    );

    assert.equal(status, 400);
    assert.match(
      body.toString(),
      /<Code>MissingParameter<\/Code><Message>The parameter MetricData\.member\.1\.MetricName is required\.<\/Message>/,
    );
  });
});
