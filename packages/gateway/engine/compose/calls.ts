/**
 * The outgoing calls that this run makes. They go to HTTP backends, to AWS, and to the services that the gateway runs.
 */
import type { VpcLinks } from '../../control/vpc-links.ts';
import type { FindInstance, HttpClient, LocalOrigin, LogGroups } from '../../core/ports.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import { Recorder } from '../../kernel/calls/recorder.ts';
import type { ItemFeed } from '../../kernel/item-feed.ts';
import type { FunctionRuntime } from '../../lambda/runtime.ts';
import { createLateHttpClient } from '../../server/adapters/late-http-client.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { ServiceHost } from '../service-host.ts';
import { localOriginOf } from './network/addresses.ts';
import type { Base } from './base.ts';
import type { Closing } from './closing.ts';
import { openServiceHost } from './services/events.ts';
import type { Pace } from './functions.ts';
import type { Parts } from './parts.ts';
import { openServiceClient } from './services/rights.ts';
import type { Store } from './state/store.ts';
import { LateValues } from './state/values.ts';
import { journaledClient } from './services/journaled.ts';

type Calls = Pick<Parts, 'recorder' | 'values' | 'events'> & Pick<Parts['at'], 'http' | 'services'>;

/**
 * Opens the outgoing calls.
 * @param parts returns the parts that are created after the calls, such as the addresses of APIs and the control port
 */
export function openCalls(
  base: Base,
  {
    store,
    kept,
    runtime,
    pace,
    items,
  }: {
    readonly store: Store;
    readonly kept: Parts['kept'];
    readonly runtime: FunctionRuntime;
    readonly pace: Pace;
    readonly items: ItemFeed;
  },
  parts: () => Parts,
): Calls {
  const { options, clock, random, served, functionIdentities, closing } = base;
  const origin = (host: string): LocalOrigin | undefined =>
    localOriginOf(parts(), host) ?? events.originOf(host);
  const find = (service: string): ReturnType<ServiceHost['find']> => events.find(service);
  const findInstance: FindInstance = (arn) => events.findInstance(arn);
  const http = openHttp(options, pace, { origin, findInstance, known: served.vpcLinks, closing });
  const values = new LateValues(options, clock);
  const recorder = new Recorder({ clock, random, find, report: (message) => options.log.write(message) });
  const ownUrl = (): string | undefined => parts().controlUrl;
  const findOwn = (service: string): AwsService | undefined => parts().services?.get(service);
  const calls = { http, clock, recorder, options, store, served, functionIdentities, ownUrl, find };
  const logGroups: LogGroups = { write: (group, line) => parts().at.logGroups.write(group, line) };
  const services = journaledClient(openServiceClient({ ...calls, findOwn }), () => events.journal);
  const events = openServiceHost({
    ...calls,
    random,
    runtime,
    closing,
    services,
    values,
    kept,
    logGroups,
    items,
  });
  items.connect(store);
  return { http, values, recorder, services, events };
}

/**
 * Creates the HTTP client of integrations. A VPC link may be given by name instead of by id, because a generated id is
 * unknown on the command line.
 */
function openHttp(
  { vpcLinks }: GatewayOptions,
  { deadlines }: Pace,
  at: {
    /** The local origin of a host that this gateway serves itself. */
    readonly origin: (host: string) => LocalOrigin | undefined;
    readonly findInstance: FindInstance;
    readonly known: VpcLinks;
    readonly closing: Closing;
  },
): HttpClient {
  const { known } = at;
  const links = { get: (id: string) => vpcLinks?.get(id) ?? vpcLinks?.get(known.nameOf(id) ?? id) };
  const http = createLateHttpClient(links, at.origin, (ms) => deadlines.signal(ms), at.findInstance);
  at.closing.add(() => http.close());
  return http;
}
