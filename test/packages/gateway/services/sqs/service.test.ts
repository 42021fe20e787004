import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, type EventBench, REGION } from '../../../../support/an-event-engine.ts';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';

const SERVICES = { sqs };
type Bench = EventBench<typeof SERVICES>;

const QUEUES = '\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs, VisibilityTimeout: 40 } }';

describe('Sqs by the query protocol', () => {
  const form = (fields: Readonly<Record<string, string>>) => ({
    service: 'sqs',
    path: `/${ACCOUNT}/jobs`,
    body: new URLSearchParams(fields).toString(),
    headers: ['Content-Type', 'application/x-www-form-urlencoded'],
  });
  const ask = async (bench: Bench, fields: Readonly<Record<string, string>>) => {
    const outcome = await bench.send(form(fields));
    return outcome.kind === 'answered' ? `${outcome.status} ${outcome.body.toString()}` : outcome.kind;
  };

  it('reads numbered lists and maps, and answers in XML', async () => {
    const bench = anEventEngine(SERVICES, { resources: QUEUES });
    const batch = await ask(bench, {
      Action: 'SendMessageBatch',
      'SendMessageBatchRequestEntry.1.Id': 'one',
      'SendMessageBatchRequestEntry.1.MessageBody': '<a>',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Name': 'kind',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType': 'String',
      'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue': 'new',
      'SendMessageBatchRequestEntry.2.Id': 'two',
      'SendMessageBatchRequestEntry.2.MessageBody': '',
    });
    assert.match(
      batch,
      /^200 .*<SendMessageBatchResultEntry><Id>one<\/Id>.*<BatchResultErrorEntry><Id>two<\/Id>/s,
    );
    const received = await ask(bench, {
      Action: 'ReceiveMessage',
      'AttributeName.1': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'kind',
    });
    assert.match(received, /<Body>&#60;a&#62;<\/Body>/);
    assert.match(received, /<Attribute><Name>ApproximateReceiveCount<\/Name><Value>1<\/Value><\/Attribute>/);
    assert.match(
      received,
      /<MessageAttribute><Name>kind<\/Name><Value><DataType>String<\/DataType><StringValue>new<\/StringValue><\/Value><\/MessageAttribute>/,
    );
  });

  it('has the older name of an error', async () => {
    const bench = anEventEngine(SERVICES, { resources: QUEUES });
    const answer = await ask(bench, { Action: 'GetQueueUrl', QueueName: 'none' });
    assert.match(
      answer,
      /^400 .*<Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code><Message>The specified queue does not exist for this wsdl version\.<\/Message>/s,
    );
  });

  // aws/aws-sdk-php#630; without Action: DanielDaCosta/apiGateway-sqs-lambda#1
  for (const [fields, code, version] of [
    [{ Action: 'DeleteMessageBatch' }, 'AWS\\.SimpleQueueService\\.EmptyBatchRequest', '2012-11-05'],
    [{}, 'AccessDenied', '2009-02-01'],
  ] as const)
    it(`has an empty element Detail in the error ${code}, and the namespace of ${version}`, async () => {
      const answer = await ask(anEventEngine(SERVICES, { resources: QUEUES }), { ...fields });
      assert.match(
        answer,
        new RegExp(
          `<ErrorResponse xmlns="http://queue\\.amazonaws\\.com/doc/${version}/"><Error><Type>Sender</Type><Code>${code}</Code><Message>[^<]+</Message><Detail/></Error><RequestId>`,
        ),
      );
    });

  it('is recorded, and so is a message to a queue of another account, of which nothing is known here', async () => {
    const bench = anEventEngine(SERVICES, { resources: QUEUES });
    await ask(bench, { Action: 'SendMessage', MessageBody: 'a' });
    const elsewhere = `https://sqs.${REGION}.amazonaws.com/210987654321/elsewhere`;
    const sent = await bench.call('sqs', 'SendMessage', { QueueUrl: elsewhere, MessageBody: 'b' });
    assert.ok(typeof sent['MessageId'] === 'string');
    assert.deepEqual(
      bench.recorder.calls.map(({ action, status }) => [action, status]),
      [
        ['SendMessage', 200],
        ['SendMessage', 200],
      ],
    );
  });
});
