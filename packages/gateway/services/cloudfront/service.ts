/** CloudFront in front of APIs: a port for each distribution, the cache, and the API for SDKs (docs/aws §21). */
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Front, Service, ServiceApi, ServicePorts } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { CloudFrontCalls } from './calls.ts';
import { aliasesFor } from './distribution.ts';
import type { Distribution } from './distribution.ts';
import { Edge, plainHost } from './edge.ts';
import { namesPath } from './invalidations.ts';
import { readDistributions } from './read-distribution.ts';

class CloudFrontService implements Service {
  readonly api: ServiceApi;
  readonly edge: Edge;
  readonly #ports: ServicePorts;
  readonly #calls: CloudFrontCalls;
  #distributions: readonly Distribution[] = [];

  constructor(ports: ServicePorts) {
    this.#ports = ports;
    this.edge = new Edge(ports);
    this.#calls = new CloudFrontCalls({
      ...ports,
      distributions: () => this.#distributions,
      invalidate: ({ distributionId, paths }) =>
        this.edge.cache.drop(
          (object) =>
            object.distributionId === distributionId && paths.some((path) => namesPath(path, object.path)),
        ),
    });
    this.api = { answer: ({ request }) => this.#calls.answer(request) };
  }

  prepare(stacks: StackReading): () => void {
    // During a reset no stacks are loaded for a while, but the ports stay open.
    if (stacks.isEmpty) return () => undefined;
    const read = readDistributions(stacks, this.#ports.settings);
    return () => this.#replace(read);
  }

  fronts(): readonly Front[] {
    return this.#distributions.map((distribution) => ({
      name: distribution.domainName,
      hosts: this.#distributions.flatMap(({ domainName, aliases }) => [domainName, ...aliases]),
      serve: (request) => this.edge.serve(this.#ofHost(request.host) ?? distribution, request),
    }));
  }

  rows(): readonly EventSource[] {
    return this.#distributions.map(({ id, domainName, origins }) => {
      const counts = this.edge.countsOf(id);
      const objects = this.edge.cache.objects.count(id);
      const kept = `${objects} ${objects === 1 ? 'object' : 'objects'} cached`;
      return {
        kind: 'distribution',
        name: domainName,
        targets: origins.map((origin) => (origin.domainName === '' ? origin.id : origin.domainName)),
        state:
          counts === undefined
            ? `${kept}, no request yet`
            : `${kept}, hits: ${counts.hits}, misses: ${counts.misses}, errors: ${counts.errors}; last: ${counts.last.join('; ')}`,
      };
    });
  }

  reset(): void {
    this.edge.clear();
    this.#calls.clear();
  }

  /**
   * Replaces the distributions. The cache of a changed distribution is dropped, because its objects were created under
   * other policies.
   */
  #replace(read: readonly Distribution[]): void {
    const before = new Map(this.#distributions.map((one) => [one.id, printed(one)]));
    const unchanged = new Set(read.filter((one) => before.get(one.id) === printed(one)).map(({ id }) => id));
    this.edge.cache.drop(({ distributionId }) => !unchanged.has(distributionId));
    this.#distributions = read;
  }

  /** Finds a distribution by the Host header, because the port of one distribution also serves the others. */
  #ofHost(host: string): Distribution | undefined {
    for (const name of aliasesFor(plainHost(host))) {
      const found = this.#distributions.find(
        ({ domainName, aliases }) => domainName === name || aliases.includes(name),
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Formats a distribution for comparison, with sets and maps as lists. */
function printed(distribution: Distribution): string {
  return JSON.stringify(distribution, (_, value: unknown) =>
    value instanceof Set || value instanceof Map ? [...(value as Iterable<unknown>)] : value,
  );
}

export function open(ports: ServicePorts): CloudFrontService {
  return new CloudFrontService(ports);
}
