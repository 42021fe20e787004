/**
 * Notifications of buckets about objects that were put or deleted (docs/aws §18.8). They go to functions, queues,
 * topics, and EventBridge.
 */
import { partitionOf } from '@gatewright/aws/arn';
import type { ObjectChange } from './recorded-s3.ts';
import { busArnOf } from '../../kernel/event-bus.ts';
import type { EventPorts, EventTargets } from '../../kernel/event-ports.ts';

export type BucketNotification = {
  readonly bucket: string;
  readonly region: string;
  /** The event type, for example `s3:ObjectCreated:*`. If undefined, all events go to EventBridge. */
  readonly event: string | undefined;
  /** The ARN of the target; undefined for EventBridge. */
  readonly targetArn: string | undefined;
  readonly id: string;
  readonly prefix: string;
  readonly suffix: string;
};

type Options = Pick<EventPorts, 'clock' | 'random' | 'work' | 'report'> & {
  readonly targets: EventTargets;
  readonly accountId: string;
};

const NAMES = { put: 'ObjectCreated:Put', delete: 'ObjectRemoved:Delete' };

export class BucketNotifications {
  readonly #options: Options;
  #all: readonly BucketNotification[] = [];
  #sequence = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  replace(all: readonly BucketNotification[]): void {
    this.#all = all;
  }

  get all(): readonly BucketNotification[] {
    return this.#all;
  }

  changed(change: ObjectChange): void {
    this.#sequence += 1;
    const sequencer = this.#sequence.toString(16).toUpperCase().padStart(18, '0');
    for (const notification of this.#all)
      if (isFor(notification, change)) this.#report(notification, change, sequencer);
  }

  #report(notification: BucketNotification, change: ObjectChange, sequencer: string): void {
    const { targets, work, report } = this.#options;
    const { targetArn, bucket } = notification;
    if (targetArn === undefined) {
      this.#toBus(notification, change, sequencer);
      return;
    }
    const body = JSON.stringify({ Records: [this.#record(notification, change, sequencer)] });
    work.track(
      async () => {
        const outcome = await targets.send(targetArn, body, {
          sender: `arn:${partitionOf(notification.region)}:s3:::${bucket}`,
        });
        if (outcome.kind === 'failed') report(`${bucket} to ${targetArn}: ${outcome.message}`);
      },
      (fault) => report(`${bucket}: ${String(fault)}`),
    );
  }

  /** Returns one record of a notification ("Event message structure"). */
  #record({ id, region }: BucketNotification, change: ObjectChange, sequencer: string): object {
    const { clock, random, accountId } = this.#options;
    const { bucket, key, kind, size, etag } = change;
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: region,
      eventTime: new Date(clock.nowEpochMs()).toISOString(),
      eventName: NAMES[kind],
      userIdentity: { principalId: `AWS:${accountId}` },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': random.hex(16).toUpperCase(), 'x-amz-id-2': random.hex(32) },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: id,
        bucket: { name: bucket, ownerIdentity: { principalId: accountId }, arn: `arn:aws:s3:::${bucket}` },
        object: {
          // "The object key name value is URL encoded", with a plus for a space.
          key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
          ...(kind === 'put' ? { size, eTag: etag } : {}),
          sequencer,
        },
      },
    };
  }

  #toBus({ region }: BucketNotification, change: ObjectChange, sequencer: string): void {
    const { targets, work, report, random, accountId } = this.#options;
    const { bucket, key, kind, size, etag } = change;
    const detail = {
      version: '0',
      bucket: { name: bucket },
      reason: kind === 'put' ? 'PutObject' : 'DeleteObject',
      object: { key, ...(kind === 'put' ? { size, etag } : {}), sequencer },
      'request-id': random.hex(16).toUpperCase(),
      requester: accountId,
      'source-ip-address': '127.0.0.1',
      ...(kind === 'delete' ? { 'deletion-type': 'Permanently Deleted' } : {}),
    };
    work.track(
      () =>
        targets.sendHere(busArnOf(undefined, region, accountId), JSON.stringify(detail), {
          source: 'aws.s3',
          detailType: kind === 'put' ? 'Object Created' : 'Object Deleted',
          resources: [`arn:aws:s3:::${bucket}`],
        }),
      (fault) => report(`${bucket}: ${String(fault)}`),
    );
  }
}

function isFor({ bucket, event, prefix, suffix }: BucketNotification, change: ObjectChange): boolean {
  if (bucket !== change.bucket || !change.key.startsWith(prefix) || !change.key.endsWith(suffix))
    return false;
  if (event === undefined) return true;
  const name = `s3:${NAMES[change.kind]}`;
  return event.endsWith(':*') ? name.startsWith(event.slice(0, -1)) : event === name;
}
