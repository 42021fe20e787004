/**
 * Selects the instance for one call by an integration. Round robin and the exclusion of instances after failed
 * connections are Gatewright's own. AWS documents only that API Gateway distributes requests across the healthy
 * instances of DiscoverInstances (developer guide, "Create private integrations for HTTP APIs").
 */
import type { ChosenInstance, Clock } from '../../core/ports.ts';
import type { LocalInstance, LocalService } from './local-service.ts';
import type { Attributes, Registration } from './read-instance.ts';

/**
 * The number of consecutive failed connections after which an instance is excluded. `EJECTED_MS` is the duration of the
 * exclusion in milliseconds.
 */
const FAILURES = 3;
const EJECTED_MS = 30_000;

/**
 * Selects an instance; undefined if no instance is registered.
 * @param query the attributes that the instance must have
 */
export function chooseInstance(
  service: LocalService,
  query: Attributes,
  clock: Pick<Clock, 'nowEpochMs'>,
): ChosenInstance | undefined {
  const all = service.instances;
  if (all.length === 0) return undefined;
  const healthy = service.discover({ query, optional: {}, health: 'HEALTHY' });
  const reachable = healthy.filter(({ registration }) => typeof originOf(registration) === 'object');
  const now = clock.nowEpochMs();
  const good = reachable.filter((one) => !isEjected(one, now));
  // If all instances are excluded, they are tried anyway, so that a backend that is available again is found at once.
  const candidates = good.length > 0 ? good : reachable;
  const [first, ...others] = candidates;
  if (first === undefined) return { kind: 'none', message: describeNone(service, query, healthy) };
  const chosen = others.reduce((best, one) => (one.turn < best.turn ? one : best), first);
  chosen.turn = all.reduce((last, { turn }) => Math.max(last, turn), 0) + 1;
  const origin = originOf(chosen.registration);
  return {
    kind: 'instance',
    origin: typeof origin === 'object' ? origin.origin : '',
    ended(isReached) {
      if (isReached) {
        chosen.failures = 0;
        chosen.ejectedAtMs = undefined;
        return;
      }
      chosen.failures += 1;
      if (chosen.failures >= FAILURES) chosen.ejectedAtMs = clock.nowEpochMs();
    },
  };
}

export function isEjected({ ejectedAtMs }: LocalInstance, nowMs: number): boolean {
  // The clock may have been moved back before the time of the exclusion.
  return ejectedAtMs !== undefined && nowMs >= ejectedAtMs && nowMs < ejectedAtMs + EJECTED_MS;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost)$/i;

/** Returns the address of the instance, or the reason why it has none. */
export function originOf({
  attributes,
  isOfFile,
}: Registration): { readonly origin: string } | 'no address' | 'not of this machine' {
  const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_CNAME: cname, AWS_INSTANCE_PORT: port } = attributes;
  const host = ipv4 ?? cname;
  if (host === undefined || port === undefined) return 'no address';
  // Only addresses in the user's file may belong to other machines. Attack: a function registers an address in the
  // user's network, and the gateway then calls this address for every client.
  if (isOfFile !== true && !LOOPBACK.test(host)) return 'not of this machine';
  return { origin: `http://${host}:${port}` };
}

function describeNone(service: LocalService, query: Attributes, healthy: readonly LocalInstance[]): string {
  const asked = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  const wanted = asked.length === 0 ? '' : ` with ${asked.join(' and ')}`;
  const start = `no instance of ${service.fullName}${wanted}`;
  if (service.discover({ query, optional: {}, health: 'ALL' }).length === 0) return `${start} is registered`;
  if (healthy.length === 0)
    return `${start} is healthy; call UpdateInstanceCustomHealthStatus to make an instance healthy again`;
  const isElsewhere = healthy.some(({ registration }) => originOf(registration) === 'not of this machine');
  return isElsewhere
    ? `${start} is on this machine; only the --cloud-map file can contain addresses of other machines`
    : `${start} has AWS_INSTANCE_IPV4 and AWS_INSTANCE_PORT`;
}
