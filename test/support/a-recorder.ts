/** The recorder with all services behind it, loaded from the start on. */
import { CATALOGUE } from '../../packages/engine/compose/catalogue.ts';
import { ServiceHost } from '../../packages/engine/service-host.ts';
import type { Clock, Random } from '../../packages/core/ports.ts';
import { Recorder } from '../../packages/kernel/calls/recorder.ts';
import { NOTHING_KEPT } from '../../packages/kernel/kept-entries.ts';
import * as cloudfront from '../../packages/services/cloudfront/service.ts';
import * as eventbridge from '../../packages/services/eventbridge/service.ts';
import * as kinesis from '../../packages/services/kinesis/service.ts';
import * as lambdaEvents from '../../packages/services/lambda-events/service.ts';
import * as s3 from '../../packages/services/s3/service.ts';
import * as scheduler from '../../packages/services/scheduler/service.ts';
import * as sns from '../../packages/services/sns/service.ts';
import * as sqs from '../../packages/services/sqs/service.ts';
import * as states from '../../packages/services/states/service.ts';
import * as tableStreams from '../../packages/services/streams/service.ts';
import { FakeBackend, FakeInvoker } from './virtual-ports.ts';

export type AdoptedServices = {
  readonly queues: ReturnType<typeof sqs.open>['queues'];
  readonly async: ReturnType<typeof lambdaEvents.open>['async'];
  readonly streams: ReturnType<typeof tableStreams.open>['streams'];
};

export function adoptServices(host: ServiceHost): AdoptedServices {
  const { queues } = host.adopt('sqs', sqs);
  const { streams } = host.adopt('dynamodb-streams', tableStreams);
  host.adopt('sns', sns);
  host.adopt('events', eventbridge);
  host.adopt('scheduler', scheduler);
  host.adopt('s3', s3);
  host.adopt('cloudfront', cloudfront);
  host.adopt('kinesis', kinesis);
  host.adopt('states', states);
  const { async } = host.adopt('lambda', lambdaEvents);
  return { queues, async, streams };
}

export function aRecorder(clock: Clock, random: Random, accountId = '123456789012'): Recorder {
  const report = (message: string): void => {
    throw new Error(message);
  };
  const recorder: Recorder = new Recorder({ clock, random, report, find: (service) => host.find(service) });
  const host: ServiceHost = new ServiceHost({
    catalogue: CATALOGUE,
    invoker: new FakeInvoker({}),
    clock,
    random,
    accountId,
    report,
    kept: NOTHING_KEPT,
    isElsewhere: () => false,
    writtenObject: () => undefined,
    http: new FakeBackend(),
    services: { call: (request) => recorder.answer(request) },
  });
  adoptServices(host);
  return recorder;
}
