import { guardInvoker } from '../../kernel/calls/guarded-services.ts';
import type { Invoker } from '../../core/ports.ts';
import { createCompressor } from '../../server/adapters/compressor.ts';
import type { Base } from './base.ts';
import { shortLinks, withRecording } from './control-port/console.ts';
import { publishingGroups, publishingMetrics, publishingTraces } from './feeds.ts';
import { openObservers } from './observers.ts';
import type { Parts } from './parts.ts';
import { queueOfRequests } from './services/event-queue.ts';

export async function openRequestPorts(
  base: Base,
  given: Pick<Parts, 'signIn' | 'runtime' | 'events' | 'injection'> & Pick<Parts['at'], 'http' | 'services'>,
  parts: () => Parts,
): Promise<Parts['at']> {
  const { options, clock, random, identities, functionIdentities, records, served, closing } = base;
  const { runtime, signIn, events, http, services, injection } = given;
  const { connections } = base.management;
  const arnOfFunction = (name: string): string | undefined => served.functionArnOf(name);
  const invoker: Invoker = {
    invoke: (invocation) => runtime.invoke(invocation),
    stream: (invocation) => runtime.stream(invocation),
    has: (name) => runtime.has(name),
    queue: queueOfRequests(runtime, { events, options, served }),
  };
  const observers = await openObservers(options);
  closing.add(() => observers.close());
  const { logGroups, metrics, traces } = observers;
  return withRecording(options, {
    clock,
    random,
    invoker: options.roles === true ? guardInvoker(invoker, arnOfFunction, functionIdentities) : invoker,
    http,
    services,
    log: options.log,
    connections,
    identities,
    screens: events.screens,
    logGroups: publishingGroups(logGroups, events, clock),
    metrics: publishingMetrics(metrics, events),
    traces: publishingTraces(traces, events),
    records,
    faults: injection?.injector,
    compressor: createCompressor(),
    keySets: signIn.keySets,
    findApi: (apiId: string) => served.find(apiId),
    labelOf: (apiId: string) => served.labelOf(apiId),
    linkOf: shortLinks(options, () => parts().controlUrl),
  });
}
