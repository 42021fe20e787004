/** Uploads in parts, which are not supported, and what is said about them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const RESOURCES = '\n  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: photos } }';

describe('an upload in parts', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
  for (const query of ['uploads', 'uploadId=a&partNumber=1'])
    it(`is refused with the setting that avoids it, and with the event that it has on AWS: ${query}`, async () => {
      const bench = anEventEngine({ s3 }, { resources: RESOURCES, functions: {} });
      const reply = await bench.send({ service: 's3', method: 'POST', path: '/photos/large.csv', query });

      assert.ok(reply.kind === 'unreachable');
      assert.match(
        reply.message,
        /Multipart uploads are not supported, because an object has at most 10 MB here: .*multipart_threshold 5GB; Upload of @aws-sdk\/lib-storage: partSize/,
      );
      assert.doesNotMatch(reply.message, /define the resource/);
      assert.match(reply.message, /s3:ObjectCreated:CompleteMultipartUpload/);
    });
});
