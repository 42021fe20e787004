import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServiceApi, ServicePorts } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { BucketNotifications } from './bucket-notifications.ts';
import { readBucket } from './read-buckets.ts';
import { RecordedBuckets } from './recorded-s3.ts';

class S3Service implements Service {
  readonly api: ServiceApi;
  readonly #objects: RecordedBuckets;
  readonly #notifications: BucketNotifications;

  constructor(ports: ServicePorts) {
    this.#objects = new RecordedBuckets({ ...ports, written: ports.writtenObject });
    this.#notifications = new BucketNotifications(ports);
    this.#objects.onChange = (change) => this.#notifications.changed(change);
    this.api = {
      answer: ({ request }) =>
        this.#objects.answer(request, headerOf(request, 'content-type') ?? 'binary/octet-stream'),
    };
  }

  prepare(stacks: StackReading): () => void {
    const notifications = stacks
      .here('AWS::S3::Bucket', 's3', 'NotificationConfiguration')
      .flatMap(readBucket);
    const buckets = stacks
      .ofType('AWS::S3::Bucket')
      .map(({ resource, stack }) => ({ name: resource.physicalId, region: stack.region }));
    return () => {
      this.#notifications.replace(notifications);
      this.#objects.replaceBuckets(buckets);
    };
  }

  rows(): readonly EventSource[] {
    return this.#notifications.all.map(({ bucket, event, targetArn }) => ({
      kind: 'bucket',
      name: bucket,
      state: event ?? 'all events',
      targets: [targetArn === undefined ? 'default' : lastPartOf(targetArn)],
    }));
  }

  reset(): void {
    this.#objects.clear();
  }
}

export function open(ports: ServicePorts): Service {
  return new S3Service(ports);
}
