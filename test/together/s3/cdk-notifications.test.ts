/** Services together: lambda-events, s3. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as lambda from '../../../packages/gateway/services/lambda-events/service.ts';
import * as s3 from '../../../packages/gateway/services/s3/service.ts';
import { aStoryBench } from '../../support/a-story-bench.ts';

const resources = (configuration: string): string => `
  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: photos } }
  PhotosNotifications:
    Type: Custom::S3BucketNotifications
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:123456789012:function:handler
      BucketName: !Ref Photos
      Managed: true
      NotificationConfiguration: ${configuration}`;

async function upload(configuration: string, key: string) {
  const seen: unknown[] = [];
  const bench = aStoryBench(
    { s3, lambda },
    { resources: resources(configuration), functions: { thumb: (event: unknown) => void seen.push(event) } },
  );
  await bench.send({ service: 's3', method: 'PUT', path: `/photos/${key}`, body: 'x' });
  await bench.engine.idle();
  return { seen };
}

// aws-cdk, aws-s3/lib/notifications-resource
describe('the notifications of CDK', () => {
  const TO_FUNCTION =
    "{ LambdaFunctionConfigurations: [{ Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules: [{ Name: suffix, Value: .png }] } }, LambdaFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:thumb' }] }";
  it('invoke the function with the event of the object', async () => {
    const { seen } = await upload(TO_FUNCTION, 'a.png');
    assert.equal(seen.length, 1);
    assert.match(JSON.stringify(seen), /"ObjectCreated:Put".*"key":"a\.png"/);
  });

  it('are filtered by the rules of the key', async () => {
    assert.deepEqual((await upload(TO_FUNCTION, 'a.txt')).seen, []);
  });
});
