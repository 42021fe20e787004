/** Services together: s3, sqs. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asList, membersOf } from '@gatewright/aws/json-object';
import * as s3Service from '../../../packages/gateway/services/s3/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';

// LocalStack recorded the events in test_s3_notifications_sqs.py, test_object_tagging_put_event (21 January 2025).
it('changes of tags are events of the bucket', async () => {
  const bench = anEventEngine(
    { s3: s3Service, sqs },
    {
      resources: `
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: changes } }
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      NotificationConfiguration:
        QueueConfigurations: [{ Event: 's3:ObjectTagging:*', Queue: !GetAtt Queue.Arn }]`,
    },
  );
  const send = (method: string, query: string, body = '') =>
    bench.send({ service: 's3', method, path: '/photos/a', query, body });
  await send('PUT', '', 'text');
  await send('PUT', 'tagging', '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>');
  await send('DELETE', 'tagging');
  await bench.advance(1000);

  const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/changes`;
  const { Messages } = await bench.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  const records = asList(Messages).flatMap((one) => {
    const body = membersOf(JSON.parse(String(membersOf(one)['Body'])));
    return asList(body['Records']).map((record) => membersOf(record));
  });
  assert.deepEqual(
    records.map((record) => [record['eventName'], record['eventVersion'], membersOf(record['s3'])['object']]),
    ['Put', 'Delete'].map((name) => [
      `ObjectTagging:${name}`,
      '2.3',
      { key: 'a', eTag: '1cb251ec0d568de6a929b520c4aed8d1' },
    ]),
  );
});

const PHOTOS = `
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: changes } }
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      NotificationConfiguration:
        QueueConfigurations:
          - { Event: 's3:ObjectCreated:CompleteMultipartUpload', Queue: !GetAtt Queue.Arn }`;

// LocalStack recorded the event in test_s3_notifications_sqs.py, test_object_created_complete_multipart_upload.
it('the end of an upload in parts is an event of the bucket', async () => {
  const bench = anEventEngine({ s3: s3Service, sqs }, { resources: PHOTOS });
  const send = async (method: string, query: string, body = '') => {
    const reply = await bench.send({ service: 's3', method, path: '/photos/a', query, body });
    assert.ok(reply.kind === 'answered');
    return { ...reply, text: reply.body.toString() };
  };
  const id = /<UploadId>(\w+)</.exec((await send('POST', 'uploads')).text)?.[1];
  const { headers } = await send('PUT', `uploadId=${id}&partNumber=1`, 'text');
  const etag = headers[headers.indexOf('ETag') + 1];
  const part = `<Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>`;
  await send('POST', `uploadId=${id}`, `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`);
  await bench.advance(1000);

  const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/changes`;
  const { Messages } = await bench.call('sqs', 'ReceiveMessage', { QueueUrl });
  const body = membersOf(JSON.parse(String(membersOf(asList(Messages)[0])['Body'])));
  const record = membersOf(asList(body['Records'])[0]);
  const object = membersOf(membersOf(record['s3'])['object']);
  assert.deepEqual(
    [record['eventName'], object['size'], object['eTag']],
    ['ObjectCreated:CompleteMultipartUpload', 4, '344e466ef37782ba490ea4ec8b2b5f68-1'],
  );
});
