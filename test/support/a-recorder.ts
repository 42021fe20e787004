/**
 * A recorder of calls with services behind it. Each test passes the modules of the services that it uses; no other
 * service is loaded.
 */
import { CATALOGUE } from '../../packages/gateway/engine/compose/services/catalogue.ts';
import { ServiceHost } from '../../packages/gateway/engine/service-host.ts';
import type { Clock, Random } from '../../packages/gateway/core/ports.ts';
import { Recorder } from '../../packages/gateway/kernel/calls/recorder.ts';
import { NO_STORED_ENTRIES } from '../../packages/gateway/kernel/stored-entries.ts';
import { NO_WRITTEN_OBJECTS } from '../../packages/gateway/kernel/service.ts';
import type { Service, ServiceEntry, ServicePorts } from '../../packages/gateway/kernel/service.ts';
import { FakeBackend, FakeInvoker } from './virtual-ports.ts';

/** The modules of services by their names in the catalogue: `{ sqs, lambda: lambdaEvents }`. */
export type ServiceModules = Readonly<Record<string, { open(ports: ServicePorts): Service }>>;

export type OpenedServices<Modules extends ServiceModules> = {
  readonly [Name in keyof Modules]: ReturnType<Modules[Name]['open']>;
};

/** The catalogue's lines for these services, in the order of the catalogue. */
export function entriesOf(modules: ServiceModules): readonly ServiceEntry[] {
  return CATALOGUE.filter(({ name }) => Object.hasOwn(modules, name));
}

export function adoptServices<Modules extends ServiceModules>(
  host: ServiceHost,
  modules: Modules,
): OpenedServices<Modules> {
  const opened = Object.entries(modules).map(([name, module]) => [name, host.adopt(name, module)]);
  return Object.fromEntries(opened) as OpenedServices<Modules>;
}

export function aRecorder(
  modules: ServiceModules,
  clock: Clock,
  random: Random,
  accountId = '123456789012',
): Recorder {
  const report = (message: string): void => {
    throw new Error(message);
  };
  const recorder: Recorder = new Recorder({ clock, random, report, find: (service) => host.find(service) });
  const host: ServiceHost = new ServiceHost({
    catalogue: entriesOf(modules),
    invoker: new FakeInvoker({}),
    clock,
    random,
    accountId,
    report,
    kept: NO_STORED_ENTRIES,
    isElsewhere: () => false,
    writtenObjects: { ...NO_WRITTEN_OBJECTS, hasBucket: (name) => name === 'bucket' },
    http: new FakeBackend(),
    logGroups: { write: () => undefined },
    settings: {},
    permits: () => true,
    services: { call: (request) => recorder.answer(request) },
  });
  adoptServices(host, modules);
  return recorder;
}
