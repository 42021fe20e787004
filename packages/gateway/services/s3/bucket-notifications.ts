/**
 * Notifications of buckets about objects that were put or deleted (docs/aws §18.8). They go to functions, queues,
 * topics, and EventBridge.
 */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import type { ObjectChange } from './object-store.ts';
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

/** A bucket that sends no events to EventBridge, although rules wait for them. */
export type SilentBucket = {
  readonly bucket: string;
  readonly region: string;
  readonly rules: readonly {
    readonly name: string;
    /** Empty if the rule is for all events. */
    readonly detailTypes: readonly string[];
  }[];
};

type Options = Pick<EventPorts, 'clock' | 'random' | 'work' | 'report' | 'journal'> & {
  readonly targets: EventTargets;
  readonly accountId: string;
};

const NAMES = {
  put: 'ObjectCreated:Put',
  post: 'ObjectCreated:Post',
  copy: 'ObjectCreated:Copy',
  complete: 'ObjectCreated:CompleteMultipartUpload',
  delete: 'ObjectRemoved:Delete',
  mark: 'ObjectRemoved:DeleteMarkerCreated',
  tag: 'ObjectTagging:Put',
  untag: 'ObjectTagging:Delete',
};
/** The events that a notification can ask for: each by its name, and each group with `*`. */
export const SENT_EVENTS: ReadonlySet<string> = new Set(
  Object.values(NAMES).flatMap((name) => [`s3:${name}`, `s3:${name.replace(/:.*/, ':*')}`]),
);
/** The operation in events for EventBridge (S3 user guide, "EventBridge event message structure"). */
const REASONS = {
  put: 'PutObject',
  post: 'POST Object',
  copy: 'CopyObject',
  complete: 'CompleteMultipartUpload',
  delete: 'DeleteObject',
  mark: 'DeleteObject',
  tag: undefined,
  untag: undefined,
};
/** The subject of messages to topics, as in mozilla-services/buildhub#281. */
const SUBJECT = 'Amazon S3 Notification';

export class BucketNotifications {
  readonly #options: Options;
  #all: readonly BucketNotification[] = [];
  #silent: readonly SilentBucket[] = [];
  #sequence = 0;
  /** The queues and topics that have received a test event, each with its bucket. */
  readonly #tested = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  replace(all: readonly BucketNotification[], silent: readonly SilentBucket[] = []): void {
    this.#all = all;
    this.#silent = silent;
    for (const notification of all) this.#test(notification);
  }

  /**
   * Sends the message by which S3 tests whether it may send to a queue or topic. It is sent once in each run of the
   * gateway.
   * @see S3 API reference, PutBucketNotificationConfiguration; S3 user guide, "Event message structure"
   */
  #test({ bucket, region, targetArn = '' }: BucketNotification): void {
    const { targets, work, report, random, clock } = this.#options;
    const id = `${bucket} ${targetArn}`;
    const service = parseArn(targetArn)?.service;
    if (this.#tested.has(id) || (service !== 'sqs' && service !== 'sns')) return;
    this.#tested.add(id);
    const body = JSON.stringify({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: new Date(clock.nowEpochMs()).toISOString(),
      Bucket: bucket,
      RequestId: random.hex(16).toUpperCase(),
      HostId: random.hex(32),
    });
    work.track(
      async () => {
        // The message is sent after this turn of the event loop, in which the other services apply the same stacks.
        await new Promise(setImmediate);
        const outcome = await targets.send(targetArn, body, {
          sender: arnOf(region, bucket),
          subject: SUBJECT,
        });
        if (outcome.kind === 'failed')
          report(`the bucket ${bucket} could not deliver a test event to ${targetArn}: ${outcome.message}`);
      },
      (fault) => report(`${bucket}: ${String(fault)}`),
    );
  }

  get all(): readonly BucketNotification[] {
    return this.#all;
  }

  changed(change: ObjectChange): void {
    this.#sequence += 1;
    const sequencer = this.#sequence.toString(16).toUpperCase().padStart(18, '0');
    const own = this.#all.filter(({ bucket }) => bucket === change.bucket);
    const { bucket, key, kind } = change;
    const silent = this.#silent.find((one) => one.bucket === bucket);
    const unserved = (silent?.rules ?? []).filter(
      ({ detailTypes }) => detailTypes.length === 0 || detailTypes.includes(detailTypeOf(kind)),
    );
    if (own.length === 0 && unserved.length === 0) return;
    const { journal, accountId } = this.#options;
    const region = own[0]?.region ?? silent?.region ?? '';
    const at = arnOf(region, bucket);
    const id = `${at}/${key}`;
    const accepted = { kind: 'accepted', at, id, what: 'object', name: `${NAMES[kind]} of ${key}` } as const;
    const { lineage } = journal;
    const cause = journal.accept({ ...accepted, readers: own.length });
    for (const { name: rule } of unserved)
      journal.note(
        {
          kind: 'filtered',
          from: at,
          to: busArnOf(undefined, region, accountId),
          by: 'EventBridgeConfiguration',
          rule,
          why: 'the bucket sends no events to EventBridge',
        },
        cause,
      );
    for (const notification of own) {
      const mismatch = mismatchOf(notification, change);
      if (mismatch === undefined)
        journal.within(cause, () => this.#report(notification, change, sequencer, cause), lineage);
      else
        journal.note(
          {
            kind: 'filtered',
            from: at,
            to: notification.targetArn ?? '',
            rule: notification.id,
            ...mismatch,
          },
          cause,
        );
    }
  }

  #report(notification: BucketNotification, change: ObjectChange, sequencer: string, cause: string): void {
    const { targets, work, report, journal } = this.#options;
    const { targetArn, bucket, region, id: rule } = notification;
    if (targetArn === undefined) {
      this.#toBus(notification, change, sequencer);
      return;
    }
    const body = JSON.stringify({ Records: [this.#record(notification, change, sequencer)] });
    work.track(
      async () => {
        const sender = arnOf(region, bucket);
        const outcome = await targets.send(targetArn, body, { sender, subject: SUBJECT });
        const way = { from: sender, to: targetArn, rule, tries: 1 };
        if (outcome.kind === 'delivered') {
          journal.note({ kind: 'delivered', ...way, isRecorded: outcome.isRecorded === true }, cause);
          return;
        }
        const { code, message } = outcome;
        journal.note({ kind: 'refused', ...way, code, message, next: { kind: 'none' } }, cause);
        report(`the bucket ${bucket} could not deliver an event to ${targetArn}: ${message}`);
      },
      (fault) => report(`${bucket}: ${String(fault)}`),
    );
  }

  /** Returns one record of a notification ("Event message structure"). */
  #record({ id, region }: BucketNotification, change: ObjectChange, sequencer: string): object {
    const { clock, random, accountId } = this.#options;
    const { bucket, key, kind, size, etag, version } = change;
    return {
      // AWS sends version 2.3 for events of tags, and version 2.1 for all others [obs: s3,
      // `test_object_tagging_put_event`].
      eventVersion: isTagging(kind) ? '2.3' : '2.1',
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
          // AWS says "The object key name value is URL encoded". A space becomes a plus.
          key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
          ...(isCreation(kind) ? { size, eTag: etag } : {}),
          ...(isTagging(kind) ? { eTag: etag } : { sequencer }),
          ...(version !== undefined && { versionId: version }),
        },
      },
    };
  }

  #toBus({ region }: BucketNotification, change: ObjectChange, sequencer: string): void {
    const { targets, work, report, random, accountId } = this.#options;
    const { bucket, key, kind, size, etag, version } = change;
    const detail = {
      version: '0',
      bucket: { name: bucket },
      reason: REASONS[kind],
      object: {
        key,
        ...(isCreation(kind) ? { size, etag } : {}),
        ...(isTagging(kind) ? { etag } : { sequencer }),
        ...(version !== undefined && { 'version-id': version }),
      },
      'request-id': random.hex(16).toUpperCase(),
      requester: accountId,
      'source-ip-address': '127.0.0.1',
      ...(kind === 'delete' ? { 'deletion-type': 'Permanently Deleted' } : {}),
      ...(kind === 'mark' ? { 'deletion-type': 'Delete Marker Created' } : {}),
    };
    work.track(
      () =>
        targets.sendHere(busArnOf(undefined, region, accountId), JSON.stringify(detail), {
          source: 'aws.s3',
          detailType: detailTypeOf(kind),
          resources: [`arn:aws:s3:::${bucket}`],
        }),
      (fault) => report(`${bucket}: ${String(fault)}`),
    );
  }
}

function detailTypeOf(kind: ObjectChange['kind']): string {
  if (isTagging(kind)) return kind === 'tag' ? 'Object Tags Added' : 'Object Tags Deleted';
  return isCreation(kind) ? 'Object Created' : 'Object Deleted';
}

/** Events about tags have no `size`, `sequencer` and `reason` (S3 user guide, "EventBridge event message structure"). */
function isTagging(kind: ObjectChange['kind']): boolean {
  return kind === 'tag' || kind === 'untag';
}

function isCreation(kind: ObjectChange['kind']): boolean {
  return kind === 'put' || kind === 'post' || kind === 'copy' || kind === 'complete';
}

function arnOf(region: string, bucket: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** Returns why a notification does not apply to a change in its bucket; undefined if it applies. */
function mismatchOf(
  { event, prefix, suffix }: BucketNotification,
  { key, kind }: ObjectChange,
): { readonly by: 'Event' | 'Filter'; readonly why: string } | undefined {
  if (!key.startsWith(prefix)) return { by: 'Filter', why: `the key ${key} does not begin with ${prefix}` };
  if (!key.endsWith(suffix)) return { by: 'Filter', why: `the key ${key} does not end with ${suffix}` };
  if (event === undefined) return undefined;
  const name = `s3:${NAMES[kind]}`;
  const isWanted = event.endsWith(':*') ? name.startsWith(event.slice(0, -1)) : event === name;
  return isWanted
    ? undefined
    : { by: 'Event', why: `the notification is for ${event}, but the event is ${name}` };
}
